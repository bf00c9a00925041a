/// A pattern of the load balancer's rules: `*` stands for any number of characters, `?` for exactly one.
///
/// Matching takes time proportional to the text and allocates nothing, whatever the pattern: the literal beginning is
/// compared, and the rest runs as an automaton whose states are the bits of one integer.
public struct WildcardPattern: Sendable, Equatable {
    /// How text is compared.
    public enum Comparison: Sendable {
        /// Letter case counts, and `%` with two digits in the text stands for the byte it encodes: a rule sees what a backend
        /// that decodes once will see. For paths.
        case path
        /// Letter case does not count. For host names and header values.
        case caseInsensitive
        /// Letter case does not count, and `%` with two digits stands for its byte, as in a path; `+` is a plus sign. `\*` and
        /// `\?` in the pattern stand for the characters themselves, `\\` for a backslash. For keys and values of a query.
        case query
    }

    /// The longest pattern, in bytes: the load balancer's limit.
    public static let lengthLimit = 128

    /// The pattern as it was written.
    public let text: String

    private let comparison: Comparison
    /// What comes before the first wildcard.
    private let prefix: [UInt8]
    /// What comes after; nil when there is no wildcard at all.
    private let rest: WildcardAutomaton?
    /// How many `*` and `?` the pattern has; those that are escaped do not count.
    public let wildcardCount: Int

    /// Compiles a pattern; nil when it is longer than ``lengthLimit`` (or has ``lengthLimit`` times `?`, one too many).
    public init?(_ text: String, comparison: Comparison) {
        guard text.utf8.count <= Self.lengthLimit else { return nil }
        let symbols = Self.symbols(of: text, comparison)
        self.text = text
        self.comparison = comparison
        let wildcard = symbols.firstIndex { !$0.isLiteral }
        prefix = symbols[..<(wildcard ?? symbols.endIndex)].compactMap(\.byte)
        wildcardCount = symbols.count { !$0.isLiteral }
        if let wildcard {
            guard let automaton = WildcardAutomaton(symbols[wildcard...]) else { return nil }
            rest = automaton
        } else {
            rest = nil
        }
    }

    private static func symbols(of text: String, _ comparison: Comparison) -> [WildcardSymbol] {
        var symbols: [WildcardSymbol] = []
        var isEscaped = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\") where comparison == .query && !isEscaped:
                isEscaped = true
                continue
            case UInt8(ascii: "*") where !isEscaped: symbols.append(.anyNumber)
            case UInt8(ascii: "?") where !isEscaped: symbols.append(.one)
            default: symbols.append(.literal(comparison == .path ? byte : folded(byte)))
            }
            isEscaped = false
        }
        return symbols
    }

    /// Whether the whole text matches.
    ///
    /// - Parameter candidate: Borrowed for the call: a canonical path without its query, a normalised host name, and so on.
    public func matches(_ candidate: Span<UInt8>) -> Bool {
        var offset = 0
        for index in prefix.indices {
            guard offset < candidate.count, nextByte(of: candidate, at: &offset) == prefix[index] else { return false }
        }
        guard let rest else { return offset == candidate.count }
        var states = WildcardAutomaton.start
        while offset < candidate.count {
            if rest.acceptsAnything(after: states) { return true }
            states = rest.step(states, nextByte(of: candidate, at: &offset))
            if states == 0 { return false }
        }
        return rest.accepts(states)
    }

    /// The byte at `offset` as this pattern compares it; moves the offset behind it.
    private func nextByte(of candidate: Span<UInt8>, at offset: inout Int) -> UInt8 {
        let byte = candidate[offset]
        offset += 1
        switch comparison {
        case .caseInsensitive:
            return Self.folded(byte)
        case .path, .query:
            guard byte == UInt8(ascii: "%"), offset + 1 < candidate.count,
                let value = Hexadecimal.value(candidate[offset], candidate[offset + 1])
            else { return comparison == .query ? Self.folded(byte) : byte }
            offset += 2
            return comparison == .query ? Self.folded(value) : value
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
