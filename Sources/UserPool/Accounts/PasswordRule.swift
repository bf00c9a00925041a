/// One thing a password must keep to.
public enum PasswordRule: Sendable, Equatable {
    /// Basic Latin classes; other letters are allowed in a password but count for no class.
    public enum CharacterClass: String, Sendable, Codable, CaseIterable {
        /// a–z.
        case lowercase
        /// A–Z.
        case uppercase
        /// 0–9.
        case number
        /// One of Cognito's list: `^ $ * . [ ] { } ( ) ? " ! @ # % & / \ , > < ' : ; | _ ~ `` ` `` = + -`, and a blank that
        /// is neither first nor last.
        case symbol
    }

    /// At least so many characters.
    case minimumLength(Int)
    /// At most so many characters.
    case maximumLength(Int)
    /// At least one of a class.
    case contains(CharacterClass)
    /// No white space at either end, where it gets lost. The service model allows none at all (`[\S]+`), the developer
    /// guide and Cognito's pages do inside; so do pass phrases.
    case noOuterSpaces
    /// Not the username, whatever the case.
    case differsFromUsername

    /// The rule in the words of Cognito's pages, without a final stop.
    public var requirement: String {
        switch self {
        case .minimumLength(let count): "Password must contain at least \(count) characters"
        case .maximumLength(let count): "Password must contain at most \(count) characters"
        case .contains(.lowercase): "Password must contain a lower case letter"
        case .contains(.uppercase): "Password must contain an upper case letter"
        case .contains(.number): "Password must contain a number"
        case .contains(.symbol): "Password must contain a special character"
        case .noOuterSpaces: "Password must not begin or end with a space"
        case .differsFromUsername: "Password must differ from the username"
        }
    }

    /// What the API says of a password that breaks the rule, after "Password did not conform with policy: ".
    public var violation: String {
        switch self {
        case .minimumLength: "Password not long enough"
        case .maximumLength: "Password too long"
        case .contains(.lowercase): "Password must have lowercase characters"
        case .contains(.uppercase): "Password must have uppercase characters"
        case .contains(.number): "Password must have numeric characters"
        case .contains(.symbol): "Password must have symbol characters"
        case .noOuterSpaces: "Password must not begin or end with a space"
        case .differsFromUsername: "Password must differ from the username"
        }
    }

    /// Whether `password` keeps the rule.
    func isKept(by password: String, username: String) -> Bool {
        switch self {
        case .minimumLength(let count): password.unicodeScalars.count >= count
        case .maximumLength(let count): password.unicodeScalars.count <= count
        case .contains(.symbol):
            password.unicodeScalars.contains(where: PasswordRule.CharacterClass.symbol.contains)
                || password.unicodeScalars.dropFirst().dropLast().contains(" ")
        case .contains(let characterClass): password.unicodeScalars.contains(where: characterClass.contains)
        case .noOuterSpaces:
            ![password.unicodeScalars.first, password.unicodeScalars.last].contains {
                $0?.properties.isWhitespace == true
            }
        case .differsFromUsername: password.lowercased() != username.lowercased()
        }
    }
}

extension PasswordRule.CharacterClass {
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .lowercase: ("a"..."z").contains(scalar)
        case .uppercase: ("A"..."Z").contains(scalar)
        case .number: ("0"..."9").contains(scalar)
        case .symbol: Self.symbols.contains(scalar)
        }
    }

    private static let symbols = Set("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-".unicodeScalars)
}
