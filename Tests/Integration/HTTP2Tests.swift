import Foundation
import HTTP2Testing
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "HTTP/2 to clients: the same answers as over HTTP/1.1, many streams at once, flow control, resets and the end",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HTTP2Tests {
    private func get(_ stream: Int32, _ path: String = "/public/x", _ fields: [(String, String)] = []) -> [UInt8] {
        FrameBytes.get(stream, path, fields)
    }

    @Test("a client that offers h2 gets it; where it is switched off, HTTP/1.1")
    func negotiation() async throws {
        for (attributes, version) in [("", "2"), ("Attributes: {routing.http2.enabled: false}", "1.1")] {
            let host = try await SigningGateway(attributes: attributes)
            let result = try await Tool.run(
                "curl",
                [
                    "--silent", "--http2", "--noproxy", "*", "--cacert", host.gateway.caFile, "--output", "/dev/null",
                    "--write-out", "%{http_version}", host.origin + "/public/x",
                ])
            #expect(result.output.hasSuffix(version), "\(result.output)")
            try await host.stop()
        }
    }

    @Test("without a session on to the provider; with one the backend gets the identity; cookie crumbs are joined")
    func signIn() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        host.backend.reset()
        let client = try await HTTP2Client.open(
            host.gateway,
            get(1, "/page?x=1")
                + get(
                    3, "/page",
                    [("cookie", "a=1"), ("cookie", cookie), ("cookie", "b=2"), ("x-amzn-oidc-data", "x")]))
        let redirect = try await client.answer(1)
        #expect(redirect.status == 302)
        #expect(redirect.value("location")?.hasPrefix(host.provider.issuer) == true, "\(redirect)")
        #expect(redirect.value("set-cookie") != nil)
        #expect(try await client.answer(3).text == "ok")
        let requests = host.backend.requests
        #expect(requests.count == 1)
        #expect(requests[0].values("x-amzn-oidc-data").count == 1)
        #expect(requests[0].value("x-amzn-oidc-data") != "x")
        #expect(requests[0].values("cookie") == ["a=1; b=2"], "\(requests[0].fields)")
        #expect(requests[0].value("host") == "localhost" && requests[0].target == "/page")
        try await host.stop()
    }

    @Test("HEAD and 204 end with their fields; hop-by-hop fields stay behind, names are in lower case")
    func fields() async throws {
        let host = try await SigningGateway()
        host.backend.respond { request in
            request.method == "HEAD"
                ? .answer(
                    status: 200, fields: [("X-Kept", "1"), ("Connection", "X-Own"), ("X-Own", "2")], body: [1, 2])
                : .raw(Array("HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=5\r\nX-Kept: 1\r\n\r\n".utf8))
        }
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.headers(1, FrameBytes.request("HEAD", "/public/x")) + get(3))
        for (stream, status) in [(Int32(1), 200), (3, 204)] {
            let answer = try await client.answer(stream)
            #expect(answer.status == status && answer.body.isEmpty && answer.hasEnded, "\(answer)")
            #expect(answer.value("x-kept") == "1")
            for name in ["x-own", "connection", "keep-alive"] { #expect(answer.value(name) == nil, "\(name)") }
        }
        #expect(try await client.answer(1).value("content-length") == "2")
        try await host.stop()
    }

    @Test("a body without a length goes on in chunks, one with a length as it is; 100-continue is answered")
    func requestBody() async throws {
        let host = try await SigningGateway()
        let post = FrameBytes.request("POST", "/public/x")
        let client = try await HTTP2Client.open(
            host.gateway,
            FrameBytes.headers(1, post, ends: false) + FrameBytes.data(1, Array("hello ".utf8), ends: false)
                + FrameBytes.data(1, Array("world".utf8))
                + FrameBytes.headers(3, post + [("content-length", "3"), ("expect", "100-continue")], ends: false))
        #expect(try await client.answer(1).status == 200)
        _ = try await eventually("100") { client.answers[3]?.interim == [100] ? true : nil }
        try await client.send(FrameBytes.data(3, Array("abc".utf8)))
        #expect(try await client.answer(3).status == 200)
        let chunked = try #require(host.backend.requests.first { $0.value("content-length") == nil })
        #expect(chunked.value("transfer-encoding") == "chunked" && chunked.body == Array("hello world".utf8))
        let counted = try #require(host.backend.requests.first { $0.value("content-length") != nil })
        #expect(counted.value("content-length") == "3" && counted.body == Array("abc".utf8))
        #expect(counted.value("transfer-encoding") == nil && counted.value("expect") == nil)
        try await host.stop()
    }

    @Test("Expect: answered at once, whatever the backend says then, and without a body; no stream waits (93)")
    func expectations() async throws {
        let host = try await SigningGateway()
        host.backend.respond { $0.path == "/public/refuse" ? .answer(status: 417, fields: [], body: []) : .text("ok") }
        func post(_ stream: Int32, _ path: String, _ fields: [(String, String)], ends: Bool = false) -> [UInt8] {
            FrameBytes.headers(
                stream, FrameBytes.request("POST", path) + [("expect", "100-continue")] + fields, ends: ends)
        }
        let client = try await HTTP2Client.open(
            host.gateway,
            post(1, "/public/refuse", [("content-length", "5")]) + post(3, "/public/none", [], ends: true)
                + post(5, "/public/early", [(StubServer.answerEarly.lowercased(), "yes")])
                + post(7, "/deny/x", [("content-length", "5")]))
        _ = try await eventually("100 on both streams with a body to come") {
            client.answers[1]?.interim == [100] && client.answers[5]?.interim == [100] ? true : nil
        }
        try await client.send(FrameBytes.data(1, Array("hello".utf8)))
        #expect(try await client.answer(1).status == 417)
        let none = try await client.answer(3)
        #expect(none.status == 200 && none.interim.isEmpty)
        // Its body never comes: the answer ends the stream all the same.
        let early = try await client.answer(5)
        #expect(early.status == 200 && early.text == "early", "\(early)")
        #expect(try await client.answer(7).status == 401)
        try await client.send(get(9))
        #expect(try await client.answer(9).text == "ok")
        #expect(host.backend.requests.allSatisfy { $0.value("expect") == nil && $0.path != "/deny/x" })
        try await host.stop()
    }

    @Test("a large body passes both ways, by curl; its length is right")
    func largeBodies() async throws {
        let host = try await SigningGateway()
        let size = 20_000_000
        host.backend.respond { _ in .zeros(size) }
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "x", count: size), to: "body")
        let result = try await Tool.run(
            "curl",
            [
                "--silent", "--http2", "--noproxy", "*", "--max-time", "60", "--cacert", host.gateway.caFile,
                "--upload-file", file, "--output", "/dev/null", "--write-out",
                "%{http_version} %{http_code} %{size_upload} %{size_download}", host.origin + "/public/x",
            ])
        #expect(result.output.hasSuffix("2 200 \(size) \(size)"), "\(result.output)")
        #expect(host.backend.requests.first?.bodyLength == size)
        try await host.stop()
    }

    @Test("a response stays within the client's window, and goes on with its credit; another stream passes meanwhile")
    func windows() async throws {
        let host = try await SigningGateway()
        host.backend.respond { $0.path == "/public/big" ? .zeros(300_000) : .text("ok") }
        let client = try await HTTP2Client.open(
            host.gateway, settings: [(4, 1000)], FrameBytes.windowUpdate(0, 1_000_000) + get(1, "/public/big"))
        _ = try await eventually("the window's bytes") { client.answers[1]?.body.count == 1000 ? true : nil }
        try await client.send(get(3))
        #expect(try await client.answer(3).text == "ok")
        #expect(client.answers[1]?.body.count == 1000)
        try await client.send(FrameBytes.windowUpdate(1, 299_000))
        #expect(try await client.answer(1).body.count == 300_000)
        try await host.stop()
    }

    @Test("a hundred streams at once, each with its own answer, over one connection")
    func manyStreams() async throws {
        let host = try await SigningGateway()
        host.backend.respond { .text($0.target) }
        let streams = (0..<100).map { Int32($0 * 2 + 1) }
        let client = try await HTTP2Client.open(host.gateway, streams.flatMap { get($0, "/public/\($0)") })
        for stream in streams { #expect(try await client.answer(stream).text == "/public/\(stream)") }
        try await host.stop()
    }

    @Test("103 and trailer fields reach a client that asked for them")
    func interimAndTrailers() async throws {
        let host = try await SigningGateway()
        host.backend.respond { _ in
            .raw(
                Array(
                    ("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        + "Trailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a=b\r\n\r\n").utf8))
        }
        let client = try await HTTP2Client.open(host.gateway, get(1, "/public/x", [("te", "trailers")]) + get(3))
        let answer = try await client.answer(1)
        #expect(answer.interim == [103] && answer.status == 200 && answer.text == "ok", "\(answer)")
        #expect(answer.trailers.map(\.name) == ["x-sum"] && answer.trailers.first?.value == "7", "\(answer)")
        #expect(try await client.answer(3).trailers.isEmpty)
        try await host.stop()
    }

    @Test("a client's reset ends its request at the backend; the connection goes on")
    func clientResets() async throws {
        let host = try await SigningGateway()
        let isGone = Mutex(false)
        host.backend.respond { request in
            guard request.path == "/public/slow" else { return .text("ok") }
            return .takeOver { socket in
                socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
                _ = socket.readToEnd()
                isGone.withLock { $0 = true }
            }
        }
        let client = try await HTTP2Client.open(host.gateway, get(1, "/public/slow"))
        _ = try await eventually("the first byte") { client.answers[1]?.body.count == 1 ? true : nil }
        try await client.send(FrameBytes.reset(1) + get(3))
        #expect(try await client.answer(3).text == "ok")
        _ = try await eventually("the backend's end") { isGone.withLock { $0 } ? true : nil }
        try await host.stop()
    }

    @Test("a backend that breaks off ends its stream with an error and no other; one that says nothing is 502")
    func backendBreaks() async throws {
        let host = try await SigningGateway()
        host.backend.respond { request in
            switch request.path {
            case "/public/cut": .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".utf8))
            case "/public/gone": .hangUp
            default: .text("ok")
            }
        }
        let client = try await HTTP2Client.open(
            host.gateway, get(1, "/public/cut") + get(3, "/public/gone") + get(5))
        let cut = try await client.answer(1)
        #expect(cut.resetCode == 2 && !cut.hasEnded, "\(cut)")
        #expect(try await client.answer(3).status == 502)
        #expect(try await client.answer(5).text == "ok")
        try await host.stop()
    }

    @Test("an answer of the gateway's own does not wait for the request's body: the stream then ends without an error")
    func earlyAnswer() async throws {
        let host = try await SigningGateway()
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.headers(1, FrameBytes.request("POST", "/deny/x"), ends: false))
        let answer = try await eventually("the reset") { client.answers[1].flatMap { $0.resetCode == nil ? nil : $0 } }
        #expect(answer.status == 401 && answer.hasEnded && answer.resetCode == 0, "\(answer)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("the load balancer's 10,000 requests end in GOAWAY, and every one is answered")
    func requestLimit() async throws {
        let host = try await SigningGateway()
        let result = try await Tool.run(
            "curl",
            [
                "--silent", "--http2", "--noproxy", "*", "--max-time", "60", "--cacert", host.gateway.caFile,
                "--output", "/dev/null", "--write-out", "%{http_code} %{num_connects}\n",
                host.origin + "/.gatehouse/none/[1-10010]",
            ])
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 10_010 && lines.allSatisfy { $0.hasPrefix("404 ") }, "\(result.output.suffix(200))")
        #expect(lines.count { $0.hasSuffix(" 1") } == 2)
        try await host.stop()
    }

    @Test("SIGTERM drains: GOAWAY, a running answer ends whole, exit code 0")
    func drain() async throws {
        let host = try await SigningGateway()
        host.backend.respond { _ in .pieces((0..<10).map { "piece\($0) " }, pause: .milliseconds(150)) }
        let client = try await HTTP2Client.open(host.gateway, get(1))
        _ = try await eventually("piece1") { client.answers[1]?.text.contains("piece1") == true ? true : nil }
        let idle = try await HTTP2Client.open(host.gateway)
        host.gateway.program.signal(SIGTERM)
        _ = try await client.frame("GOAWAY") { $0.isA(.goAway) && $0.code == 0 }
        let answer = try await client.answer(1)
        #expect(answer.text.contains("piece9") && answer.hasEnded, "\(answer)")
        _ = try await idle.connection.readToEnd()
        #expect(try await host.gateway.program.exitCode() == 0)
    }

    @Test("a body that stops is 408; half a frame, and a connection without requests, PINGs or not, end")
    func deadlines() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {idle_timeout.timeout_seconds: 2, gatehouse.client_header_timeout.seconds: 1}")
        let stalled = try await HTTP2Client.open(
            host.gateway, FrameBytes.headers(1, FrameBytes.request("POST", "/public/x"), ends: false))
        let half = try await HTTP2Client.open(host.gateway, Array(get(1).prefix(12)))
        let idle = try await HTTP2Client.open(host.gateway)
        // PING keeps nobody alive (§6).
        let pinging = try await HTTP2Client.open(host.gateway, get(1))
        let pings = Task {
            while !Task.isCancelled {
                try await pinging.send(FrameBytes.frame(.ping, Array(repeating: 0, count: 8)))
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        #expect(try await half.connectionError() == 11)
        #expect(try await stalled.answer(1).status == 408)
        _ = try await idle.frame("GOAWAY") { $0.isA(.goAway) && $0.code == 0 }
        _ = try await idle.connection.readToEnd()
        #expect(try await pinging.answer(1).status == 200)
        _ = try await pinging.frame("GOAWAY") { $0.isA(.goAway) && $0.code == 0 }
        _ = try await pinging.connection.readToEnd()
        pings.cancel()
        try await host.stop()
    }

    @Test("a client that takes nothing of its response loses the stream, and the backend is let go")
    func stalledWindow() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {idle_timeout.timeout_seconds: 1}")
        host.backend.respond { $0.path == "/public/big" ? .zeros(5_000_000) : .text("ok") }
        let client = try await HTTP2Client.open(host.gateway, settings: [(4, 10)], get(1, "/public/big"))
        let answer = try await client.answer(1)
        #expect(answer.resetCode == 8 && answer.body.count == 10, "\(answer)")
        try await client.send(get(3, "/public/small"))
        #expect(try await client.answer(3).text == "ok")
        try await host.stop()
    }
}
