import Accounts
import Identity
import Logging
import UserPoolStore

/// Accounts that people make themselves, where the pool allows it.
struct SignUpOperations: Sendable {
    let pool: Pool
    let source: AttemptSource
    let logger: Logger

    func signUp(_ input: APIInput, _ client: AppClient) async throws -> APIOutput {
        let settings = try await pool.settings()
        let rules = settings.rules
        guard rules.allowsSelfSignUp else {
            throw APIError.notAuthorized("SignUp is not permitted for this user pool")
        }
        var attributes = try UserOperations.unique(input.attributes("UserAttributes"))
        for name in attributes.keys {
            let isProtected =
                ["sub", "email_verified", "phone_number_verified"].contains(name) || name.hasPrefix("dev:")
            guard !isProtected, client.writableAttributes?.contains(name) ?? true else {
                throw APIError.notAuthorized("A client attempted to write unauthorized attribute")
            }
        }
        let name = try pool.name(input.text("Username"), settings, &attributes)
        try settings.checkComplete(attributes)
        let password = input.optionalText("Password") ?? ""
        try rules.passwordPolicy.check(password, username: name.text)
        // An account costs a hash, a row and a mail to whomever: so many of one source, as failed sign-ins.
        guard pool.store.countAttempt(by: source, nowMilliseconds: pool.clock()) else { throw APIError.tooManyRequests }
        let user: User
        do {
            user = try await pool.store.createUser(
                name, password: .permanent(password), attributes: attributes, groups: [], status: .unconfirmed,
                from: source, now: pool.now)
        } catch is UserPoolStore.UsernameExists {
            throw APIError.usernameExists("User already exists")
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.usernameExists("An account with the given \(error.attribute.rawValue) already exists.")
        }
        logger.notice("Signed up", metadata: ["sub": "\(user.subject)"])
        let address = try await sendCode(to: user)
        return .document(
            .members([
                "UserConfirmed": false, "UserSub": .string(user.subject),
                "CodeDeliveryDetails": address.map(CodeDelivery.document),
            ]))
    }

    func confirm(_ input: APIInput, _ client: AppClient) async throws -> APIOutput {
        guard let user = try await pool.store.user(matching: input.text("Username")),
            user.status == .unconfirmed || !client.masksUserExistence
        else { throw APIError.staleCode }
        guard user.status == .unconfirmed else {
            throw APIError.notAuthorized("User cannot be confirmed. Current status is \(user.status.rawValue)")
        }
        switch try await pool.store.takeCode(
            input.text("ConfirmationCode"), .confirmSignUp, of: user.subject, now: pool.now)
        {
        case .right: break
        case .wrong: throw APIError.wrongCode
        case .expired: throw APIError.staleCode
        case .limited: throw APIError.codeAttempts
        }
        do {
            // The address first: an alias that somebody else has keeps the account unconfirmed.
            _ = try await pool.store.updateAttributes(
                of: user.subject, setting: ["email_verified": "true"],
                forcingAlias: input.boolean("ForceAliasCreation") ?? false, now: pool.now)
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.aliasExists("An account with the given \(error.attribute.rawValue) already exists.")
        }
        _ = try await pool.store.apply(.signUpConfirmed, to: user.subject, now: pool.now)
        return .nothing
    }

    func resend(_ input: APIInput, _ client: AppClient) async throws -> APIOutput {
        guard pool.configuration.mail != nil else { throw APIError.noMail }
        guard let user = try await pool.store.user(matching: input.text("Username")),
            user.status == .unconfirmed || !client.masksUserExistence
        else {
            throw client.masksUserExistence ? APIError.codeAttempts : APIError.combinationNotFound
        }
        guard user.status == .unconfirmed else { throw APIError.invalidParameter("User is already confirmed.") }
        guard let address = try await sendCode(to: user) else {
            throw APIError.invalidParameter("The user has no email address a code could be sent to.")
        }
        return .document(["CodeDeliveryDetails": CodeDelivery.document(to: address)])
    }

    /// - Returns: the address; nil where the pool sends no mail, or the user has none.
    private func sendCode(to user: User) async throws -> String? {
        guard pool.configuration.mail != nil, user.attributes["email"] != nil else { return nil }
        return try await pool.sendCode(.confirmSignUp, to: user)
    }
}
