/// A half-open range of bytes within a buffer that somebody else owns: header fields are kept as these, never as copies.
public struct ByteRange: Equatable, Sendable {
    /// Offset of the first byte.
    public var start: UInt32
    /// Number of bytes.
    public var count: UInt32

    /// The range from `start` up to, not including, `end`. Both fit 32 bits: heads are bounded far below that.
    @inlinable
    public init(_ start: Int, _ end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: end &- start)
    }

    /// The empty range at offset 0.
    @inlinable
    public init() {
        start = 0
        count = 0
    }

    /// Offset of the first byte.
    @inlinable public var lowerBound: Int { Int(start) }
    /// Offset behind the last byte.
    @inlinable public var upperBound: Int { Int(start) &+ Int(count) }
    /// Whether it holds no byte.
    @inlinable public var isEmpty: Bool { count == 0 }
}
