import Foundation
import ProcessTesting
import Testing

@Suite(
    "A WebSocket is authenticated at its upgrade; what is none stays HTTP (peers' 33, 92)", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct WebSocketTests {
    @Test("signed in: the backend is asked in the gateway's words and told who it is; messages pass both ways")
    func signedIn() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        host.backend.respond(StubResponse.webSocketEcho)
        let client = try await WebSocketClient(
            host.connect(),
            WebSocketClient.handshake(
                "/ws?a=b", "Cookie: \(cookie); theme=dark", "x-amzn-oidc-identity: spoofed", "HTTP2-Settings: AAMAAABk",
                "Origin: https://localhost", "Sec-WebSocket-Protocol: chat"))
        let request = try #require(host.backend.requests.first)
        #expect(request.target == "/ws?a=b" && request.values("x-amzn-oidc-identity") == [ProviderStub.subject])
        #expect(request.values("upgrade") == ["websocket"] && request.values("connection") == ["Upgrade"])
        #expect(request.values("sec-websocket-key") == [WebSocketClient.key])
        #expect(request.values("cookie") == ["theme=dark"] && request.value("http2-settings") == nil)
        #expect(client.head.contains("Sec-WebSocket-Accept: \(WebSocketFrame.accept(WebSocketClient.key))"))
        #expect(client.head.lowercased().contains("connection: upgrade") && !client.head.contains("Content-Length"))
        let sent = [WebSocketFrame.text("hello"), .init(9, [1, 2]), .init(2, [UInt8](repeating: 7, count: 70_000))]
        for frame in sent { try await client.send(frame) }
        let expected = [sent[0], WebSocketFrame(10, [1, 2]), sent[2]]
        #expect(try await client.frames(3) == expected)
        try await client.send(.close(1000))
        #expect(try await client.frames(4).last == .close(1000))
        _ = try await client.connection.readToEnd()
        try await host.stop()
    }

    @Test("without a session, or from another site's page, nothing reaches the backend")
    func refused() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.websocket.allowed_origins: [\"https://Friend.test:443\"]}")
        let cookie = "Cookie: " + (try await host.sessionCookie())
        host.backend.respond(StubResponse.webSocketEcho)
        func status(_ target: String, _ fields: String...) async throws -> Int {
            let connection = try await host.connect()
            try await connection.write(
                WebSocketClient.handshake(target).dropLast(1) + fields.map { $0 + "\r\n" }.joined() + "\r\n")
            let answer = try await connection.read(until: "\r\n\r\n")
            await connection.close()
            return Int(answer.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
        }
        for target in ["/ws", "/deny/ws"] { #expect(try await status(target) == 401, "\(target)") }
        #expect(
            try await status("/ws", "Cookie: AWSELBAuthSessionCookie-0=\(String(repeating: "A", count: 43))") == 401)
        for origin in [
            "https://evil.test", "null", "", "http://localhost", "https://localhost.evil.test", "https://localhost:444",
            "https://evil.test/https://localhost", "https://localhost\r\nOrigin: https://evil.test",
        ] {
            for target in ["/ws", "/deny/ws", "/optional/ws"] {
                #expect(try await status(target, cookie, "Origin: \(origin)") == 403, "\(target) \(origin)")
            }
        }
        #expect(host.backend.requests.isEmpty)
        for origin in ["https://localhost", "https://LOCALHOST:443", "https://friend.test"] {
            #expect(try await status("/ws", cookie, "Origin: \(origin)") == 101, "\(origin)")
        }
        // Nobody's session is used where there is none: a page may open what everybody may.
        #expect(try await status("/public/ws", cookie, "Origin: https://evil.test") == 101)
        #expect(try await status("/optional/ws", "Origin: https://evil.test") == 101)
        #expect(try await status("/ws", cookie) == 101)
        try await host.stop()
    }

    @Test("a failed upgrade stays HTTP: the next request on the connection is parsed, cleaned and authenticated (33)")
    func failedUpgrade() async throws {
        let host = try await SigningGateway()
        let cookie = "Cookie: " + (try await host.sessionCookie())
        for status in [200, 401, 404, 426, 500] {
            host.backend.reset()
            host.backend.respond { request in
                request.value("upgrade") == nil
                    ? .text("plain")
                    : .answer(status: status, fields: [("Upgrade", "websocket")], body: Array("no".utf8))
            }
            let connection = try await host.connect()
            // The second and the third request are there before the backend has answered the first.
            try await connection.write(
                WebSocketClient.handshake("/ws", cookie)
                    + "GET /admin HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
                    + "GET /public/x HTTP/1.1\r\nHost: localhost\r\nX-Amzn-Oidc-Identity: spoofed\r\n"
                    + "Connection: close\r\n\r\n")
            let answer = try await connection.readToEnd()
            let statuses = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
            #expect(statuses == ["\(status)", "401", "200"], "\(answer)")
            #expect(host.backend.requests.map(\.target) == ["/ws", "/public/x"])
            #expect(host.backend.requests.last?.value("x-amzn-oidc-identity") == nil)
        }
        try await host.stop()
    }

    @Test("h2c and every upgrade but a whole WebSocket handshake go on as plain requests")
    func otherUpgrades() async throws {
        let host = try await PlainGateway()
        let handshake = WebSocketClient.handshake("/x", "HTTP2-Settings: AAMAAABk", "Connection: close, HTTP2-Settings")
        for (old, new) in [
            ("Upgrade: websocket", "Upgrade: h2c"), ("Upgrade: websocket", "Upgrade: TLS/1.3, h2c"),
            ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"), (WebSocketClient.key, "short"),
            ("GET /x", "POST /x"), ("HTTP/1.1\r\n", "HTTP/1.0\r\n"),
        ] {
            host.backend.reset()
            let answer = try await host.exchange(handshake.replacing(old, with: new))
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(new): \(answer)")
            let request = try #require(host.backend.requests.first)
            #expect(request.value("upgrade") == nil && request.value("http2-settings") == nil, "\(new)")
            #expect(request.value("connection") == nil, "\(new)")
        }
        try await host.stop()
    }

    @Test("a backend that switches unasked, or without proof that it read the handshake, is 502 and dropped")
    func falseSwitch() async throws {
        let host = try await PlainGateway()
        let upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        let proof = "Sec-WebSocket-Accept: \(WebSocketFrame.accept(WebSocketClient.key))\r\n"
        let handshake = WebSocketClient.handshake("/")
        for (request, answer) in [
            (MalformedRequests.head("X: y", method: "GET"), upgrade + proof),
            (handshake.replacing("Upgrade: websocket", with: "Upgrade: h2c"), upgrade + proof),
            (handshake, upgrade), (handshake, upgrade + proof.replacing("=", with: "A")),
            (handshake, upgrade.replacing("websocket", with: "h2c") + proof),
        ] {
            host.backend.respond { _ in
                .takeOver { socket in
                    socket.write(answer + "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    _ = socket.readToEnd()
                }
            }
            let connection = try await RawConnection.open(port: host.gateway.port)
            try await connection.write(request)
            #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502 "), "\(answer)")
            host.backend.respond { _ in .text("fresh") }
            #expect(try await Curl()(host.origin + "/").body == "fresh")
        }
        try await host.stop()
    }

    @Test("bytes sent ahead of the 101 wait for it")
    func ahead() async throws {
        let host = try await PlainGateway { request in
            // Long enough that the frame has arrived at the gateway, were it passed on early.
            usleep(100_000)
            return StubResponse.webSocketEcho(request)
        }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(
            Array(WebSocketClient.handshake("/").utf8) + WebSocketFrame.text("early").bytes(masked: true))
        let client = WebSocketClient(waiting: connection)
        #expect(try await client.frames(1) == [.text("early")])
        try await host.stop()
    }
}
