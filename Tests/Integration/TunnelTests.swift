import Foundation
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "A tunnel's bytes, its pace and its end", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct TunnelTests {
    private static let mebibyte = 1 << 20

    private func open(_ host: PlainGateway, allowsHalfClosure: Bool = false) async throws -> WebSocketClient {
        try await WebSocketClient(
            RawConnection.open(port: host.gateway.port, allowsHalfClosure: allowsHalfClosure),
            WebSocketClient.handshake("/"))
    }

    @Test("64 MiB each way arrive whole; a side that does not read costs the gateway no memory")
    func large() async throws {
        let total = 64 * Self.mebibyte
        let taken = Mutex(0)
        let mayRead = Mutex(false)
        let host = try await PlainGateway { request in
            .webSocket(request) { socket in
                let piece = [UInt8](repeating: 0x55, count: Self.mebibyte)
                for _ in 0..<64 { socket.write(piece) }
                while !mayRead.withLock({ $0 }) { usleep(10_000) }
                while taken.withLock({ $0 }) < total {
                    let count = socket.read().count
                    guard count > 0 else { return }
                    taken.withLock { $0 += count }
                }
                socket.write("done")
            }
        }
        let before = try host.gateway.program.residentKiB()
        let client = try await open(host)
        try await client.connection.setReading(false)
        try await Task.sleep(for: .milliseconds(500))
        try await client.connection.setReading(true)
        _ = try await eventually("64 MiB down", within: .seconds(30)) {
            client.connection.receivedBytes.count > total ? true : nil
        }
        async let sent: Void = client.connection.write([UInt8](repeating: 0xAA, count: total))
        try await Task.sleep(for: .milliseconds(500))
        let growth = try host.gateway.program.residentKiB() - before
        #expect(growth < 16 * 1024, "\(growth) KiB")
        mayRead.withLock { $0 = true }
        try await sent
        _ = try await client.connection.read(until: "done", within: .seconds(30))
        #expect(taken.withLock { $0 } == total && client.bytes.count == total + 4)
        try await host.stop()
    }

    @Test(
        "a client that has said its end still gets the backend's answer; the backend sees the end behind the last byte")
    func halfClosed() async throws {
        let host = try await PlainGateway { request in
            .webSocket(request) { socket in
                let bytes = socket.readToEnd()
                socket.write("got \(bytes.count) and the end")
            }
        }
        let client = try await open(host, allowsHalfClosure: true)
        try await client.connection.write([UInt8](repeating: 1, count: 300_000))
        try await client.connection.finishWriting()
        #expect(try await client.connection.readToEnd().hasSuffix("got 300000 and the end"))
        try await host.stop()
    }

    @Test("a backend that closes, or breaks off with bytes unread, ends the client's connection after its last byte")
    func backendEnds() async throws {
        let last = [UInt8](repeating: 3, count: 100_000)
        for readsFirst in [true, false] {
            let host = try await PlainGateway { request in
                .webSocket(request) { socket in
                    if readsFirst { _ = socket.read() } else { usleep(100_000) }
                    socket.write(last)
                }
            }
            let client = try await open(host)
            try await client.send(.text("hello"))
            _ = try await client.connection.readToEnd()
            // A socket closed over unread bytes may take its last ones along; none may come twice or out of order.
            #expect(readsFirst ? client.bytes == last : last.starts(with: client.bytes))
            host.backend.respond { _ in .text("next") }
            #expect(try await Curl()(host.origin + "/").body == "next")
            try await host.stop()
        }
    }

    @Test("an idle tunnel is told 1001 and closed; a busy one lives on past the idle time")
    func idle() async throws {
        let host = try await PlainGateway(
            attributes: "Attributes: {idle_timeout.timeout_seconds: 1}", StubResponse.webSocketEcho)
        let client = try await open(host)
        for round in 1...8 {
            try await Task.sleep(for: .milliseconds(250))
            try await client.send(.text("\(round)"))
        }
        #expect(try await client.frames(8).count == 8)
        _ = try await client.connection.readToEnd(within: .seconds(8))
        #expect(client.frames.last == .close(1001, "idle") && client.frames.count == 9)
        try await host.stop()
    }

    @Test("SIGTERM: an open tunnel is told 1001 within its time, and the gateway exits 0")
    func drain() async throws {
        let host = try await PlainGateway(StubResponse.webSocketEcho)
        let client = try await open(host)
        host.gateway.program.signal(SIGTERM)
        _ = try await eventually("refusal of new connections") { isListening(host.gateway.port) ? nil : true }
        try await client.send(.text("still here"))
        #expect(try await client.frames(1) == [.text("still here")])
        _ = try await client.connection.readToEnd(within: .seconds(15))
        #expect(client.frames.last == .close(1001, "going away"))
        #expect(try await host.gateway.program.exitCode() == 0)
    }

    @Test("sign-out ends the session's tunnels with 1008 and its event streams with a cut, and nobody else's")
    func signOut() async throws {
        let host = try await SigningGateway()
        let (cookie, other) = (try await host.sessionCookie(), try await host.sessionCookie())
        let streams = try await SessionBoundStreams(host, cookie: cookie)
        let others = try await SessionBoundStreams(host, cookie: other)
        let answer = try await Curl(caFile: host.gateway.caFile)(
            host.origin + "/oauth2/logout", "--cookie", cookie, "--header", "Sec-Fetch-Site: same-origin")
        #expect(answer.status == 302)
        try await streams.expectEnd()
        try await others.expectLife()
        try await host.stop()
    }
}
