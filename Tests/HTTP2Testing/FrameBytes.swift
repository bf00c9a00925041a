/// Frames of HTTP/2 as bytes, right and wrong ones (RFC 9113 §4.1, RFC 7541). A client's side.
public enum FrameBytes {
    /// The connection preface, SETTINGS not included.
    public static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// The preface with empty SETTINGS.
    public static let opening = preface + settings()

    /// Frame types.
    public enum Kind: UInt8, Sendable {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    /// Flags.
    public static let endStream: UInt8 = 0x1
    /// SETTINGS and PING: an answer.
    public static let acknowledgement: UInt8 = 0x1
    /// The field block is complete.
    public static let endHeaders: UInt8 = 0x4

    /// Any frame.
    public static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: Int32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), kind, flags]
            + bytes(UInt32(bitPattern: stream)) + payload
    }

    /// A frame of a known type.
    public static func frame(_ kind: Kind, flags: UInt8 = 0, stream: Int32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        frame(kind.rawValue, flags: flags, stream: stream, payload)
    }

    /// SETTINGS.
    public static func settings(_ entries: [(UInt16, UInt32)] = []) -> [UInt8] {
        frame(.settings, entries.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] + bytes($1) })
    }

    /// RST_STREAM.
    public static func reset(_ stream: Int32, code: UInt32 = 8) -> [UInt8] {
        frame(.reset, stream: stream, bytes(code))
    }

    /// WINDOW_UPDATE.
    public static func windowUpdate(_ stream: Int32, _ increment: UInt32) -> [UInt8] {
        frame(.windowUpdate, stream: stream, bytes(increment))
    }

    /// DATA.
    public static func data(_ stream: Int32, _ payload: [UInt8], ends: Bool = true) -> [UInt8] {
        frame(.data, flags: ends ? endStream : 0, stream: stream, payload)
    }

    /// HEADERS with a whole field block.
    public static func headers(_ stream: Int32, _ fields: [(String, String)], ends: Bool = true) -> [UInt8] {
        frame(.headers, flags: endHeaders | (ends ? endStream : 0), stream: stream, block(fields))
    }

    /// A `GET` of `path`.
    public static func get(_ stream: Int32, _ path: String = "/", _ fields: [(String, String)] = []) -> [UInt8] {
        headers(stream, request("GET", path) + fields)
    }

    /// The pseudo-header fields of a request.
    public static func request(
        _ method: String = "GET", _ path: String = "/", authority: String = "localhost", scheme: String = "https"
    ) -> [(String, String)] {
        [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]
    }

    /// A field block: every field a literal that is not indexed, its text as it stands.
    public static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { rawField(Array($0.utf8), Array($1.utf8)) }
    }

    /// One field of any bytes.
    public static func rawField(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
        [0x00] + string(name) + string(value)
    }

    /// One field that enters the dynamic table.
    public static func indexedField(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + string(Array(name.utf8)) + string(Array(value.utf8))
    }

    private static func string(_ text: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        if text.count < 127 {
            length = [UInt8(text.count)]
        } else {
            length = [127]
            var rest = text.count - 127
            while rest >= 128 {
                length.append(UInt8(rest % 128) | 0x80)
                rest /= 128
            }
            length.append(UInt8(rest))
        }
        return length + text
    }

    /// A number in four bytes.
    public static func bytes(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
