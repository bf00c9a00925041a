import Foundation
import ProcessTesting

/// A WebSocket's client on a connection of its own.
struct WebSocketClient {
    static let key = "AQIDBAUGBwgJCgsMDQ4PEA=="
    let connection: RawConnection

    /// The request that opens a WebSocket.
    static func handshake(_ target: String, _ fields: String...) -> String {
        ([
            "GET \(target) HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
        ] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Opens a WebSocket; the answer must be a `101`.
    init(_ connection: RawConnection, _ handshake: String) async throws {
        self.connection = connection
        try await connection.write(handshake)
        let answer = try await connection.read(until: "\r\n\r\n")
        guard answer.hasPrefix("HTTP/1.1 101 ") else { throw Failure("no WebSocket: \(answer.prefix(200))") }
    }

    /// Over a connection whose handshake was sent already.
    init(waiting connection: RawConnection) { self.connection = connection }

    /// The answer's head.
    var head: String { connection.received.components(separatedBy: "\r\n\r\n")[0] }

    /// All bytes behind the head.
    var bytes: [UInt8] {
        let received = connection.receivedBytes
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
        return Array(received[end.upperBound...])
    }

    /// All whole frames so far.
    var frames: [WebSocketFrame] {
        var buffer = bytes
        var frames: [WebSocketFrame] = []
        while let frame = WebSocketFrame.take(from: &buffer) { frames.append(frame) }
        return frames
    }

    func send(_ frame: WebSocketFrame) async throws { try await connection.write(frame.bytes(masked: true)) }

    /// Waits until this many frames have come.
    func frames(_ count: Int, within limit: Duration = .seconds(10)) async throws -> [WebSocketFrame] {
        try await eventually("\(count) frames", within: limit) {
            let frames = self.frames
            return frames.count >= count || connection.isClosed ? frames : nil
        }
    }
}

extension SigningGateway {
    /// Signs somebody in; the cookie pair that the browser holds then.
    func sessionCookie() async throws -> String {
        let browser = browser()
        let signedIn = try await browser(callback(browser))
        guard let cookie = signedIn.sessionCookie else { throw Failure("no session: \(signedIn)") }
        backend.reset()
        return String(cookie.prefix { $0 != ";" })
    }

    func connect() async throws -> RawConnection {
        try await RawConnection.open(port: gateway.port, caFile: gateway.caFile)
    }
}
