import Accounts
import Foundation
import Identity
import Logging
import UserPoolStore

/// What several operations do with a user.
extension Pool {
    /// The user that `text` names: a username, an id, a verified alias.
    ///
    /// - Throws: ``APIError``: `UserNotFoundException`.
    func user(_ text: String) async throws -> User {
        guard let user = try await store.user(matching: text) else { throw APIError.userNotFound }
        return user
    }

    /// The page size of a request: as many as may be, where it names none or 0.
    func limit(_ input: APIInput) -> Int {
        let limit = input.integer("Limit") ?? 60
        return limit == 0 ? 60 : limit
    }

    /// The name of a new user. Where people sign in with an address or number, that becomes an attribute, and the name is made.
    func name(
        _ given: String, _ settings: PoolSettings, _ attributes: inout [String: String]
    ) throws -> Username {
        if settings.namesAreContacts {
            let kinds = settings.rules.aliases
            if given.contains("@"), kinds.contains(.email) {
                attributes["email"] = given
            } else if given.hasPrefix("+"), kinds.contains(.phoneNumber) {
                attributes["phone_number"] = given
            } else {
                throw APIError.invalidParameter(
                    kinds.contains(.email) ? "Username should be an email." : "Username should be a phone number.")
            }
            return try Username(UUID().uuidString.lowercased())
        }
        if settings.rules.aliases.contains(.email), Attributes.isEmail(given) {
            throw APIError.invalidParameter(
                "Username cannot be of email format, since user pool is configured for email alias.")
        }
        do {
            return try Username(given)
        } catch {
            throw APIError.invalidParameter(error.description)
        }
    }

    /// Sets attributes; an empty value removes one.
    func setAttributes(of user: User, _ attributes: [String: String]) async throws {
        let settings = try await settings()
        try settings.check(attributes, isChange: true)
        for name in settings.requiredAttributes where attributes[name]?.isEmpty == true {
            throw APIError.invalidParameter("Attribute \(name) is required and cannot be removed.")
        }
        do {
            guard try await store.updateAttributes(of: user.subject, setting: attributes, now: now) != nil else {
                throw APIError.userNotFound
            }
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.aliasExists("An account with the given \(error.attribute.rawValue) already exists.")
        }
    }

    /// Removes attributes; one that the user does not have is no error.
    func removeAttributes(of user: User, _ names: [String]) async throws {
        let settings = try await settings()
        for name in names {
            guard Attributes.isKnown(name) else {
                throw APIError.invalidParameter("user.\(name): Attribute does not exist in the schema.")
            }
            guard name != "sub", !settings.requiredAttributes.contains(name) else {
                throw APIError.invalidParameter("user.\(name): Attribute cannot be deleted.")
            }
        }
        guard try await store.updateAttributes(of: user.subject, setting: [:], removing: names, now: now) != nil else {
            throw APIError.userNotFound
        }
    }

    /// Switches the second factor of a user on or off.
    ///
    /// - Parameter isAdministrator: whether it may be switched off where the pool asks everybody for it.
    func setMFAPreference(of user: User, _ input: APIInput, isAdministrator: Bool) async throws {
        for factor in ["SMSMfaSettings", "EmailMfaSettings", "WebAuthnMfaSettings"]
        where input.structure(factor)?.boolean("Enabled") == true {
            throw APIError.invalidParameter(
                "User does not have delivery config set to turn on \(Self.factorNames[factor] ?? factor)")
        }
        guard let settings = input.structure("SoftwareTokenMfaSettings") else { return }
        let isEnabled = settings.boolean("Enabled") ?? false
        let isPreferred = settings.boolean("PreferredMfa") ?? false
        if !isEnabled, isPreferred {
            throw APIError.invalidParameter("User has to enable SOFTWARE_TOKEN_MFA to prefer it.")
        }
        if !isEnabled, !isAdministrator, try await rules().mfa == .required {
            throw APIError.invalidParameter("User pool requires MFA: it cannot be turned off.")
        }
        // Whoever has lost the phone sets up another one, which only who has none is led to where everybody must have one.
        if !isEnabled, try await rules().mfa == .required {
            try await store.removeSoftwareToken(of: user.subject, now: now)
        }
        switch try await store.setMFAPreference(
            of: user.subject, isEnabled: isEnabled, isPreferred: isPreferred, now: now)
        {
        case .changed: return
        case .noSuchUser: throw APIError.userNotFound
        case .noToken:
            throw APIError.invalidParameter("User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
        }
    }

    private static let factorNames = [
        "SMSMfaSettings": "SMS_MFA", "EmailMfaSettings": "EMAIL_OTP", "WebAuthnMfaSettings": "WEB_AUTHN",
    ]
}
