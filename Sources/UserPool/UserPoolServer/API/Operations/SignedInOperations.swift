import Accounts
import Identity
import Tokens
import UserPoolStore

/// What users do with their own accounts, with an access token.
struct SignedInOperations: Sendable {
    let pools: PoolDirectory
    let source: AttemptSource

    /// Who has shown an access token.
    struct Caller: Sendable {
        let pool: Pool
        let user: User
        let client: AppClient
        let signInID: String
    }

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        if let session = input.optionalText("Session"), !input.has("AccessToken"),
            operation == .associateSoftwareToken || operation == .verifySoftwareToken
        {
            return try await perform(operation, input, session: session)
        }
        guard let token = input.optionalText("AccessToken") else {
            throw APIError.invalidParameter("Either AccessToken or Session is required.")
        }
        let caller = try await caller(token)
        let pool = caller.pool
        switch operation {
        case .getUser:
            return .document(caller.user.ownDocument(withDates: false, readable: caller.client.readableAttributes))
        case .changePassword: try await changePassword(caller, input)
        case .globalSignOut: try await pool.store.revokeTokens(of: caller.user.subject, now: pool.now)
        case .deleteUser:
            guard try await pool.store.deleteUser(subject: caller.user.subject, now: pool.now) else {
                throw APIError.userNotFound
            }
            return .empty
        case .updateUserAttributes:
            let attributes = try UserOperations.unique(input.attributes("UserAttributes"))
            try Self.checkWritable(attributes.keys, caller.client)
            try await pool.setAttributes(of: caller.user, attributes)
            return .document(["CodeDeliveryDetailsList": []])
        case .deleteUserAttributes:
            let names = input.texts("UserAttributeNames") ?? []
            try Self.checkWritable(names, caller.client)
            try await pool.removeAttributes(of: caller.user, names)
        case .associateSoftwareToken:
            guard try await pool.rules().mfa != .off else { throw APIError.softwareTokenNotFound }
            guard let secret = try await pool.store.newSoftwareToken(for: caller.user.subject, now: pool.now) else {
                throw APIError.userNotFound
            }
            return .document(["SecretCode": .string(secret)])
        case .verifySoftwareToken: return try await verify(caller, input)
        default: try await pool.setMFAPreference(of: caller.user, input, isAdministrator: false)
        }
        return .nothing
    }

    /// Who shows `token`, which must be signed by one of the pools, not expired and not revoked, and let its holder do this.
    func caller(_ token: String) async throws -> Caller {
        for pool in await pools.all() {
            // At time 0 nothing has expired: what is good then is ours.
            guard let claims = await pool.tokens.accessToken(token, now: 0) else { continue }
            guard await pool.tokens.accessToken(token, now: pool.now) != nil else {
                throw APIError.notAuthorized("Access Token has expired")
            }
            guard let signIn = try await pool.store.activeSignIn(claims.originID),
                signIn.user.subject == claims.subject, let client = try await pool.client(claims.clientID)?.application
            else { throw APIError.notAuthorized("Access Token has been revoked") }
            guard claims.scopes.contains(.userAdministration) else {
                throw APIError.notAuthorized("Access Token does not have required scopes")
            }
            return Caller(pool: pool, user: signIn.user, client: client, signInID: signIn.id)
        }
        throw APIError.invalidAccessToken
    }

    private func changePassword(_ caller: Caller, _ input: APIInput) async throws {
        let pool = caller.pool
        let rules = try await pool.rules()
        let new = input.text("ProposedPassword")
        try rules.passwordPolicy.check(new, username: caller.user.username.text, verb: "does")
        switch try await pool.store.changePassword(
            of: caller.user.subject, from: input.optionalText("PreviousPassword") ?? "", to: new,
            historySize: rules.passwordHistorySize, keeping: caller.signInID, source: source,
            nowMilliseconds: pool.clock())
        {
        case .changed: return
        case .incorrect: throw APIError.incorrect
        case .locked: throw APIError.codeAttempts
        case .usedBefore: throw APIError.passwordHistory
        case .overloaded: throw APIError.tooManyRequests
        }
    }

    private func verify(_ caller: Caller, _ input: APIInput) async throws -> APIOutput {
        let verdict = try await caller.pool.store.verifySoftwareToken(
            input.text("UserCode"), of: caller.user.subject, deviceName: input.optionalText("FriendlyDeviceName"),
            enabling: false, nowMilliseconds: caller.pool.clock())
        switch verdict {
        case .right: return .document(["Status": "SUCCESS"])
        case .wrong, .used: throw APIError.softwareTokenMismatch
        case .locked: throw APIError.codeAttempts
        case .none: throw APIError.softwareTokenNotFound
        }
    }

    /// The two operations that a session of a sign-in lets do, too, before there are tokens.
    private func perform(_ operation: APIOperation, _ input: APIInput, session: String) async throws -> APIOutput {
        for pool in await pools.all() {
            if case .unknown = try await pool.store.challenge(session, now: pool.now) { continue }
            let challenges = Challenges(pool: pool, source: source)
            guard operation == .verifySoftwareToken else {
                let (secret, next) = try await challenges.associate(session: session)
                return .document(["SecretCode": .string(secret), "Session": .string(next)])
            }
            let next = try await challenges.verify(
                session: session, code: input.text("UserCode"), deviceName: input.optionalText("FriendlyDeviceName"))
            return .document(["Status": "SUCCESS", "Session": .string(next)])
        }
        throw Challenges.invalidSession
    }

    private static func checkWritable(_ names: some Sequence<String>, _ client: AppClient) throws {
        for name in names {
            let isProtected =
                ["sub", "email_verified", "phone_number_verified"].contains(name) || name.hasPrefix("dev:")
            guard !isProtected, client.writableAttributes?.contains(name) ?? true else {
                throw APIError.notAuthorized("A client attempted to write unauthorized attribute")
            }
        }
    }
}
