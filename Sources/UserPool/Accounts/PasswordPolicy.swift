/// What a password has to have. The default is 12 characters and all four classes, stricter than Cognito's own 8.
public struct PasswordPolicy: Sendable, Equatable, Codable {
    /// The fewest characters, 6–99.
    public var minimumLength: Int
    /// The character classes of which each must occur.
    public var requiredClasses: [PasswordRule.CharacterClass]

    /// The most characters any password may have (service model).
    public static let maximumLength = 256

    /// A policy; `minimumLength` is 6–99.
    public init(
        minimumLength: Int = 12, requiredClasses: [PasswordRule.CharacterClass] = PasswordRule.CharacterClass.allCases
    ) {
        precondition((6...99).contains(minimumLength), "a minimum length of \(minimumLength) is not within 6–99")
        self.minimumLength = minimumLength
        self.requiredClasses = requiredClasses
    }

    /// All rules, in the order they are shown.
    public var rules: [PasswordRule] {
        [.minimumLength(minimumLength)] + requiredClasses.map(PasswordRule.contains)
            + [.maximumLength(Self.maximumLength), .noOuterSpaces, .differsFromUsername]
    }

    /// Every rule with whether `password`, wanted by the user called `username`, keeps it.
    public func assess(_ password: String, username: String) -> PasswordAssessment {
        PasswordAssessment(
            results: rules.map { .init(rule: $0, isKept: $0.isKept(by: password, username: username)) })
    }
}

/// How a password fares against a policy.
public struct PasswordAssessment: Sendable, Equatable {
    /// One rule and whether it is kept.
    public struct Result: Sendable, Equatable {
        /// The rule.
        public let rule: PasswordRule
        /// Whether the password keeps it.
        public let isKept: Bool
    }

    /// One result a rule, in the policy's order.
    public let results: [Result]

    /// Whether every rule is kept.
    public var isAcceptable: Bool { results.allSatisfy(\.isKept) }

    /// The rules that are broken, in the policy's order.
    public var brokenRules: [PasswordRule] { results.filter { !$0.isKept }.map(\.rule) }
}
