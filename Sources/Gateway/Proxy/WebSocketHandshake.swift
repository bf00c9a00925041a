public import HTTP1
public import Wire

/// The opening handshake of a WebSocket over HTTP/1.1 (RFC 6455 §4), the only upgrade that is let through.
///
/// Any other `Upgrade`, `h2c` first of all, is dropped and its request goes on as plain HTTP: a backend that switched to what the gateway
/// cannot read would be reached past all rules.
public struct WebSocketHandshake: Equatable, Sendable {
    /// `Sec-WebSocket-Key`: 16 bytes in base64.
    public let key: ByteRange

    /// The handshake that the request opens, or nil if it opens none: not `GET`, with a body, without `websocket` among its upgrades, or
    /// without exactly one valid key and one `Sec-WebSocket-Version: 13`.
    public init?(_ head: RequestHead, _ bytes: Span<UInt8>) {
        guard head.asksUpgrade, head.method == .get, head.framing == .none else { return nil }
        var namesWebSocket = false
        var key: ByteRange?
        var version: ByteRange?
        for field in head.fields {
            switch field.known {
            case .upgrade:
                if ConnectionOptions.contains("websocket", in: bytes, field.value) { namesWebSocket = true }
            case .other:
                if bytes.equals(field.name, ignoringCase: "sec-websocket-key") {
                    guard key == nil else { return nil }
                    key = field.value
                } else if bytes.equals(field.name, ignoringCase: "sec-websocket-version") {
                    guard version == nil else { return nil }
                    version = field.value
                }
            default: break
            }
        }
        guard namesWebSocket, let key, Self.isKey(bytes, key), let version,
            bytes.equals(version, ignoringCase: "13")
        else { return nil }
        self.key = key
    }

    /// Whether a `101` accepts this handshake: it names `websocket` and nothing else, `Connection` says `upgrade`, and the one
    /// `Sec-WebSocket-Accept` is the value made from the key. A backend that does not know the key did not agree to a WebSocket.
    public static func isAccepted(
        by head: ResponseHead, _ bytes: Span<UInt8>, expectedAccept: Span<UInt8>
    ) -> Bool {
        guard head.status == 101, head.minorVersion == 1, head.connection.upgrade else { return false }
        var upgrades = 0
        var accepts = 0
        for field in head.fields {
            if field.known == .upgrade {
                guard bytes.equals(field.value, ignoringCase: "websocket") else { return false }
                upgrades += 1
            } else if field.known == .other, bytes.equals(field.name, ignoringCase: "sec-websocket-accept") {
                guard field.value.count == expectedAccept.count else { return false }
                for index in 0..<expectedAccept.count
                where bytes[field.value.lowerBound + index] != expectedAccept[index] {
                    return false
                }
                accepts += 1
            }
        }
        return upgrades == 1 && accepts == 1
    }

    /// Whether the value is base64 of 16 bytes: 22 digits, the last one with four bits unused, and `==`.
    private static func isKey(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        guard value.count == 24 else { return false }
        let start = value.lowerBound
        for index in start..<start + 22 {
            switch bytes[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                continue
            default: return false
            }
        }
        return bytes[start + 22] == UInt8(ascii: "=") && bytes[start + 23] == UInt8(ascii: "=")
    }
}
