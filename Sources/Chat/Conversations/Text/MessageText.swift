/// The text of a message that may be stored and sent to a model.
public struct MessageText: Hashable, Sendable {
    /// The normalised text: NFC, line ends LF, 1–8,000 characters, at most 32,000 bytes.
    public let value: String

    /// Checks and normalises what a person wrote.
    ///
    /// - Throws: the first problem found, with limit and actual size where a size is the problem.
    public init(_ text: String) throws(TextProblem) {
        let value = try TextNormalisation.normalise(text, as: .message)
        guard TextNormalisation.isVisible(value) else { throw .empty(.message) }
        let characters = value.count
        guard characters <= Self.characterLimit else {
            throw .tooManyCharacters(.message, limit: Self.characterLimit, actual: characters)
        }
        let bytes = value.utf8.count
        guard bytes <= Self.byteLimit else {
            throw .tooManyBytes(.message, limit: Self.byteLimit, actual: bytes)
        }
        self.value = value
    }

    /// The most extended grapheme clusters a message may have.
    public static let characterLimit = 8_000
    /// The most UTF-8 bytes a message may take; one cluster can hold many code points.
    public static let byteLimit = 32_000
}
