import Wire

/// `HTTP-version` of RFC 9112 §2.3.
enum HTTPVersion {
    /// The minor version at `position`, where eight bytes `HTTP/1.x` must stand.
    static func minor(_ bytes: Span<UInt8>, at position: Int) throws(HeadError) -> UInt8 {
        guard position &+ 10 <= bytes.count else { throw .badVersion }
        guard bytes.equals(ByteRange(position, position &+ 5), "HTTP/"), ASCII.isDigit(bytes[position &+ 5]),
            bytes[position &+ 6] == 0x2E, ASCII.isDigit(bytes[position &+ 7])
        else { throw .badVersion }
        guard bytes[position &+ 5] == 0x31, bytes[position &+ 7] <= 0x31 else { throw .unsupportedVersion }
        return bytes[position &+ 7] &- 0x30
    }

    /// 0 or 1 if `HTTP/1.0` or `HTTP/1.1` and CR LF stand at `position`, else nil.
    @inline(__always)
    static func usual(_ bytes: Span<UInt8>, at position: Int) -> UInt8? {
        guard position &+ 10 <= bytes.count else { return nil }
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
        // The last of the eight bytes, which is the highest, is `0` or `1`: they differ in one bit.
        guard word & ~(1 &<< 56) == 0x302E_312F_5054_5448, bytes[position &+ 8] == ASCII.carriageReturn,
            bytes[position &+ 9] == ASCII.lineFeed
        else { return nil }
        return UInt8(truncatingIfNeeded: word &>> 56) & 1
    }

    /// The minor version in `bytes[start..<end]`.
    static func unusual(_ bytes: Span<UInt8>, from start: Int, to end: Int) throws(HeadError) -> UInt8 {
        guard end &- start == 8 else { throw .badVersion }
        return try minor(bytes, at: start)
    }
}
