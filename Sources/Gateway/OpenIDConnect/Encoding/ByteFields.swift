/// Byte strings, each with its length before it, so that no byte can slide from one field into the next (CVE-2023-35941).
struct ByteFields {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ field: [UInt8]) {
        appendLength(UInt32(field.count))
        bytes.append(contentsOf: field)
    }

    mutating func append(integer: Int) {
        append((0..<8).map { UInt8(truncatingIfNeeded: integer >> (56 - 8 * $0)) })
    }

    private mutating func appendLength(_ length: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }

    /// Reads the fields back in order.
    struct Reader {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) {
            rest = bytes[...]
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func next() -> [UInt8]? {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count - 4 >= length else { return nil }
            let field = rest.dropFirst(4).prefix(length)
            rest = rest[field.endIndex...]
            return Array(field)
        }

        mutating func integer() -> Int? {
            guard let field = next(), field.count == 8 else { return nil }
            return Int(bitPattern: field.reduce(0 as UInt) { $0 << 8 | UInt($1) })
        }

        mutating func text() -> String? {
            next().flatMap { String(validating: $0, as: UTF8.self) }
        }
    }
}
