extension Span where Element == UInt8 {
    /// The offset of the first LF in `start..<count`, or `count`.
    @inlinable
    public func firstLineFeed(from start: Int) -> Int { first(ASCII.lineFeed, from: start, before: count) }

    /// The offset of the first `byte` in `start..<end`, or `end`, which is at most `count`. Eight bytes are looked at in one step.
    @inlinable
    public func first(_ byte: UInt8, from start: Int, before end: Int) -> Int {
        precondition(end <= count, "what is searched lies within the bytes")
        var index = start
        let words = unsafe bytes
        while index &+ 8 <= end {
            let word = unsafe words.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            let found = ByteLanes.zero(word ^ ByteLanes.all(byte))
            if found != 0 { return index &+ ByteLanes.first(found) }
            index &+= 8
        }
        while index < end, self[index] != byte { index &+= 1 }
        return index
    }

    /// The offset of the first control character (tab among them) or byte beyond ASCII in `start..<count`, or `count`.
    @inlinable
    public func firstControlOrNonASCII(from start: Int) -> Int {
        var index = start
        let words = unsafe bytes
        while index &+ 8 <= count {
            let word = unsafe words.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            let found =
                ByteLanes.below(ASCII.space, word) | ByteLanes.zero(word ^ ByteLanes.all(0x7F)) | word
                & ByteLanes.highBits
            if found != 0 { return index &+ ByteLanes.first(found) }
            index &+= 8
        }
        while index < count, self[index] &- ASCII.space < 0x5F { index &+= 1 }
        return index
    }
}

/// Arithmetic on eight bytes in one word. A result has the high bit of a lane set where the question holds; above the first such
/// lane it may be wrong, so only ``first(_:)`` and a comparison with 0 say something.
@usableFromInline
enum ByteLanes {
    @usableFromInline static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The byte in every lane.
    @inlinable @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Which lanes are 0.
    @inlinable @inline(__always)
    static func zero(_ word: UInt64) -> UInt64 { (word &- all(1)) & ~word & highBits }

    /// Which lanes are below `limit`, at most 128.
    @inlinable @inline(__always)
    static func below(_ limit: UInt8, _ word: UInt64) -> UInt64 { (word &- all(limit)) & ~word & highBits }

    /// The lowest lane that is set.
    @inlinable @inline(__always)
    static func first(_ found: UInt64) -> Int { found.trailingZeroBitCount &>> 3 }
}
