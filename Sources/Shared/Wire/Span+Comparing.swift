extension Span where Element == UInt8 {
    /// Whether the bytes of `range` are `literal`, letters compared without case. `literal` is in lower case.
    @inlinable
    public func equals(_ range: ByteRange, ignoringCase literal: StaticString) -> Bool {
        guard Int(range.count) == literal.utf8CodeUnitCount else { return false }
        let base = range.lowerBound
        let expected = unsafe literal.utf8Start
        for index in 0..<Int(range.count) where unsafe ASCII.lowercased(self[base &+ index]) != expected[index] {
            return false
        }
        return true
    }

    /// Whether the bytes of `range` begin with `literal` after folding (``ASCII/folded(_:)``). `literal` is in lower case.
    @inlinable
    public func hasFoldedPrefix(_ range: ByteRange, _ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard Int(range.count) >= count else { return false }
        let base = range.lowerBound
        let expected = unsafe literal.utf8Start
        for index in 0..<count where unsafe ASCII.folded(self[base &+ index]) != expected[index] {
            return false
        }
        return true
    }

    /// Whether the bytes of `range` are exactly `literal`.
    @inlinable
    public func equals(_ range: ByteRange, _ literal: StaticString) -> Bool {
        guard Int(range.count) == literal.utf8CodeUnitCount else { return false }
        let base = range.lowerBound
        let expected = unsafe literal.utf8Start
        for index in 0..<Int(range.count) where unsafe self[base &+ index] != expected[index] { return false }
        return true
    }

    /// The bytes of `range` as text; bytes that are no UTF-8 are replaced. For cold paths: it allocates.
    public func text(_ range: ByteRange) -> String {
        unsafe withUnsafeBufferPointer { buffer in
            unsafe String(
                decoding: UnsafeBufferPointer(rebasing: buffer[range.lowerBound..<range.upperBound]), as: UTF8.self)
        }
    }

    /// The bytes of `range`, copied. For cold paths: it allocates.
    public func bytes(_ range: ByteRange) -> [UInt8] {
        unsafe withUnsafeBufferPointer { buffer in unsafe Array(buffer[range.lowerBound..<range.upperBound]) }
    }
}
