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
}
