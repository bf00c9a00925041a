/// Byte strings, each with its length before it, so that no byte can slide from one field into the next (CVE-2023-35941).
struct PackedFields {
    private(set) var bytes: [UInt8] = []

    init() {}

    /// For what is kept: an array that grows takes up to twice of what it holds.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(_ field: some Collection<UInt8>) {
        appendLength(UInt32(field.count))
        bytes.append(contentsOf: field)
    }

    mutating func append(integer: Int) { append(Self.bytes(integer)) }

    /// Nothing, or a field within a field.
    mutating func append(optional field: (some Collection<UInt8>)?) {
        guard let field else { return appendLength(0) }
        var inner = PackedFields()
        inner.append(field)
        append(inner.bytes)
    }

    private mutating func appendLength(_ length: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }

    /// Eight bytes, the highest first.
    static func bytes(_ integer: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: integer >> (56 - 8 * $0)) }
    }

    /// The integer of eight bytes.
    static func integer(_ bytes: some Collection<UInt8>) -> Int {
        Int(bitPattern: bytes.reduce(0 as UInt) { $0 << 8 | UInt($1) })
    }

    /// Reads the fields back in order.
    struct Reader {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func slice() -> ArraySlice<UInt8>? {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count - 4 >= length else { return nil }
            let field = rest.dropFirst(4).prefix(length)
            rest = rest[field.endIndex...]
            return field
        }

        mutating func next() -> [UInt8]? { slice().map(Array.init) }

        mutating func integer() -> Int? {
            guard let field = slice(), field.count == 8 else { return nil }
            return PackedFields.integer(field)
        }

        mutating func text() -> String? { slice().flatMap { String(validating: $0, as: UTF8.self) } }

        /// The outer nil: there is no such field; the inner one: it says that there is nothing.
        mutating func optional() -> [UInt8]?? {
            guard let field = next() else { return nil }
            guard !field.isEmpty else { return .some(nil) }
            var inner = Reader(field)
            guard let value = inner.next(), inner.isAtEnd else { return nil }
            return .some(value)
        }
    }
}
