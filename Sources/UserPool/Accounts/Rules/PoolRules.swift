/// The settings of a pool that decide how accounts behave.
public struct PoolRules: Sendable, Equatable, Codable {
    /// What passwords must have.
    public var passwordPolicy: PasswordPolicy
    /// How many former passwords may not be chosen again, 0–24.
    public var passwordHistorySize: Int
    /// How long a temporary password is good for, 1–365 days.
    public var temporaryPasswordDays: Int
    /// Whether a second factor is asked for.
    public var mfa: MFAMode
    /// Whether people may make accounts themselves.
    public var allowsSelfSignUp: Bool
    /// What users may sign in with beside their name.
    public var aliases: Set<AliasAttribute>

    /// Rules; without arguments those of a new Gatehouse pool.
    public init(
        passwordPolicy: PasswordPolicy = PasswordPolicy(), passwordHistorySize: Int = 0,
        temporaryPasswordDays: Int = 7, mfa: MFAMode = .off, allowsSelfSignUp: Bool = false,
        aliases: Set<AliasAttribute> = []
    ) {
        precondition((0...24).contains(passwordHistorySize), "a password history of \(passwordHistorySize) is not 0–24")
        precondition((1...365).contains(temporaryPasswordDays), "\(temporaryPasswordDays) days are not 1–365")
        self.passwordPolicy = passwordPolicy
        self.passwordHistorySize = passwordHistorySize
        self.temporaryPasswordDays = temporaryPasswordDays
        self.mfa = mfa
        self.allowsSelfSignUp = allowsSelfSignUp
        self.aliases = aliases
    }

    /// When a temporary password given at `now` ends (Unix seconds).
    public func temporaryPasswordExpiry(now: Int) -> Int { now + temporaryPasswordDays * 86_400 }
}

/// An attribute that, once verified, may be signed in with in place of the username.
public enum AliasAttribute: String, Sendable, Codable, CaseIterable {
    /// `email`, if `email_verified` is true.
    case email
    /// `phone_number`, if `phone_number_verified` is true.
    case phoneNumber = "phone_number"
    /// `preferred_username`, which needs no verification.
    case preferredUsername = "preferred_username"

    /// What `attributes` have of it that may be signed in with, in the form it is compared in; nil: nothing.
    public func key(in attributes: [String: String]) -> String? {
        guard let value = attributes[rawValue], !value.isEmpty else { return nil }
        switch self {
        case .email where attributes["email_verified"] != "true": return nil
        case .phoneNumber where attributes["phone_number_verified"] != "true": return nil
        default: return value.lowercased()
        }
    }
}
