import CNGHTTP2

/// A frame that a server sent.
public struct ReceivedFrame: Equatable, Sendable {
    /// The type's number.
    public let kind: UInt8
    /// The flags.
    public let flags: UInt8
    /// The stream, 0 for the connection.
    public let stream: Int32
    /// What the frame carries.
    public let payload: [UInt8]

    /// The error code of RST_STREAM or GOAWAY.
    public var code: UInt32? {
        switch kind {
        case FrameBytes.Kind.reset.rawValue where payload.count == 4: number(at: 0)
        case FrameBytes.Kind.goAway.rawValue where payload.count >= 8: number(at: 4)
        default: nil
        }
    }

    /// The 32-bit number at `offset` of the payload.
    public func number(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Whether it is of this type.
    public func isA(_ kind: FrameBytes.Kind) -> Bool { self.kind == kind.rawValue }

    /// Takes the complete frames off the front of `bytes`.
    public static func take(from bytes: inout [UInt8]) -> [ReceivedFrame] {
        var frames: [ReceivedFrame] = []
        var position = 0
        while bytes.count - position >= 9 {
            let length = Int(bytes[position]) << 16 | Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
            guard bytes.count - position >= 9 + length else { break }
            let stream = bytes[position + 5..<position + 9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append(
                ReceivedFrame(
                    kind: bytes[position + 3], flags: bytes[position + 4], stream: Int32(stream & 0x7FFF_FFFF),
                    payload: Array(bytes[position + 9..<position + 9 + length])))
            position += 9 + length
        }
        bytes.removeFirst(position)
        return frames
    }
}

/// Reads field blocks of one connection, one after the other.
public final class FieldInflater {
    private var inflater: OpaquePointer?

    /// An inflater with an empty table.
    public init() { precondition(nghttp2_hd_inflate_new(&inflater) == 0, "nghttp2 has memory for an inflater") }

    deinit { nghttp2_hd_inflate_del(inflater) }

    /// The fields of a whole block, or nil if it cannot be read. `isSensitive`: the field may never be indexed.
    public func fields(_ block: [UInt8]) -> [(name: String, value: String, isSensitive: Bool)]? {
        var fields: [(String, String, Bool)] = []
        var position = 0
        let isRead = block.withUnsafeBufferPointer { buffer in
            while true {
                var field = nghttp2_nv()
                var flags: Int32 = 0
                let count = nghttp2_hd_inflate_hd2(
                    inflater, &field, &flags, buffer.baseAddress.map { $0 + position }, buffer.count - position, 1)
                guard count >= 0 else { return false }
                position += count
                if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                    fields.append(
                        (
                            String(
                                decoding: UnsafeBufferPointer(start: field.name, count: field.namelen), as: UTF8.self),
                            String(
                                decoding: UnsafeBufferPointer(start: field.value, count: field.valuelen), as: UTF8.self),
                            field.flags & UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) != 0
                        ))
                }
                if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                    nghttp2_hd_inflate_end_headers(inflater)
                    return true
                }
            }
        }
        return isRead ? fields : nil
    }
}
