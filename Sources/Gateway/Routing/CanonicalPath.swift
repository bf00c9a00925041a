/// The one form of a request's path: what rules match is what the backend receives.
///
/// Gateways have been passed by more often through this gap than through any other: a rule looked at one spelling of a path,
/// the backend understood another. So a path is brought into one form before anything looks at it, and a spelling that two
/// servers could understand differently is refused:
///
/// | in the path | is |
/// |---|---|
/// | `%41`, `%7e`, `%2e` (an unreserved character) | decoded |
/// | `%c3%a9`, `%20`, `%40` (anything else that has to or may be encoded) | kept, hexadecimal digits in upper case |
/// | `"` `<` `>` `[` `]` `^` `` ` `` `{` `\|` `}` | encoded |
/// | `/./`, `/../`, encoded or not | resolved |
/// | `/..` above the root | refused |
/// | `//` | one `/`; refused beside a dot segment, because `/a//../b` means `/a/b` to some and `/b` to others |
/// | `/..;x/`, `/.;/` | refused: a dot segment to servers that cut path parameters off |
/// | `%2f` `%5c` `%25` `%3f` `%23` `%3b`, encoded control characters | refused |
/// | `\`, `#`, space, control characters, bytes beyond ASCII, `%` without two hexadecimal digits | refused |
/// | encoded bytes that are no UTF-8 (overlong forms among them) | refused |
///
/// Letter case stays: `/ADMIN` and `/admin` are two paths, as they are for the load balancer. The query is never changed, only
/// refused when it holds `#`, a space, a control character or a byte beyond ASCII.
///
/// RFC 3986 §6.2.2 (case, percent-encoding and path segment normalisation), RFC 9112 §3.2.
public enum CanonicalPath: Equatable, Sendable {
    /// The target is canonical as it stands: its path is the first `pathLength` bytes, what follows is `?` and the query, or
    /// nothing. Forward it as is. Nothing was allocated to find out.
    case unchanged(pathLength: Int)
    /// Forward `path` and then the target's bytes from `queryOffset` on (`?` and the query, or nothing).
    case rewritten(path: [UInt8], queryOffset: Int)
    /// Answer 400.
    case refused(PathRefusal)

    /// A path with `%2F`, `%5C`, `%25`, `%3F`, `%23` or `%3B` in it, for a rule that takes such paths.
    public struct WithDelimiters: Equatable, Sendable {
        /// The path with its delimiters encoded: what a backend gets.
        public let path: [UInt8]
        /// The path as a backend understands it that decodes them and takes `\` for `/`. As rules see ``path``, they are decoded, too.
        public let decoded: [UInt8]
        /// The path to which they are no delimiters: a byte stands for each that is nothing to any pattern.
        public let opaque: [UInt8]
        /// Where the target's query begins (its `?`), or the target's end.
        public let queryOffset: Int

        static let opaqueByte: UInt8 = 1
    }

    /// Brings a target into canonical form that was refused for its encoded delimiters. nil if decoding them would make a dot segment,
    /// an empty segment or another escape, or if the target is refused for something else.
    public static func keepingDelimiters(_ target: Span<UInt8>) -> WithDelimiters? {
        guard !target.isEmpty, target[0] == UInt8(ascii: "/") else { return nil }
        return CanonicalPathBuilder.rewriteKeepingDelimiters(target)
    }

    /// Brings an origin-form request target into its canonical form.
    ///
    /// - Parameter target: `/path?query`, borrowed for the call. Its length is the caller's to limit.
    public static func canonicalise(_ target: Span<UInt8>) -> CanonicalPath {
        guard !target.isEmpty, target[0] == UInt8(ascii: "/") else { return .refused(.notOriginForm) }
        guard let pathLength = lengthOfCleanPath(target) else { return CanonicalPathBuilder.rewrite(target) }
        if let refusal = refusalOfQuery(target, from: pathLength) { return .refused(refusal) }
        return .unchanged(pathLength: pathLength)
    }

    /// The path's length if nothing in it needs a closer look, in one pass; nil sends the target to ``CanonicalPathBuilder``.
    private static func lengthOfCleanPath(_ target: Span<UInt8>) -> Int? {
        var index = 1
        var isAtSegmentStart = true
        let count = target.count
        while index < count {
            let byte = target[index]
            switch PathByte(byte) {
            case .plain:
                isAtSegmentStart = false
            case .slash:
                if isAtSegmentStart { return nil }
                isAtSegmentStart = true
            case .dot:
                // "/." begins a dot segment or a name such as ".well-known"; only a letter, digit or dash settles it here.
                if isAtSegmentStart, index + 1 == count || !isAlphanumeric(target[index + 1]) { return nil }
                isAtSegmentStart = false
            case .percent:
                guard index + 2 < count, isCanonicalEscape(target[index + 1], target[index + 2]) else { return nil }
                isAtSegmentStart = false
                index += 2
            case .questionMark:
                return index
            case .needsEncoding, .never:
                return nil
            }
            index += 1
        }
        return count
    }

    /// Whether `%` and these two characters stay as they are: upper case, ASCII, neither refused nor decoded.
    private static func isCanonicalEscape(_ high: UInt8, _ low: UInt8) -> Bool {
        guard let value = Hexadecimal.value(high, low), value < 0x80 else { return false }
        return EscapedByte(value) == .kept && Hexadecimal.isUpperCase(high) && Hexadecimal.isUpperCase(low)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    static func refusalOfQuery(_ target: Span<UInt8>, from offset: Int) -> PathRefusal? {
        var index = offset
        while index < target.count {
            let byte = target[index]
            // One comparison for almost every byte: "$" to "~" holds all letters, digits and most punctuation.
            if byte < UInt8(ascii: "$") || byte > UInt8(ascii: "~") {
                switch byte {
                case UInt8(ascii: "!"), UInt8(ascii: "\""): break
                case UInt8(ascii: "#"): return .fragment
                case 0x80...: return .nonASCII
                default: return .controlCharacter
                }
            }
            index += 1
        }
        return nil
    }
}
