import ProcessTesting
import Testing

@Suite(
    "Attacks on framing: no byte of one request becomes another, and no bad answer passes", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct FramingAttackTests {
    @Test("attacks 82, 84–88, 109: ambiguous framing and names are refused before the backend is asked")
    func requests() async throws {
        let host = try await PlainGateway()
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let lines = [
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: chunked\u{0b}",
            "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding : chunked", " Transfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked",
            "Transfer_Encoding: chunked", "Content-Length: 0\r\nContent-Length: 40", "Content-Length: 0, 40",
            "Content-Length: +5", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length:", "Content-Length: -1",
            "Content-Length: 18446744073709551616", "Content-Length: 9223372036854775808",
            "Content-Length: 4294967296x",
            "Content-Length : 5", "Content_Length: 5", ": x", "X Y: z", "X\u{0}: z", "X: a\rb", "X: a\u{0}b", "X\t: z",
            String(repeating: "n", count: 65536) + ": x",
        ]
        for line in lines {
            let status = try await rawStatus(
                port: host.gateway.port, "POST /a HTTP/1.1\r\nHost: localhost\r\n\(line)\r\n\r\n0\r\n\r\n" + smuggled)
            #expect([400, 431, 501].contains(status), "\(line.prefix(60)): \(status)")
        }
        let old = "POST /a HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled
        #expect(try await rawStatus(port: host.gateway.port, old) == 400)
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests.map(\.target))")
        // A name one byte shorter than the line's limit is only long: the length behind it still counts.
        let long = String(repeating: "n", count: 270)
        let body = "Content-Length: \(smuggled.utf8.count)\r\nConnection: close\r\n\r\n" + smuggled
        #expect(
            try await host.exchange("POST /a HTTP/1.1\r\nHost: a\r\n\(long): x\r\n" + body).hasPrefix("HTTP/1.1 200"))
        #expect(host.backend.requests.map(\.target) == ["/a"])
        try await host.stop()
    }

    @Test("attack 88: chunk sizes and extensions that overflow or hide something end the connection")
    func chunks() async throws {
        let host = try await PlainGateway()
        for chunk in [
            "ffffffffffffffff1\r\n", "-1\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "+5\r\nhello\r\n", "5\nhello\n",
            "5;" + String(repeating: "x", count: 100_000) + "\r\nhello\r\n", "5\r\nhelloGET /smuggled HTTP/1.1\r\n\r\n",
        ] {
            let answer = try await host.exchange(
                "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(chunk.prefix(40)): \(answer.prefix(60))")
        }
        #expect(!host.backend.requests.contains { $0.target == "/smuggled" })
        try await host.stop()
    }

    @Test("attacks 28, 89, 95, 97: what goes on is what was sent: nothing decoded, re-ordered or smuggled in a trailer")
    func forwarded() async throws {
        let host = try await PlainGateway()
        let query = "?a=1&a=2&%0d%0aX:y&b=%20HTTP/1.1&;=;&" + String(repeating: "p=1&", count: 3000)
        #expect(
            try await rawStatus(
                port: host.gateway.port,
                MalformedRequests.head(
                    "Proxy: http://evil.test", "P_r: x", method: "GET", target: "/a%20HTTP/1.1" + query)) == 200)
        let request = try #require(host.backend.requests.last)
        #expect(request.target == "/a%20HTTP/1.1" + query)
        #expect(request.values("proxy").isEmpty)
        #expect(
            try await rawStatus(
                port: host.gateway.port, MalformedRequests.head("X: y", method: "GET", target: "/a%0d%0aX:%20y")) == 400
        )
        let trailers = "0\r\nX-Forwarded-For: 1.1.1.1\r\nx_amzn_oidc_data: spoofed\r\nContent-Length: 9\r\n\r\n"
        let answer = try await host.exchange(
            MalformedRequests.head("Transfer-Encoding: chunked", "Connection: close") + "2\r\nhi\r\n" + trailers)
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(!host.backend.received.contains("spoofed") && !host.backend.received.contains("1.1.1.1"))
        try await host.stop()
    }

    @Test(
        "attacks 34, 81, 90, 92: a backend's broken, doubled or unasked answer is 502 or a cut, never a second answer")
    func responses() async throws {
        let host = try await PlainGateway()
        for answer in [
            "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 O\u{1}K\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n X: folded\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
            "HTTP/2 200\r\n\r\n", "HTTP/1.1 99 Low\r\n\r\n", "\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
            String(repeating: "HTTP/1.1 103 Hint\r\n\r\n", count: 100) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ] {
            host.backend.respond { _ in .raw(Array(answer.utf8)) }
            let text = try await host.exchange(MalformedRequests.head("Connection: close", method: "GET"))
            #expect(text.contains("HTTP/1.1 502 "), "\(answer.prefix(60).debugDescription): \(text.prefix(80))")
        }
        // Bytes behind the response's end belong to nobody: the next request goes over another connection.
        host.backend.respond { _ in
            .raw(
                Array(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
                        .utf8))
        }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(MalformedRequests.head("X: y", method: "GET"))
        _ = try await connection.read(until: "ok")
        host.backend.respond { _ in .text("good") }
        try await connection.write(MalformedRequests.head("Connection: close", method: "GET"))
        let text = try await connection.readToEnd()
        #expect(text.contains("good") && !text.contains("evil"), "\(text)")
        try await host.stop()
    }

    @Test("attack 93: Expect without a body, and one the backend refuses, leave no byte over for the next request")
    func expectations() async throws {
        let host = try await PlainGateway()
        let next = MalformedRequests.head("Connection: close", method: "GET", target: "/next")
        let empty = try await host.exchange(MalformedRequests.head("Expect: 100-continue", "Content-Length: 0") + next)
        #expect(empty.components(separatedBy: "HTTP/1.1 200 ").count == 3, "\(empty)")
        host.backend.respond { $0.target == "/next" ? .text("ok") : .answer(status: 403, fields: [], body: []) }
        let refused = try await host.exchange(
            MalformedRequests.head("Expect: 100-continue", "Content-Length: 5") + "hello" + next)
        #expect(refused.contains("HTTP/1.1 403 ") && refused.contains("HTTP/1.1 200 "), "\(refused)")
        #expect(host.backend.requests.map(\.target) == ["/", "/next", "/", "/next"])
        try await host.stop()
    }
}
