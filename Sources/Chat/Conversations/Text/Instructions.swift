/// What a user tells the model before a conversation's first message; empty for nothing.
public struct Instructions: Hashable, Sendable {
    /// The normalised text: NFC, line ends LF, at most 4,000 characters and 16,000 bytes.
    public let value: String

    /// Checks and normalises what a person wrote.
    ///
    /// - Throws: the first problem found, with limit and actual size where a size is the problem.
    public init(_ text: String) throws(TextProblem) {
        let value = try TextNormalisation.normalise(text, as: .instructions)
        guard TextNormalisation.isVisible(value) else {
            self.value = ""
            return
        }
        let characters = value.count
        guard characters <= Self.characterLimit else {
            throw .tooManyCharacters(.instructions, limit: Self.characterLimit, actual: characters)
        }
        let bytes = value.utf8.count
        guard bytes <= Self.byteLimit else {
            throw .tooManyBytes(.instructions, limit: Self.byteLimit, actual: bytes)
        }
        self.value = value
    }

    /// The most extended grapheme clusters.
    public static let characterLimit = 4_000
    /// The most UTF-8 bytes.
    public static let byteLimit = 16_000
}
