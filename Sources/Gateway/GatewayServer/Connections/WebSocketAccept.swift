import Crypto
import Foundation

/// `Sec-WebSocket-Accept` (RFC 6455 §4.2.2): proof that a backend read the handshake. It guards no secret, so SHA-1 serves.
enum WebSocketAccept {
    /// The value that accepts a key.
    static func value(forKey key: [UInt8]) -> [UInt8] {
        let digest = Insecure.SHA1.hash(data: key + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return Array(Data(digest).base64EncodedString().utf8)
    }
}
