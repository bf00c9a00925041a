/// Words to look for in a user's conversations.
public struct SearchQuery: Hashable, Sendable {
    /// The words, each with at least one letter or digit; at most ``wordLimit``.
    public let words: [String]

    /// Checks and normalises what a person wrote.
    ///
    /// - Throws: the first problem found; nothing to look for is ``TextProblem/empty(_:)``.
    public init(_ text: String) throws(TextProblem) {
        let value = try TextNormalisation.normalise(text, as: .search)
        guard value.count <= Self.characterLimit else {
            throw .tooManyCharacters(.search, limit: Self.characterLimit, actual: value.count)
        }
        let found = value.split(whereSeparator: \.isWhitespace).map(String.init)
            .filter { $0.contains { $0.isLetter || $0.isNumber } }
        guard !found.isEmpty else { throw .empty(.search) }
        words = Array(found.prefix(Self.wordLimit))
    }

    /// Whether a word is of a script that is written without spaces, so that words are not told apart in it.
    public var needsSubstrings: Bool {
        words.contains { $0.unicodeScalars.contains(where: Self.isUnspaced) }
    }

    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x2FDF, 0x3040...0x30FF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// The most characters of a query.
    public static let characterLimit = 200
    /// The most words that are looked for; further ones are left out.
    public static let wordLimit = 20
}

/// A conversation in which something was found.
public struct SearchHit: Hashable, Sendable {
    /// The conversation.
    public let conversation: Conversation
    /// The message that fits best; `nil` when the title alone fits.
    public let messageID: MessageID?
    /// A piece of that message's text around what was found, in parts; empty when the title alone fits.
    public let excerpt: [Part]

    /// A part of an excerpt.
    public struct Part: Hashable, Sendable {
        /// The text as it stands in the message.
        public let text: String
        /// Whether this is what was looked for.
        public let isMatch: Bool

        /// A part of an excerpt.
        public init(text: String, isMatch: Bool) {
            self.text = text
            self.isMatch = isMatch
        }
    }
}
