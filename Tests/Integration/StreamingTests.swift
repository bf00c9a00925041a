import Foundation
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "Responses reach the client as they are produced; interim ones, expectations and trailers (peers' 90, 93, 97)",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct StreamingTests {
    private func get(_ fields: String = "") -> String {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\(fields)Connection: close\r\n\r\n"
    }

    @Test("each event arrives before the next is produced, with a length, in chunks and until the close")
    func events() async throws {
        let host = try await PlainGateway()
        for framing in ["Transfer-Encoding: chunked\r\n", "Content-Length: 45\r\n", ""] {
            let heard = Mutex(0)
            host.backend.respond { _ in
                .takeOver { socket in
                    socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(framing)\r\n")
                    for event in 1...5 {
                        let text = "data: \(event)\n\n"
                        socket.write(framing.contains("chunked") ? "9\r\n\(text)\r\n" : text)
                        // Nothing more is produced until the test has this one, so one that is held back stops all.
                        while heard.withLock({ $0 }) < event { usleep(1000) }
                    }
                    if framing.contains("chunked") { socket.write("0\r\n\r\n") }
                }
            }
            let connection = try await RawConnection.open(port: host.gateway.port)
            try await connection.write(get())
            for event in 1...5 {
                #expect(try await connection.read(until: "data: \(event)\n\n").contains("data: \(event)\n\n"))
                heard.withLock { $0 = event }
            }
            _ = try await connection.readToEnd()
        }
        try await host.stop()
    }

    @Test("103 passes, without what frames a body; 100 does not; 1.0 clients get none; seventeen are too many")
    func interim() async throws {
        let host = try await PlainGateway()
        func answer(_ interim: String, times: Int = 1) {
            host.backend.respond { _ in
                .raw(
                    Array(
                        (String(repeating: interim, count: times) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                            .utf8))
            }
        }
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nContent-Length: 9\r\n\r\n"
        answer(hints)
        let early = try await host.exchange(get())
        #expect(
            early.hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n"),
            "\(early)")
        let old = try await host.exchange(get().replacing("HTTP/1.1", with: "HTTP/1.0"))
        #expect(old.hasPrefix("HTTP/1.1 200 ") && !old.contains("103"), "\(old)")
        answer("HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try await host.exchange(get()).hasPrefix("HTTP/1.1 200 "))
        answer(hints, times: 16)
        #expect(try await host.exchange(get()).components(separatedBy: " 103 ").count == 17)
        answer(hints, times: 17)
        #expect(try await host.exchange(get()).contains("HTTP/1.1 502 "))
        try await host.stop()
    }

    @Test("Expect: refused by the backend, answered before the body, without a body; the connection stays in step (93)")
    func expect() async throws {
        let host = try await PlainGateway { request in
            request.target == "/refuse"
                ? .answer(status: 417, fields: [], body: Array("no".utf8)) : .text("\(request.bodyLength)")
        }
        func post(_ target: String, _ fields: String, _ body: String = "") -> String {
            "POST \(target) HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\(fields)\r\n\(body)"
        }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(post("/refuse", "Content-Length: 5\r\n"))
        #expect(try await connection.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.write("hello" + post("/none", "Content-Length: 0\r\n"))
        let both = try await connection.read(until: "\r\n\r\n0")
        #expect(both.contains("HTTP/1.1 417 ") && both.components(separatedBy: "100 Continue").count == 2, "\(both)")
        try await connection.write(
            post("/early", "\(StubServer.answerEarly): yes\r\nTransfer-Encoding: chunked\r\n"))
        _ = try await connection.read(until: "early")
        try await connection.write("3\r\nabc\r\n0\r\n\r\n" + get().replacing("GET /", with: "GET /last"))
        let all = try await connection.readToEnd()
        #expect(all.components(separatedBy: "HTTP/1.1 200 ").count == 4, "\(all)")
        #expect(host.backend.requests.map(\.target) == ["/refuse", "/none", "/early", "/last"])
        #expect(host.backend.requests.map(\.bodyLength) == [5, 0, 3, 0])
        #expect(host.backend.requests.allSatisfy { $0.value("expect") == nil })
        try await host.stop()
    }

    @Test("a response's trailers reach a client that takes them, cleaned; a malformed section cuts the response")
    func trailers() async throws {
        let host = try await PlainGateway()
        func answer(_ trailers: String) {
            host.backend.respond { _ in
                .raw(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\(trailers)\r\n".utf8))
            }
        }
        answer("X-Sum: 1\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nX-Amzn-Oidc-Data: e\r\nServer-Timing: a\r\n")
        let taken = try await host.exchange(get("TE: trailers\r\n"))
        #expect(taken.hasSuffix("2\r\nok\r\n0\r\nX-Sum: 1\r\nServer-Timing: a\r\n\r\n"), "\(taken)")
        #expect(host.backend.requests.last?.values("te") == ["trailers"])
        let refused = try await host.exchange(get())
        #expect(refused.hasSuffix("2\r\nok\r\n0\r\n\r\n"), "\(refused)")
        for bad in ["a b: c\r\n", "X: y\n", String(repeating: "X: y\r\n", count: 5000)] {
            answer(bad)
            for fields in ["", "TE: trailers\r\n"] {
                let cut = try await host.exchange(get(fields))
                #expect(!cut.contains("\r\n0\r\n"), "\(cut.suffix(60))")
            }
        }
        try await host.stop()
    }

    @Test("a request's trailers bring nothing to the backend, whatever they name (97)")
    func requestTrailers() async throws {
        let host = try await PlainGateway()
        for name in ["x-amzn-oidc-identity", "X_Forwarded_For", "Forwarded", "Content-Length", "Host", "X-Harmless"] {
            let answer = try await host.exchange(
                "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: \(name)\r\nTE: trailers\r\n"
                    + "Connection: close\r\n\r\n2\r\nhi\r\n0\r\n\(name): smuggled\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(name): \(answer)")
        }
        #expect(host.backend.requests.count == 6 && !host.backend.received.contains("smuggled"))
        try await host.stop()
    }
}
