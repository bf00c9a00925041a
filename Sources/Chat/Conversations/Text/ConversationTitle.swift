/// A conversation's title.
public struct ConversationTitle: Hashable, Sendable {
    /// One line of 1–120 characters, normalised like a message.
    public let value: String

    /// Checks and normalises what a person wrote.
    ///
    /// - Throws: the first problem found, with limit and actual size where a size is the problem.
    public init(_ text: String) throws(TextProblem) {
        let value = try TextNormalisation.normalise(text, as: .title)
        guard TextNormalisation.isVisible(value) else { throw .empty(.title) }
        guard !value.unicodeScalars.contains(where: { Self.breaks.contains($0) }) else { throw .notOneLine(.title) }
        let characters = value.count
        guard characters <= Self.characterLimit else {
            throw .tooManyCharacters(.title, limit: Self.characterLimit, actual: characters)
        }
        let bytes = value.utf8.count
        guard bytes <= Self.byteLimit else {
            throw .tooManyBytes(.title, limit: Self.byteLimit, actual: bytes)
        }
        self.value = value
    }

    /// The title a conversation gets from its first message: its first line, cut at a word where it is long.
    public init(firstMessage: MessageText) {
        let line =
            firstMessage.value.split(whereSeparator: \.isNewline).first.map { line in
                String(line.map { $0.isWhitespace ? " " : $0 })
            } ?? ""
        guard line.count > Self.automaticLength || line.utf8.count > Self.byteLimit else {
            self.value = line
            return
        }
        var cut = line.prefix(Self.automaticLength)
        while cut.utf8.count > Self.byteLimit - 3 { cut.removeLast() }
        if let space = cut.lastIndex(of: " "), cut.distance(from: cut.startIndex, to: space) > Self.automaticLength / 2
        {
            cut = cut[..<space]
        }
        self.value = String(cut) + "…"
    }

    /// The title of a conversation that holds no message yet.
    public static let untitled = ConversationTitle(unchecked: "New chat")

    private init(unchecked value: String) {
        self.value = value
    }

    /// The most extended grapheme clusters a title may have.
    public static let characterLimit = 120
    /// The most UTF-8 bytes a title may take.
    public static let byteLimit = 1_000

    private static let automaticLength = 60
    private static let breaks: Set<Unicode.Scalar> = ["\n", "\t", "\u{2028}", "\u{2029}"]
}
