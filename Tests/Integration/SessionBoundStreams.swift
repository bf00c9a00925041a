import HTTP2Testing
import ProcessTesting
import Testing

/// One of each kind of what lasts as long as its session: a WebSocket and an event stream, over HTTP/1.1 and over HTTP/2.
struct SessionBoundStreams {
    private let tunnel: WebSocketClient
    private let events: RawConnection
    private let multiplexed: HTTP2Client

    /// Opens all four. The backend echoes WebSockets and never ends event streams.
    init(_ host: SigningGateway, cookie: String) async throws {
        host.backend.respond { request in
            guard request.value("upgrade") == nil else { return StubResponse.webSocketEcho(request) }
            return .takeOver { socket in
                socket.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "9\r\ndata: 1\n\n\r\n")
                _ = socket.readToEnd()
            }
        }
        tunnel = try await WebSocketClient(host.connect(), WebSocketClient.handshake("/ws", "Cookie: \(cookie)"))
        events = try await host.connect()
        try await events.write("GET /events HTTP/1.1\r\nHost: localhost\r\nCookie: \(cookie)\r\n\r\n")
        multiplexed = try await HTTP2Client.open(host.gateway)
        let connect =
            FrameBytes.request("CONNECT", "/ws")
            + [(":protocol", "websocket"), ("sec-websocket-version", "13"), ("cookie", cookie)]
        try await multiplexed.send(
            FrameBytes.headers(1, connect, ends: false)
                + FrameBytes.data(1, WebSocketFrame.text("before").bytes(masked: true), ends: false)
                + FrameBytes.get(3, "/events", [("cookie", cookie)]))
        try await expectLife()
    }

    /// All four are open and work.
    func expectLife() async throws {
        let count = tunnel.frames.count
        try await tunnel.send(.text("before"))
        #expect(try await tunnel.frames(count + 1).last == .text("before"))
        _ = try await events.read(until: "data: 1")
        _ = try await eventually("both streams of HTTP/2") { [multiplexed] in
            let answers = multiplexed.answers
            return answers[1]?.body.isEmpty == false && answers[3]?.text == "data: 1\n\n" ? true : nil
        }
        #expect(!events.isClosed && multiplexed.answers.values.allSatisfy { !$0.hasEnded && $0.resetCode == nil })
    }

    /// Closes all four: a gateway that is to stop waits for running exchanges.
    func close() async {
        await tunnel.connection.close()
        await events.close()
        await multiplexed.connection.close()
    }

    /// All four end: WebSockets with 1008, event streams with a cut that is no proper end.
    /// - Parameter hasEarlierConfiguration: whether HTTP/2's connection ends with its last stream.
    func expectEnd(hasEarlierConfiguration: Bool = false) async throws {
        _ = try await tunnel.connection.readToEnd()
        #expect(tunnel.frames.last == .close(1008, "session ended"))
        #expect(try await !events.readToEnd().contains("0\r\n\r\n"))
        let stream = try await multiplexed.answer(3)
        #expect(stream.resetCode != nil && !stream.hasEnded, "\(stream)")
        var bytes = try await multiplexed.answer(1).body
        var frames: [WebSocketFrame] = []
        while let frame = WebSocketFrame.take(from: &bytes) { frames.append(frame) }
        #expect(frames.last == .close(1008, "session ended"))
        if hasEarlierConfiguration {
            _ = try await multiplexed.connection.readToEnd()
        } else {
            #expect(!multiplexed.connection.isClosed, "what else the connection carries goes on")
        }
    }
}
