import Accounts
import Foundation
import Identity
import Logging
import Operations
import UserPoolStore

/// An administrator's operations on users of a pool.
struct UserOperations: Sendable {
    let pool: Pool
    let logger: Logger

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        if operation == .listUsers { return try await UserList(pool: pool).page(input) }
        if operation == .adminCreateUser { return try await create(input) }
        let user = try await pool.user(input.text("Username"))
        switch operation {
        case .adminGetUser: return .document(user.ownDocument(withDates: true))
        case .adminDeleteUser:
            guard try await pool.store.deleteUser(subject: user.subject, now: pool.now) else {
                throw APIError.userNotFound
            }
            return .empty
        case .adminEnableUser, .adminDisableUser:
            let isEnabled = operation == .adminEnableUser
            guard try await pool.store.setEnabled(isEnabled, username: user.username, now: pool.now) else {
                throw APIError.userNotFound
            }
        case .adminUserGlobalSignOut: try await pool.store.revokeTokens(of: user.subject, now: pool.now)
        case .adminSetUserPassword: try await setPassword(of: user, input)
        case .adminConfirmSignUp: try await confirm(user)
        case .adminResetUserPassword: try await reset(user)
        case .adminUpdateUserAttributes:
            try await pool.setAttributes(of: user, Self.unique(input.attributes("UserAttributes")))
        case .adminDeleteUserAttributes:
            try await pool.removeAttributes(of: user, input.texts("UserAttributeNames") ?? [])
        default: try await pool.setMFAPreference(of: user, input, isAdministrator: true)
        }
        return .nothing
    }

    // MARK: Creating

    private func create(_ input: APIInput) async throws -> APIOutput {
        let settings = try await pool.settings()
        if input.optionalText("MessageAction") == "RESEND" { return try await invite(again: input, settings.rules) }
        let given = input.text("Username")
        var attributes = try Self.unique(input.attributes("UserAttributes"))
        if attributes.removeValue(forKey: "sub") != nil {
            throw APIError.invalidParameter("Cannot modify the already provided sub.")
        }
        let name = try pool.name(given, settings, &attributes)
        // What is required and missing is asked of the user with the new password.
        try settings.check(attributes, isChange: false)
        let rules = settings.rules
        let password = try password(input, for: name, rules)
        let user: User
        do {
            user = try await pool.store.createUser(
                name, password: .temporary(password, expiresAt: rules.temporaryPasswordExpiry(now: pool.now)),
                attributes: attributes, groups: [], forcingAlias: input.boolean("ForceAliasCreation") ?? false,
                now: pool.now)
        } catch is UserPoolStore.UsernameExists {
            throw APIError.usernameExists("User account already exists")
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.usernameExists("An account with the given \(error.attribute.rawValue) already exists.")
        }
        logger.notice("User created by the API", metadata: ["sub": "\(user.subject)"])
        if input.optionalText("MessageAction") != "SUPPRESS" { invite(user, password) }
        return .document(["User": user.document()])
    }

    private func invite(again input: APIInput, _ rules: PoolRules) async throws -> APIOutput {
        let user = try await pool.user(input.text("Username"))
        guard user.status == .forceChangePassword else {
            throw APIError.unsupportedUserState(
                "Resend not possible. \(user.username) status is not FORCE_CHANGE_PASSWORD")
        }
        let password = try password(input, for: user.username, rules)
        _ = try await pool.store.setPassword(
            of: user.subject, .temporary(password, expiresAt: rules.temporaryPasswordExpiry(now: pool.now)),
            now: pool.now)
        invite(user, password)
        return .document(["User": try await pool.user(input.text("Username")).document()])
    }

    /// The temporary password: the given one, if it keeps the policy, else one that does.
    private func password(_ input: APIInput, for name: Username, _ rules: PoolRules) throws(APIError) -> String {
        guard let given = input.optionalText("TemporaryPassword"), !given.isEmpty else {
            return TemporaryPassword.make(for: rules.passwordPolicy)
        }
        try rules.passwordPolicy.check(given, username: name.text)
        return given
    }

    /// Tells a new user the temporary password, where the pool can send mail and knows where to.
    private func invite(_ user: User, _ password: String) {
        guard !pool.sendInvitation(to: user, password: password) else { return }
        logger.notice(
            "No invitation was sent: the pool sends no mail, or the user has no address",
            metadata: ["sub": "\(user.subject)"])
    }

    // MARK: Passwords and status

    private func setPassword(of user: User, _ input: APIInput) async throws {
        let rules = try await pool.settings().rules
        let password = input.text("Password")
        try rules.passwordPolicy.check(password, username: user.username.text)
        let isPermanent = input.boolean("Permanent") ?? false
        let new: UserPoolStore.InitialPassword =
            isPermanent
            ? .permanent(password) : .temporary(password, expiresAt: rules.temporaryPasswordExpiry(now: pool.now))
        do {
            let isThere = try await pool.store.setPassword(
                of: user.subject, new, historySize: rules.passwordHistorySize, now: pool.now)
            guard isThere else { throw APIError.userNotFound }
        } catch is UserPoolStore.PasswordUsedBefore {
            throw APIError.passwordHistory
        }
    }

    private func confirm(_ user: User) async throws {
        switch try await pool.store.apply(.signUpConfirmed, to: user.subject, now: pool.now) {
        case .changed: return
        case .noSuchUser: throw APIError.userNotFound
        case .refused(let status):
            throw APIError.notAuthorized("User cannot be confirmed. Current status is \(status.rawValue)")
        }
    }

    private func reset(_ user: User) async throws {
        guard user.status.after(.passwordReset) != nil || user.status == .resetRequired else {
            throw APIError.notAuthorized("User password cannot be reset in the current state.")
        }
        guard user.verifiedEmail != nil else {
            throw APIError.invalidParameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number")
        }
        guard pool.configuration.mail != nil else {
            throw APIError.invalidParameter(
                "Cannot reset password for the user: this user pool sends no mail. Set one with AdminSetUserPassword.")
        }
        _ = try await pool.sendCode(.resetPassword, to: user, after: .passwordReset)
    }

    /// Attributes by name.
    ///
    /// - Throws: ``APIError`` where one is there twice.
    static func unique(_ attributes: [(name: String, value: String)]) throws(APIError) -> [String: String] {
        var unique: [String: String] = [:]
        for (name, value) in attributes {
            guard unique.updateValue(value, forKey: name) == nil else {
                throw .invalidParameter("The attribute \(name) is given more than once.")
            }
        }
        return unique
    }
}
