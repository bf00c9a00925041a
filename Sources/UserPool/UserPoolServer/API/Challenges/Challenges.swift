import Accounts
import Foundation
import Tokens
import UserPoolStore

/// Signing in by the API: InitiateAuth, RespondToAuthChallenge and their signed twins (spec §3.8).
///
/// What a user has to do next is decided by ``SignInStep``; that a step is taken once, in time and by the client that began, by the
/// store. Here the API's words are put into those of the store and back. All methods throw ``APIError`` for what is refused.
struct Challenges: Sendable {
    let pool: Pool
    /// Whose attempts these are.
    let source: AttemptSource

    /// InitiateAuth and AdminInitiateAuth.
    ///
    /// - Parameters:
    ///   - flow: `AuthFlow`.
    ///   - isAdmin: whether the call is signed by an administrator.
    func initiate(
        flow: String, client: Pool.Client, parameters: [String: String], isAdmin: Bool
    ) async throws -> ChallengeAnswer {
        switch (flow, isAdmin) {
        case ("USER_PASSWORD_AUTH", false):
            try require(.userPassword, of: client, "USER_PASSWORD_AUTH flow not enabled for this client")
            return try await signInWithPassword(client, parameters)
        case ("ADMIN_USER_PASSWORD_AUTH", true), ("ADMIN_NO_SRP_AUTH", true):
            try require(.adminUserPassword, of: client)
            return try await signInWithPassword(client, parameters)
        case ("USER_SRP_AUTH", _):
            try require(.userSRP, of: client)
            return try await beginSRP(client, parameters)
        case ("REFRESH_TOKEN_AUTH", _), ("REFRESH_TOKEN", _):
            try require(.refreshToken, of: client)
            guard client.application.rotation == nil else {
                throw APIError.unsupportedOperation(
                    "Refresh token rotation is enabled for this client: use GetTokensFromRefreshToken.")
            }
            return .result(try await refresh(client, parameters))
        case ("USER_PASSWORD_AUTH", true), ("ADMIN_USER_PASSWORD_AUTH", false), ("ADMIN_NO_SRP_AUTH", false),
            ("CUSTOM_AUTH", _), ("USER_AUTH", _):
            throw APIError.invalidParameter("Auth flow not enabled for this client")
        default:
            throw APIError.validation([
                "Value at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, "
                    + "USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"
            ])
        }
    }

    /// RespondToAuthChallenge and AdminRespondToAuthChallenge.
    ///
    /// - Parameters:
    ///   - challenge: `ChallengeName`.
    ///   - session: `Session`, from the answer before.
    ///   - responses: `ChallengeResponses`.
    func respond(
        to challenge: String, client: Pool.Client, session: String?, responses: [String: String]
    ) async throws -> ChallengeAnswer {
        guard let name = ChallengeName(rawValue: challenge) else {
            throw APIError.invalidParameter("Invalid challenge: it is none of this user pool's.")
        }
        let username = try required("USERNAME", in: responses)
        try SecretHash.check(responses["SECRET_HASH"], username: username, of: client)
        switch name {
        case .passwordVerifier: return try await verifySRP(client, username: username, responses)
        case .newPasswordRequired:
            return try await chooseNewPassword(client, username: username, session, responses)
        case .softwareToken:
            let code = try required("SOFTWARE_TOKEN_MFA_CODE", in: responses)
            _ = try await pending(session, .softwareToken, client, username: username)
            let outcome = try await pool.store.completeChallenge(
                session ?? "", code: String(code.prefix(64)), kind: .api(client.application),
                nowMilliseconds: pool.clock())
            return try await answer(outcome, client)
        case .setUpMFA:
            _ = try await pending(session, .softwareTokenVerified, client, username: username)
            let outcome = try await pool.store.finishSetup(
                session ?? "", kind: .api(client.application), now: pool.now)
            return try await answer(outcome, client)
        case .selectMFA:
            // There is only one factor, so nobody is asked, and there is no session of this kind.
            throw Self.invalidSession
        }
    }

