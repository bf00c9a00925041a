/// Bytes waiting to be sent: appended at the end, consumed at the front, in one allocation that grows.
///
/// Owned by one connection or one worker; never shared. It holds no memory until the first append, and gives it back by
/// ``removeAll(keepingUpTo:)`` only: an emptied queue is filled again without an allocation.
@safe
public struct ByteQueue: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>?
    @usableFromInline var head = 0
    @usableFromInline var tail = 0
    @usableFromInline var capacity = 0

    /// An empty queue without memory.
    public init() { unsafe base = nil }

    deinit { unsafe base?.deallocate() }

    /// Number of bytes waiting.
    @inlinable public var count: Int { tail &- head }
    /// Whether nothing waits.
    @inlinable public var isEmpty: Bool { tail == head }

    /// The waiting bytes; valid until the next mutation.
    @inlinable
    public var readable: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base.map { unsafe $0 + head }, count: count)
    }

    /// The waiting bytes as a span for the call.
    @inlinable
    public func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: base.map { unsafe UnsafePointer($0 + head) }, count: count)
        return unsafe body(Span(_unsafeElements: buffer))
    }

    /// Appends `bytes`, which are copied.
    @inlinable
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        let target = unsafe reserve(bytes.count)
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
        tail &+= bytes.count
    }

    /// Appends the bytes of `range` of `span`.
    @inlinable
    public mutating func append(_ span: Span<UInt8>, _ range: ByteRange) {
        guard !range.isEmpty else { return }
        precondition(range.upperBound <= span.count, "a range lies within the bytes it was made from")
        let target = unsafe reserve(Int(range.count))
        unsafe span.withUnsafeBufferPointer { source in
            unsafe target.update(from: source.baseAddress! + range.lowerBound, count: Int(range.count))
        }
        tail &+= Int(range.count)
    }

    /// Appends an array's bytes.
    @inlinable
    public mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends a text literal.
    @inlinable
    public mutating func append(_ literal: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        let target = unsafe reserve(1)
        unsafe target.pointee = byte
        tail &+= 1
    }

    /// Appends text as UTF-8. For cold paths.
    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a number, not below 0, in decimal digits.
    @inlinable
    public mutating func append(decimal value: Int) {
        appendDigits(UInt(value), radix: 10)
    }

    /// Appends a number, not below 0, in lower-case hexadecimal digits, as a chunk size.
    @inlinable
    public mutating func append(hexadecimal value: Int) {
        appendDigits(UInt(value), radix: 16)
    }

    @inlinable
    mutating func appendDigits(_ value: UInt, radix: UInt) {
        var divisor: UInt = 1
        while value / divisor >= radix { divisor &*= radix }
        var rest = value
        while divisor > 0 {
            let digit = UInt8(truncatingIfNeeded: rest / divisor)
            append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
            rest %= divisor
            divisor /= radix
        }
    }

    /// Drops `count` bytes at the front; 0…``count``.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "no more is consumed than waits")
        head &+= count
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Drops all bytes; memory above `limit` bytes is given back.
    @inlinable
    public mutating func removeAll(keepingUpTo limit: Int = 0) {
        head = 0
        tail = 0
        if capacity > limit {
            unsafe base?.deallocate()
            unsafe base = nil
            capacity = 0
        }
    }

    /// A place for `count` more bytes at the end.
    @usableFromInline
    mutating func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if unsafe base == nil || tail &+ count > capacity { grow(by: count) }
        return unsafe base! + tail
    }

    private mutating func grow(by count: Int) {
        let waiting = self.count
        if unsafe base != nil, waiting + count <= capacity, head >= capacity / 2 {
            unsafe base!.update(from: base! + head, count: waiting)
        } else {
            capacity = max(capacity * 2, (waiting + count + 511) & ~511)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            if let old = unsafe base {
                unsafe larger.update(from: old + head, count: waiting)
                unsafe old.deallocate()
            }
            unsafe base = larger
        }
        head = 0
        tail = waiting
    }
}
