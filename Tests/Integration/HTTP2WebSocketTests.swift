import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "A WebSocket on a stream of HTTP/2 (RFC 8441)", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HTTP2WebSocketTests {
    private func connect(_ stream: Int32, _ path: String, _ fields: [(String, String)] = []) -> [UInt8] {
        FrameBytes.headers(
            stream,
            FrameBytes.request("CONNECT", path) + [(":protocol", "websocket"), ("sec-websocket-version", "13")]
                + fields,
            ends: false)
    }

    private func frames(_ client: HTTP2Client, _ stream: Int32, _ count: Int) async throws -> [WebSocketFrame] {
        try await eventually("\(count) frames on stream \(stream)") {
            var body = client.answers[stream]?.body ?? []
            var frames: [WebSocketFrame] = []
            while let frame = WebSocketFrame.take(from: &body) { frames.append(frame) }
            return frames.count >= count || client.connection.isClosed ? frames : nil
        }
    }

    @Test("signed in: the backend gets an HTTP/1.1 handshake and the identity; messages pass both ways, then both ends")
    func signedIn() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        host.backend.respond(StubResponse.webSocketEcho)
        let client = try await HTTP2Client.open(host.gateway)
        _ = try await client.frame("SETTINGS that offer CONNECT with a protocol") {
            $0.isA(.settings) && $0.payload.firstRange(of: [0, 8, 0, 0, 0, 1]) != nil
        }
        // The first message is there before the backend has agreed.
        try await client.send(
            connect(1, "/ws?a=b", [("cookie", cookie + "; theme=dark"), ("x-amzn-oidc-identity", "spoofed")])
                + FrameBytes.data(1, WebSocketFrame.text("ahead").bytes(masked: true), ends: false))
        #expect(try await frames(client, 1, 1) == [.text("ahead")])
        let request = try #require(host.backend.requests.first)
        #expect(request.method == "GET" && request.target == "/ws?a=b")
        #expect(request.values("upgrade") == ["websocket"] && request.values("connection") == ["Upgrade"])
        #expect(request.values("sec-websocket-key").count == 1 && request.values("sec-websocket-version") == ["13"])
        #expect(request.values("x-amzn-oidc-identity") == [ProviderStub.subject])
        #expect(request.values("cookie") == ["theme=dark"] && request.value("transfer-encoding") == nil)
        let answer = try #require(client.answers[1])
        #expect(answer.status == 200 && !answer.hasEnded && answer.value("sec-websocket-accept") == nil)
        let large = WebSocketFrame(2, [UInt8](repeating: 7, count: 12_000))
        try await client.send(
            FrameBytes.data(1, large.bytes(masked: true), ends: false) + FrameBytes.get(3, "/.gatehouse/none"))
        #expect(try await frames(client, 1, 2).last == large)
        #expect(try await client.answer(3).status == 404, "other streams go on")
        try await client.send(FrameBytes.data(1, WebSocketFrame.close(1000).bytes(masked: true), ends: false))
        #expect(try await frames(client, 1, 3).last == .close(1000))
        #expect(try await client.answer(1).hasEnded)
        try await host.stop()
    }

    @Test("without a session, from another site's page, or with a backend that does not switch, no tunnel opens")
    func refused() async throws {
        let host = try await SigningGateway()
        let cookie = ("cookie", try await host.sessionCookie())
        let client = try await HTTP2Client.open(host.gateway)
        try await client.send(
            connect(1, "/ws") + connect(3, "/ws", [cookie, ("origin", "https://evil.test")])
                + connect(5, "/oauth2/logout"))
        #expect(try await client.answer(1).status == 401)
        #expect(try await client.answer(3).status == 403)
        #expect(try await client.answer(5).status >= 300)
        #expect(host.backend.requests.isEmpty)
        // A success that is no 101 would be a tunnel to this client.
        try await client.send(connect(7, "/public/plain"))
        let plain = try await client.answer(7)
        #expect(plain.status == 400 && !plain.text.isEmpty, "\(plain)")
        host.backend.respond { _ in .answer(status: 404, fields: [], body: Array("none".utf8)) }
        try await client.send(connect(9, "/public/none"))
        let none = try await client.answer(9)
        #expect(none.status == 404 && none.text == "none", "\(none)")
        try await host.stop()
    }

    @Test("the end of either side reaches the other: END_STREAM, a reset, the backend's close")
    func ends() async throws {
        let host = try await SigningGateway()
        host.backend.respond { request in
            .webSocket(request) { socket in
                let bytes = socket.readToEnd()
                socket.write("got \(bytes.count)")
            }
        }
        let client = try await HTTP2Client.open(host.gateway)
        try await client.send(
            connect(1, "/public/a") + FrameBytes.data(1, [1, 2, 3], ends: true) + connect(3, "/public/b"))
        let answer = try await client.answer(1)
        #expect(answer.text == "got 3" && answer.hasEnded, "\(answer)")
        _ = try await eventually("the second tunnel") { client.answers[3]?.status == 200 ? true : nil }
        try await client.send(FrameBytes.reset(3) + FrameBytes.get(5, "/.gatehouse/none"))
        #expect(try await client.answer(5).status == 404)
        host.backend.respond { request in .webSocket(request) { $0.write("bye") } }
        try await client.send(connect(7, "/public/c"))
        let last = try await client.answer(7)
        #expect(last.text == "bye" && last.hasEnded, "\(last)")
        try await host.stop()
    }

    @Test("1 MiB each way passes the windows, and a signed-out session ends its tunnel with 1008")
    func large() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let signedIn = try await browser(host.callback(browser))
        let cookie = String(try #require(signedIn.sessionCookie).prefix { $0 != ";" })
        let total = 1 << 20
        host.backend.respond { request in
            .webSocket(request) { socket in
                var missing = total
                while missing > 0 {
                    let count = socket.read().count
                    guard count > 0 else { return }
                    missing -= count
                }
                socket.write(WebSocketFrame(2, [UInt8](repeating: 5, count: total)).bytes(masked: false))
                _ = socket.readToEnd()
            }
        }
        let client = try await HTTP2Client.open(
            host.gateway, settings: [(4, 0x7FFF_FFFF)], FrameBytes.windowUpdate(0, 0x7000_0000))
        // The windows of the settings hold once they are acknowledged.
        _ = try await client.frame("SETTINGS") { $0.isA(.settings) && $0.flags & FrameBytes.acknowledgement == 0 }
        try await client.send(FrameBytes.frame(.settings, flags: FrameBytes.acknowledgement))
        try await client.send(connect(1, "/ws", [("cookie", cookie)]))
        let piece = [UInt8](repeating: 1, count: 16_384)
        for sent in 1...64 {
            // Within the windows: 256 KiB of the stream, given back as the backend takes them.
            _ = try await eventually("credit") {
                let credit = client.frames.filter { $0.isA(.windowUpdate) && $0.stream == 1 }
                    .reduce(262_144) { $0 + $1.payload.reduce(0) { $0 << 8 | Int($1) } }
                return credit >= sent * piece.count ? true : nil
            }
            try await client.send(FrameBytes.data(1, piece, ends: false))
        }
        #expect(try await frames(client, 1, 1).first?.payload.count == total)
        _ = try await browser(host.origin + "/oauth2/logout", "--header", "Sec-Fetch-Site: same-origin")
        #expect(try await frames(client, 1, 2).last == .close(1008, "session ended"))
        #expect(try await client.answer(1).hasEnded)
        try await host.stop()
    }
}
