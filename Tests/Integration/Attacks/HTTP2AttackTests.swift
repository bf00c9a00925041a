import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "HTTP/2's own attacks: what becomes HTTP/1.1 is clean, and floods end their connection (peers' 16, 80, 91, 96, 98–101, 103)",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HTTP2AttackTests {
    private static let protocolError: UInt32 = 1
    private static let calm: UInt32 = 11

    /// Sends fields on a stream of its own; what came of it. The connection must serve another request afterwards.
    private func outcome(
        _ host: SigningGateway, _ fields: [(String, String)], _ data: [UInt8]? = nil
    ) async throws -> HTTP2Client.Answer {
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.headers(1, fields, ends: data == nil) + (data.map { FrameBytes.data(1, $0) } ?? [])
        )
        let answer = try await client.answer(1)
        try await client.send(FrameBytes.get(3, "/.gatehouse/none"))
        #expect(try await client.answer(3).status == 404)
        return answer
    }

    private func isRefused(_ answer: HTTP2Client.Answer) -> Bool {
        answer.status == 400 || answer.resetCode == Self.protocolError
    }

    @Test("a path that is none never reaches a rule or the backend (16)")
    func paths() async throws {
        let host = try await SigningGateway()
        let paths = [
            "", "public/x", "*", "https://localhost/public/x", "//evil.test\\x", "?x", "/public/../%2e%2e%2fx",
        ]
        for path in paths {
            let answer = try await outcome(host, FrameBytes.request("GET", path))
            #expect(isRefused(answer), "\(path): \(answer)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("no byte of a pseudo-header field or of a field ends a line (80)")
    func injection() async throws {
        let host = try await SigningGateway()
        for byte in ["\r\n", "\r", "\n", "\0", " ", "#"] {
            let text = "a\(byte)X: 1"
            var requests = [
                FrameBytes.request("GET", "/public/" + text),
                FrameBytes.request("GET", "/public/x", authority: "localhost" + byte + "x"),
                FrameBytes.request("GET", "/public/x", scheme: "https" + byte),
            ]
            // A `#` may stand in a method and in a field's name.
            if byte != "#" {
                requests.append(FrameBytes.request("GET" + byte, "/public/x"))
                requests.append(FrameBytes.request("GET", "/public/x") + [("x" + byte + "y", "1")])
            }
            if byte != " ", byte != "#" { requests.append(FrameBytes.request("GET", "/public/x") + [("x", text)]) }
            for request in requests {
                let answer = try await outcome(host, request)
                #expect(isRefused(answer), "\(request): \(answer)")
            }
        }
        for (name, value) in [
            ("connection", "close"), ("transfer-encoding", "chunked"), ("upgrade", "h2c"), ("X-Upper", "1"),
            ("content-length", "5"), ("host", "evil.test"), (":path", "/public/y"), ("te", "chunked"),
        ] {
            let answer = try await outcome(host, FrameBytes.request("GET", "/public/x") + [(name, value)])
            #expect(isRefused(answer), "\(name): \(answer)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a body that is not as long as stated ends its stream, and the backend's connection with it (91)")
    func lengths() async throws {
        let host = try await SigningGateway()
        let post = FrameBytes.request("POST", "/public/x") + [("content-length", "5")]
        let smuggled = Array("abcdeGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        for data in [Array("abc".utf8), smuggled, nil] {
            let answer = try await outcome(host, post, data)
            #expect(answer.resetCode == Self.protocolError, "\(answer)")
        }
        let client = try await HTTP2Client.open(host.gateway, FrameBytes.get(1, "/public/after"))
        #expect(try await client.answer(1).text == "ok")
        #expect(!host.backend.received.contains("smuggled"))
        #expect(host.backend.requests.last?.target == "/public/after")
        #expect(host.backend.requests.allSatisfy { $0.method == "GET" || $0.bodyLength == 0 })
        try await host.stop()
    }

    @Test("CONNECT leads to a WebSocket in whole, or nowhere (96)")
    func connect() async throws {
        let host = try await SigningGateway()
        let plain = try await outcome(host, [(":method", "CONNECT"), (":authority", "localhost:22")])
        #expect(plain.status == 405 || plain.resetCode == Self.protocolError, "\(plain)")
        let version = ("sec-websocket-version", "13")
        let connect = FrameBytes.request("CONNECT", "/public/x") + [(":protocol", "websocket")]
        for (fields, status) in [
            (FrameBytes.request("CONNECT", "/public/x") + [(":protocol", "h2c"), version], 501),
            (FrameBytes.request("CONNECT", "/public/x") + [(":protocol", ""), version], 0),
            (FrameBytes.request("GET", "/public/x") + [(":protocol", "websocket"), version], 0),
            (connect, 400), (connect + [("sec-websocket-version", "8")], 400), (connect + [version, version], 400),
            (connect + [version, ("sec-websocket-key", "AQIDBAUGBwgJCgsMDQ4PEA==")], 0),
            (connect + [version, ("upgrade", "websocket")], 0), (connect + [version, ("content-length", "5")], 0),
            (connect + [version, (":protocol", "websocket")], 0),
            (connect.filter { $0.0 != ":path" } + [version], 0),
            (connect.filter { $0.0 != ":authority" } + [version], 0),
        ] {
            let answer = try await outcome(host, fields)
            #expect(
                answer.status == status && (status > 0 || answer.resetCode == Self.protocolError),
                "\(fields): \(answer)")
        }
        #expect(host.backend.connections == 0)
        try await host.stop()
    }

    @Test("a malformed frame of the connection ends it and nothing else (a find of the fuzzer)")
    func malformedConnectionFrames() async throws {
        let host = try await SigningGateway()
        let block = FrameBytes.block(FrameBytes.request("GET", "/public/x"))
        for frame in [
            FrameBytes.frame(.headers, flags: 5, stream: 0, block), FrameBytes.frame(.data, stream: 0, [1]),
            FrameBytes.frame(.reset, stream: 0, [0, 0, 0, 8]), FrameBytes.frame(.settings, flags: 1, stream: 0, [1]),
            FrameBytes.frame(.ping, stream: 0, [1]), FrameBytes.frame(.goAway, stream: 0, [1]),
            FrameBytes.frame(.windowUpdate, stream: 0, [0, 0, 0, 0]), FrameBytes.frame(.priority, stream: 0, [1]),
            FrameBytes.frame(.pushPromise, stream: 1, block), FrameBytes.frame(.continuation, stream: 0, block),
        ] {
            let client = try await HTTP2Client.open(host.gateway, FrameBytes.get(1, "/public/x"))
            #expect(try await client.answer(1).status == 200)
            try? await client.send(frame)
            #expect(try await client.connectionError() != 0, "\(frame)")
        }
        #expect(try await host.status("/public/after") == 200)
        #expect(host.backend.requests.count == 11)
        try await host.stop()
    }

    @Test("rapid resets end the connection, and the backend hears of few (98)")
    func rapidReset() async throws {
        let host = try await SigningGateway()
        let client = try await HTTP2Client.open(host.gateway)
        try? await client.send(
            (0..<2000).flatMap { index -> [UInt8] in
                let stream = Int32(index * 2 + 1)
                return FrameBytes.get(stream, "/public/x") + FrameBytes.reset(stream)
            })
        #expect(try await client.connectionError() == Self.calm)
        #expect(host.backend.requests.count <= 256, "\(host.backend.requests.count)")
        try await host.stop()
    }

    @Test("a field block without an end ends the connection (99)")
    func continuations() async throws {
        let host = try await SigningGateway()
        for payload in [[], FrameBytes.rawField([0x78], Array(repeating: 0x61, count: 8000))] {
            let client = try await HTTP2Client.open(
                host.gateway,
                FrameBytes.frame(.headers, stream: 1, FrameBytes.block(FrameBytes.request("GET", "/public/x"))))
            try? await client.send((0..<200).flatMap { _ in FrameBytes.frame(.continuation, stream: 1, payload) })
            #expect(try await client.connectionError() == Self.calm)
        }
        #expect(host.backend.connections == 0)
        try await host.stop()
    }

    @Test("faults that make the gateway reset streams are counted as the client's (100)")
    func madeYouReset() async throws {
        let host = try await SigningGateway()
        host.backend.respond { _ in .silence }
        let faults: [(Int32) -> [UInt8]] = [
            { FrameBytes.windowUpdate($0, 0) },
            { FrameBytes.windowUpdate($0, 0x7FFF_FFFF) },
            { FrameBytes.frame(.priority, stream: $0, FrameBytes.bytes(UInt32($0)) + [0]) },
            { FrameBytes.data($0, [1]) },
            { _ in [] },
        ]
        let farewell = FrameBytes.frame(.goAway, stream: 0, Array(repeating: 0, count: 8))
        for (index, fault) in faults.enumerated() {
            // A client that has said goodbye, and still waits for an answer, is counted, too.
            for start in [[], FrameBytes.get(1, "/public/x") + farewell] {
                let client = try await HTTP2Client.open(host.gateway, start)
                try? await client.send(
                    (0..<1000).flatMap { number -> [UInt8] in
                        let stream = Int32(number * 2 + 3)
                        return FrameBytes.get(stream, "/public/x") + fault(stream)
                    })
                #expect(try await client.connectionError() != 0, "fault \(index), farewell: \(!start.isEmpty)")
            }
        }
        let most = 2 * faults.count * 256
        #expect(host.backend.requests.count <= most, "\(host.backend.requests.count)")
        #expect(try await host.status("/.gatehouse/none") == 404)
        try await host.stop()
    }

    @Test("a window that is opened byte by byte ends the connection before the data is out (101)")
    func dribble() async throws {
        let host = try await SigningGateway()
        host.backend.respond { _ in .zeros(100_000) }
        let streams = (0..<50).map { Int32($0 * 2 + 1) }
        let client = try await HTTP2Client.open(
            host.gateway, settings: [(4, 0)], streams.flatMap { FrameBytes.get($0, "/public/x") })
        for stream in streams {
            _ = try await client.frame("a head on stream \(stream)") { $0.stream == stream && $0.isA(.headers) }
        }
        let byte = streams.flatMap { FrameBytes.windowUpdate($0, 1) }
        try? await client.send((0..<1000).flatMap { _ in byte })
        #expect(try await client.connectionError() == Self.calm)
        let sent = client.frames.filter { $0.isA(.data) }
        #expect(sent.count < 10_000, "\(sent.count) frames")
        let next = try await HTTP2Client.open(host.gateway, FrameBytes.get(1, "/.gatehouse/none"))
        #expect(try await next.answer(1).status == 404)
        try await host.stop()
    }

    @Test("floods of frames that do nothing end their connection; the next client is served (101)")
    func floods() async throws {
        let host = try await SigningGateway()
        let open = FrameBytes.headers(1, FrameBytes.request("POST", "/public/x"), ends: false)
        let floods: [(String, [UInt8])] = [
            ("PING", FrameBytes.frame(.ping, Array(repeating: 0, count: 8))), ("SETTINGS", FrameBytes.settings()),
            ("empty DATA", FrameBytes.data(1, [], ends: false)),
            ("PRIORITY", FrameBytes.frame(.priority, stream: 3, [0, 0, 0, 0, 1])),
            ("tiny WINDOW_UPDATE", FrameBytes.windowUpdate(0, 1)),
            ("unknown", FrameBytes.frame(0xEE, stream: 0, [])),
        ]
        for (name, frame) in floods {
            let client = try await HTTP2Client.open(host.gateway, open)
            try? await client.send((0..<5000).flatMap { _ in frame })
            let code = try await client.connectionError()
            #expect(code == Self.calm, "\(name)")
        }
        let next = try await HTTP2Client.open(host.gateway, FrameBytes.get(1, "/public/x"))
        #expect(try await next.answer(1).text == "ok")
        try await host.stop()
    }

    @Test("large heads on too many streams with a window of zero: refused above 128, and all ended in time (103)")
    func pinnedMemory() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {idle_timeout.timeout_seconds: 2}")
        host.backend.respond { _ in .zeros(100_000) }
        let large = [("x-large", String(repeating: "a", count: 6000))]
        let streams = (0..<250).map { Int32($0 * 2 + 1) }
        let client = try await HTTP2Client.open(
            host.gateway, settings: [(4, 0)], streams.flatMap { FrameBytes.get($0, "/public/x", large) })
        let answers = try await eventually("an end of every stream", within: .seconds(20)) {
            let isClosed = client.connection.isClosed
            let answers = client.answers
            let ended = streams.count { answers[$0]?.resetCode != nil }
            return ended == streams.count || isClosed ? answers : nil
        }
        #expect(answers.values.allSatisfy { $0.body.isEmpty })
        #expect(host.backend.requests.count <= 128, "\(host.backend.requests.count)")
        let next = try await HTTP2Client.open(host.gateway, FrameBytes.get(1, "/.gatehouse/none"))
        #expect(try await next.answer(1).status == 404)
        try await host.stop()
    }
}
