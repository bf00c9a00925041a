import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "gatehouse.limits.body.bytes: a request body beyond it is 413, and no backend sees a whole one", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct BodyLimitTests {
    private func host() async throws -> PlainGateway {
        try await PlainGateway(attributes: "Attributes: {gatehouse.limits.body.bytes: 10}")
    }

    @Test("a stated length beyond the limit is refused before anything is sent, with Expect or without")
    func stated() async throws {
        let host = try await host()
        for field in ["X: y", "Expect: 100-continue"] {
            let answer = try await host.exchange(
                MalformedRequests.head(field, "Content-Length: 11") + "hello world"
                    + MalformedRequests.head("X: y", method: "GET", target: "/behind"))
            #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer.prefix(100))")
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "nothing behind it is answered")
        }
        #expect(host.backend.received.isEmpty)
        let answer = try await host.exchange(
            MalformedRequests.head("Content-Length: 10", "Connection: close") + "hello worl")
        #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer.prefix(100))")
        try await host.stop()
    }

    @Test("chunks beyond the limit are refused on the way, and the backend's connection ends without their end")
    func chunked() async throws {
        let host = try await host()
        let head = MalformedRequests.head("Transfer-Encoding: chunked", "Connection: close")
        let answer = try await host.exchange(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer.prefix(100))")
        #expect(!host.backend.received.contains("0\r\n\r\n"), "\(host.backend.received)")
        let fitting = try await host.exchange(head + "5\r\nhello\r\n5\r\n worl\r\n0\r\n\r\n")
        #expect(fitting.hasPrefix("HTTP/1.1 200 "), "\(fitting.prefix(100))")
        try await host.stop()
    }

    @Test("the same over HTTP/2, with a stated length and without")
    func http2() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.limits.body.bytes: 10}")
        let client = try await HTTP2Client.open(host.gateway)
        let post = FrameBytes.request("POST", "/public/a")
        try await client.send(FrameBytes.headers(1, post + [("content-length", "11")], ends: false))
        #expect(try await client.answer(1).status == 413)
        #expect(host.backend.received.isEmpty)
        try await client.send(
            FrameBytes.headers(3, post, ends: false) + FrameBytes.data(3, Array("hello world".utf8)))
        #expect(try await client.answer(3).status == 413)
        #expect(!host.backend.received.contains("0\r\n\r\n"), "\(host.backend.received)")
        try await client.send(
            FrameBytes.headers(5, post, ends: false) + FrameBytes.data(5, Array("hello worl".utf8)))
        #expect(try await client.answer(5).status == 200)
        try await host.stop()
    }

    @Test("without the key there is no limit")
    func unlimited() async throws {
        let host = try await PlainGateway { .text("\($0.bodyLength) bytes") }
        let body = String(repeating: "x", count: 300_000)
        let answer = try await host.exchange(
            MalformedRequests.head("Content-Length: \(body.count)", "Connection: close") + body)
        #expect(answer.hasSuffix("300000 bytes"), "\(answer.prefix(200))")
        try await host.stop()
    }
}