    // MARK: Passwords

    private func signInWithPassword(
        _ client: Pool.Client, _ parameters: [String: String]
    ) async throws -> ChallengeAnswer {
        let username = try required("USERNAME", in: parameters)
        let password = try required("PASSWORD", in: parameters)
        try SecretHash.check(parameters["SECRET_HASH"], username: username, of: client)
        try await refuseWhatNeedsNoPassword(username, client)
        let outcome = try await pool.store.signIn(
            username: username, password: password, kind: .api(client.application), mfa: try await pool.rules().mfa,
            from: source, nowMilliseconds: pool.clock())
        return try await answer(outcome, client)
    }

    /// Without masking, a client is told of users who do not exist or are not confirmed, whatever the password.
    func refuseWhatNeedsNoPassword(_ username: String, _ client: Pool.Client) async throws {
        guard !client.application.masksUserExistence else { return }
        guard let user = try await pool.store.user(matching: username) else { throw APIError.userNotFound }
        guard user.status != .unconfirmed else { throw APIError.userNotConfirmed }
    }

    private func chooseNewPassword(
        _ client: Pool.Client, username: String, _ session: String?, _ responses: [String: String]
    ) async throws -> ChallengeAnswer {
        let pending = try await pending(session, .newPassword, client, username: username)
        let password = try required("NEW_PASSWORD", in: responses)
        let rules = try await pool.rules()
        let assessment = rules.passwordPolicy.assess(password, username: pending.user.username.text)
        if let broken = assessment.brokenRules.first {
            throw APIError.invalidPassword("Password does not conform to policy: \(broken.violation)")
        }
        let attributes = try attributes(in: responses, of: pending.user, client.application)
        let settings = try await pool.settings()
        try settings.check(attributes, isChange: false)
        if let name = settings.missing(in: pending.user.attributes.merging(attributes) { $1 }).first {
            throw APIError.invalidParameter("Invalid attributes given, \(name) is missing")
        }
        do {
            let outcome = try await pool.store.completeChallenge(
                session ?? "", newPassword: password, attributes: attributes, kind: .api(client.application),
                rules: rules, from: source, now: pool.now)
            return try await answer(outcome, client)
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.aliasExists("An account with the given \(error.attribute.rawValue) already exists.")
        }
    }

