import Crypto
import Foundation

/// One frame of a WebSocket (RFC 6455 §5.2), as far as tests need them.
public struct WebSocketFrame: Sendable, Equatable {
    /// 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    public var opcode: UInt8
    /// Unmasked.
    public var payload: [UInt8]

    /// A whole message, or a control frame.
    public init(_ opcode: UInt8, _ payload: [UInt8]) {
        self.opcode = opcode
        self.payload = payload
    }

    /// A text message.
    public static func text(_ text: String) -> WebSocketFrame { WebSocketFrame(1, Array(text.utf8)) }

    /// A farewell.
    public static func close(_ code: UInt16, _ reason: String = "") -> WebSocketFrame {
        WebSocketFrame(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    /// The frame's bytes; a client masks them.
    public func bytes(masked: Bool) -> [UInt8] {
        let mark: UInt8 = masked ? 0x80 : 0
        var bytes = [0x80 | opcode]
        switch payload.count {
        case 0...125: bytes.append(mark | UInt8(payload.count))
        case 126...65535: bytes += [mark | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(mark | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (8 * (7 - $0))) }
        }
        guard masked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// Takes the first whole frame off `buffer`, if there is one.
    public static func take(from buffer: inout [UInt8]) -> WebSocketFrame? {
        guard buffer.count >= 2 else { return nil }
        let isMasked = buffer[1] & 0x80 != 0
        var length = Int(buffer[1] & 0x7F)
        var start = 2
        if length >= 126 {
            let digits = length == 126 ? 2 : 8
            guard buffer.count >= 2 + digits else { return nil }
            length = buffer[2..<2 + digits].reduce(0) { $0 << 8 | Int($1) }
            start += digits
        }
        let mask = isMasked ? Array(buffer.dropFirst(start).prefix(4)) : []
        start += isMasked ? 4 : 0
        guard buffer.count >= start + length else { return nil }
        var payload = Array(buffer[start..<start + length])
        if isMasked { for index in payload.indices { payload[index] ^= mask[index % 4] } }
        let frame = WebSocketFrame(buffer[0] & 0x0F, payload)
        buffer.removeSubrange(..<(start + length))
        return frame
    }

    /// `Sec-WebSocket-Accept` for a key.
    public static func accept(_ key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Data(Insecure.SHA1.hash(data: Array(text.utf8))).base64EncodedString()
    }
}

extension StubResponse {
    /// Agrees to a WebSocket, then lets the test speak.
    public static func webSocket(_ request: StubRequest, _ speak: @escaping @Sendable (StubSocket) -> Void)
        -> StubResponse
    {
        .takeOver { socket in
            socket.write(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(WebSocketFrame.accept(request.value("sec-websocket-key") ?? ""))\r\n\r\n"
            )
            speak(socket)
        }
    }

    /// A WebSocket that sends every message back, until a farewell, which it returns.
    public static func webSocketEcho(_ request: StubRequest) -> StubResponse {
        .webSocket(request) { socket in
            var buffer = socket.ahead
            while true {
                while var frame = WebSocketFrame.take(from: &buffer) {
                    if frame.opcode == 9 { frame.opcode = 10 }
                    guard socket.write(frame.bytes(masked: false)), frame.opcode != 8 else { return }
                }
                let more = socket.read()
                guard !more.isEmpty else { return }
                buffer += more
            }
        }
    }
}
