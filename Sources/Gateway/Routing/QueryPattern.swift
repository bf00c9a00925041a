/// One value of a `query-string` condition: a key and a value, or a value under any key.
///
/// The query is cut at `&`, each piece at its first `=`; a piece without `=` is a key with an empty value. Then `%` with two digits
/// is decoded once, as backends do it: `?%61dmin=1` is `?admin=1`. `+` stays a plus sign, as RFC 3986 has it. The query itself is
/// forwarded as it was sent.
public struct QueryPattern: Sendable, Equatable {
    /// Nil: any key.
    public let key: WildcardPattern?
    /// What the value has to be.
    public let value: WildcardPattern

    /// Creates a pattern of patterns compared as ``WildcardPattern/Comparison/query``.
    public init(key: WildcardPattern?, value: WildcardPattern) {
        self.key = key
        self.value = value
    }

    /// Whether a pair of the query matches. Borrowed for the call, without `?`; nothing is allocated.
    func matches(_ query: Span<UInt8>) -> Bool {
        var start = 0
        while start < query.count {
            var end = start
            var equals: Int?
            while end < query.count, query[end] != UInt8(ascii: "&") {
                if equals == nil, query[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            let keyEnd = equals ?? end
            let valueStart = equals.map { $0 + 1 } ?? end
            if end > start, key?.matches(query.extracting(start..<keyEnd)) ?? true,
                value.matches(query.extracting(valueStart..<end))
            {
                return true
            }
            start = end + 1
        }
        return false
    }
}