    /// The attributes given beside a new password. What has a value already stays as it is, and nobody verifies himself.
    private func attributes(
        in responses: [String: String], of user: User, _ client: AppClient
    ) throws -> [String: String] {
        let prefix = "userAttributes."
        var attributes: [String: String] = [:]
        for (key, value) in responses where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count))
            if user.attributes[name] == value { continue }
            guard user.attributes[name] == nil else {
                throw APIError.invalidParameter("Cannot modify an already provided \(name)")
            }
            guard !name.hasSuffix("_verified"), !name.hasPrefix("dev:"),
                client.writableAttributes?.contains(name) != false
            else {
                throw APIError.notAuthorized("A client attempted to write unauthorized attribute")
            }
            attributes[name] = value
        }
        if let problem = Attributes.problem(in: attributes) { throw APIError.invalidParameter(problem.description) }
        return attributes
    }

    // MARK: Answers

    /// What comes of looking at a password or a proof of it.
    func answer(_ outcome: SignInOutcome, _ client: Pool.Client) async throws -> ChallengeAnswer {
        switch outcome {
        case .passed(let result): return try await answer(result, client)
        case .incorrect: throw APIError.incorrect
        case .locked, .throttled: throw APIError.attemptsExceeded
        case .disabled: throw APIError.userDisabled
        case .unusable(.resetRequired): throw APIError.passwordResetRequired
        case .unusable(.notConfirmed): throw APIError.userNotConfirmed
        case .unusable:
            throw APIError.notAuthorized(
                "Temporary password has expired and must be reset by an administrator.")
        case .overloaded: throw APIError.tooManyRequests
        }
    }

    private func answer(_ outcome: ChallengeOutcome, _ client: Pool.Client) async throws -> ChallengeAnswer {
        switch outcome {
        case .passed(let result): return try await answer(result, client)
        case .over(let reading): throw Self.error(for: reading)
        case .wrongCode: throw APIError.codeMismatch("Invalid code received for user")
        case .usedCode: throw APIError.expiredCode("Your software token has already been used once.")
        case .locked: throw APIError.attemptsExceeded
        case .usedBefore: throw APIError.passwordHistory
        case .overloaded: throw APIError.tooManyRequests
        }
    }

    private func answer(_ result: SignInResult, _ client: Pool.Client) async throws -> ChallengeAnswer {
        switch result {
        case .browser: preconditionFailure("a sign-in by the API begins no browser's session")
        case .tokens(let signIn, let refreshToken):
            return .result(try await tokens(for: signIn, client, refreshToken: refreshToken.text))
        case .challenge(let user, let step, let token):
            return try await challenge(step, of: user, session: token.text)
        }
    }

    private func challenge(_ step: ChallengeStep, of user: User, session: String) async throws -> ChallengeAnswer {
        var parameters = ["USER_ID_FOR_SRP": user.subject]
        let name: ChallengeName
        switch step {
        case .newPassword:
            name = .newPasswordRequired
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            parameters["userAttributes"] = String(decoding: try encoder.encode(user.attributes), as: UTF8.self)
            let missing = try await pool.settings().missing(in: user.attributes).map { "userAttributes.\($0)" }
            parameters["requiredAttributes"] = String(decoding: try encoder.encode(missing), as: UTF8.self)
        case .softwareToken:
            name = .softwareToken
            if let device = user.mfa.deviceName { parameters["FRIENDLY_DEVICE_NAME"] = device }
        case .softwareTokenSetup, .softwareTokenVerified:
            name = .setUpMFA
            parameters["MFAS_CAN_SETUP"] = "[\"\(MFAState.softwareToken)\"]"
        }
        return .challenge(name: name, session: session, parameters: parameters)
    }

    func tokens(for signIn: SignIn, _ client: Pool.Client, refreshToken: String?) async throws -> AuthenticationResult {
        let tokens = try await pool.tokens.issue(
            TokenGrant(signIn, for: client.application, nonce: nil, isFromAPI: true), now: pool.now)
        return AuthenticationResult(
            accessToken: tokens.accessToken, idToken: tokens.idToken, refreshToken: refreshToken,
            expiresIn: tokens.expiresIn)
    }

    // MARK: What is needed

    private func require(
        _ flow: AuthenticationFlow, of client: Pool.Client, _ text: String = "Auth flow not enabled for this client"
    ) throws {
        guard client.application.flows.contains(flow) else { throw APIError.invalidParameter(text) }
    }

    func required(_ name: String, in parameters: [String: String]) throws -> String {
        guard let value = parameters[name], !value.isEmpty else {
            throw APIError.invalidParameter("Missing required parameter \(name)")
        }
        return value
    }

    /// The challenge of a session, if it is of this step, this client and this user.
    func pending(
        _ session: String?, _ step: ChallengeStep, _ client: Pool.Client, username: String
    ) async throws -> PendingChallenge {
        guard let session, (20...2048).contains(session.utf8.count) else { throw Self.invalidSession }
        let reading = try await pool.store.challenge(session, now: pool.now)
        guard case .pending(let pending) = reading else { throw Self.error(for: reading) }
        guard pending.step == step, pending.clientID == client.application.id,
            try await pool.store.user(matching: username)?.subject == pending.user.subject
        else { throw Self.invalidSession }
        return pending
    }

    static func error(for reading: ChallengeReading) -> APIError {
        switch reading {
        case .expired: .notAuthorized("Invalid session for the user, session is expired.")
        case .used: .notAuthorized("Invalid session for the user, session can only be used once.")
        case .pending, .unknown: invalidSession
        }
    }

    static let invalidSession = APIError.notAuthorized("Invalid session for the user.")
}
