public import Wire

/// The members of `Connection` fields (RFC 9110 §7.6.1).
public struct ConnectionOptions: Equatable, Sendable {
    /// `close` was said.
    public var close = false
    /// `keep-alive` was said.
    public var keepAlive = false
    /// `upgrade` was said.
    public var upgrade = false
    /// Members that name other fields, which then must not be forwarded.
    public var namesFields = false

    /// Reads one `Connection` value into the options.
    mutating func read(_ bytes: Span<UInt8>, _ value: ByteRange) {
        Self.forEachMember(bytes, value) { member in
            if bytes.equals(member, ignoringCase: "close") {
                close = true
            } else if bytes.equals(member, ignoringCase: "keep-alive") {
                keepAlive = true
            } else if bytes.equals(member, ignoringCase: "upgrade") {
                upgrade = true
            } else {
                namesFields = true
            }
            return true
        }
    }

    /// Whether one of the `Connection` fields names the field `name`; letters are compared without case.
    public static func name(_ name: ByteRange, in bytes: Span<UInt8>, fields: [HeaderField]) -> Bool {
        var found = false
        for field in fields where field.known == .connection {
            forEachMember(bytes, field.value) { member in
                found = found || equal(bytes, member, name)
                return !found
            }
        }
        return found
    }

    /// Whether a comma-separated list has this member, letters compared without case. `member` is in lower case.
    public static func contains(_ member: StaticString, in bytes: Span<UInt8>, _ list: ByteRange) -> Bool {
        var found = false
        forEachMember(bytes, list) {
            found = bytes.equals($0, ignoringCase: member)
            return !found
        }
        return found
    }

    /// Calls `body` with each non-empty member of a comma-separated list until it answers false.
    @inline(__always)
    static func forEachMember(_ bytes: Span<UInt8>, _ list: ByteRange, _ body: (ByteRange) -> Bool) {
        var position = list.lowerBound
        let end = list.upperBound
        while position < end {
            while position < end, isSeparator(bytes[position]) { position &+= 1 }
            let start = position
            while position < end, bytes[position] != ASCII.comma { position &+= 1 }
            var last = position
            while last > start, isSeparator(bytes[last &- 1]) { last &-= 1 }
            if last > start, !body(ByteRange(start, last)) { return }
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == ASCII.comma || byte == ASCII.space || byte == ASCII.tab
    }

    private static func equal(_ bytes: Span<UInt8>, _ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<Int(left.count)
        where ASCII.lowercased(bytes[left.lowerBound &+ offset]) != ASCII.lowercased(bytes[right.lowerBound &+ offset])
        {
            return false
        }
        return true
    }
}
