/// A text cut into the pieces it is streamed in: a word with the white space behind it.
///
/// This is also the documented approximation by which the offline model counts tokens. Joined, the pieces are the text.
struct Tokens: Sequence, IteratorProtocol {
    private var rest: Substring

    init(of text: String) {
        rest = text[...]
    }

    mutating func next() -> String? {
        guard !rest.isEmpty else { return nil }
        var end = rest.startIndex
        var length = 0
        while end < rest.endIndex, !rest[end].isWhitespace, length < Self.longest {
            rest.formIndex(after: &end)
            length += 1
        }
        while end < rest.endIndex, rest[end].isWhitespace { rest.formIndex(after: &end) }
        defer { rest = rest[end...] }
        return String(rest[..<end])
    }

    /// How many pieces a text has.
    static func count(of text: String) -> Int {
        Tokens(of: text).reduce(0) { count, _ in count + 1 }
    }

    /// Scripts without spaces come in short pieces too.
    private static let longest = 12
}
