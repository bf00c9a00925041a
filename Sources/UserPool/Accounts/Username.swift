/// A user's name as Amazon Cognito allows it: 1–128 letters, marks, symbols, numbers and punctuation, no white space.
///
/// Names are compared without regard to case, which is the pool setting Cognito's console recommends.
public struct Username: Sendable, Hashable, CustomStringConvertible {
    /// The name as it was first written.
    public let text: String
    /// The form names are compared and stored under.
    public let key: String

    /// The longest name, in Unicode scalars.
    public static let maximumLength = 128

    /// `text` as a name.
    ///
    /// - Throws: what is wrong with it.
    public init(_ text: some StringProtocol) throws(UsernameProblem) {
        let scalars = text.unicodeScalars
        guard !scalars.isEmpty else { throw .empty }
        guard scalars.count <= Self.maximumLength else { throw .tooLong }
        guard scalars.allSatisfy(Self.isAllowed) else { throw .forbiddenCharacter }
        self.text = String(text)
        key = text.lowercased()
    }

    /// ``text``.
    public var description: String { text }

    /// Equal when the keys are.
    public static func == (left: Self, right: Self) -> Bool {
        left.key == right.key
    }

    /// Hashes the key.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }

    /// `[\p{L}\p{M}\p{S}\p{N}\p{P}]` of the service model.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark,
            .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
            .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default:
            false
        }
    }
}

/// Why a text is no ``Username``.
public enum UsernameProblem: Error, Equatable, CustomStringConvertible {
    /// There are no characters.
    case empty
    /// There are more than ``Username/maximumLength``.
    case tooLong
    /// White space, a control character or an unassigned one.
    case forbiddenCharacter

    /// A sentence that says what is wanted.
    public var description: String {
        switch self {
        case .empty: "A username has at least one character."
        case .tooLong: "A username has at most \(Username.maximumLength) characters."
        case .forbiddenCharacter: "A username has letters, marks, symbols, numbers and punctuation only, no spaces."
        }
    }
}
