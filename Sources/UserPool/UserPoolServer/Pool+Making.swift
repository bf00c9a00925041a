import Accounts
import Crypto
import Foundation
import Logging
import Operations
import Tokens
import UserPoolStore

extension Pool {
    /// Reads or makes the secrets, opens the database and sees to the first administrator.
    static func make(
        _ configuration: UserPoolConfiguration, state: StateDirectory, logger: Logger
    ) async throws -> Pool {
        try state.prepare()
        let previousMask = umask(0o077)
        defer { umask(previousMask) }
        let limits = configuration.limits
        let store = try store(
            configuration, state,
            throttle: SourceThrottle(
                burst: limits.failuresPerAddress, millisecondsPerAttempt: 1000 * limits.secondsPerAttempt))
        let formKey = try state.secret("userpool/form-key") { RandomText.bytes(32) }
        let pool = Pool(
            configuration: configuration, clientSecret: try clientSecret(configuration, state), store: store,
            tokens: try await TokenIssuer(
                issuer: configuration.issuer, idTokenKey: try signingKey("id-token-key", state),
                accessTokenKey: try signingKey("access-token-key", state),
                validity: configuration.client.tokenValidity),
            seal: FormSeal(key: formKey), knownBrowser: KnownBrowser(key: formKey),
            pages: try PoolPages(poolName: configuration.poolName), errands: Errands(logger: logger),
            secretBlockKey: SymmetricKey(size: .bits256), clock: systemClock)
        try await store.setAliases(try await pool.rules().aliases)
        if let administrator = configuration.administrator {
            try await pool.ensure(administrator, logger: logger)
        }
        return pool
    }

    /// Opens the database with the key of the secrets in it, which is made when there is none.
    ///
    /// - Parameter main: the store of the pool beside which this one is, to share the hasher's places with.
    static func store(
        _ configuration: UserPoolConfiguration, _ state: StateDirectory,
        throttle: SourceThrottle = UserPoolStore.usualThrottle, beside main: UserPoolStore? = nil
    ) throws -> UserPoolStore {
        try UserPoolStore(
            path: configuration.databasePath, poolID: configuration.poolID,
            secretsKey: try state.secret("userpool/stored-secrets-key") { RandomText.bytes(32) }, throttle: throttle,
            sharingHasherOf: main)
    }

    /// Makes the administrator if nobody is called so; an existing user is left as they are.
    func ensure(_ administrator: UserPoolConfiguration.Administrator, logger: Logger) async throws {
        guard try await store.user(named: administrator.username) == nil else { return }
        let file = administrator.passwordFile
        guard let password = try StateDirectory.readSecret(file) else {
            throw OperationsError(
                "There is no user \(administrator.username) yet, and no password for one in \(file). "
                    + "Run \"gatehouse init\", or put a password into that file.")
        }
        let assessment = configuration.passwordPolicy.assess(password, username: administrator.username.text)
        guard assessment.isAcceptable else {
            let broken = assessment.brokenRules.map(\.requirement).joined(separator: "; ")
            throw OperationsError(
                "The password in \(file) does not keep the pool's policy: \(broken). Put another one there, or delete "
                    + "the file and start again with another ADMIN_PASSWORD.")
        }
        let user = try await store.createUser(
            administrator.username, password: .permanent(password),
            attributes: ["email": administrator.email, "email_verified": "true"], groups: administrator.groups, now: now
        )
        logger.notice(
            "Administrator created", metadata: ["username": "\(user.username)", "sub": "\(user.subject)"])
    }

    private static func clientSecret(_ configuration: UserPoolConfiguration, _ state: StateDirectory) throws -> String {
        let file = configuration.client.secretFile
        // The usual place: made here if the pool is the first to start.
        if file == state.resolve("secrets/client-secret") {
            return try state.secretText("client-secret") { RandomText.make(52, from: RandomText.lowerCaseAndDigits) }
        }
        guard let secret = try StateDirectory.readSecret(file) else {
            throw OperationsError(
                "The client secret cannot be read from \(file). Put it there, or correct ClientSecretFile.")
        }
        guard secret.count >= 24 else {
            throw OperationsError("The client secret in \(file) is shorter than 24 characters. Put a longer one there.")
        }
        return secret
    }

    static func signingKey(_ name: String, _ state: StateDirectory) throws -> SigningKey {
        // `secret` takes a closure that cannot throw, so the key is made first where there is none.
        let file = "userpool/\(name).pem"
        let pem = try state.hasSecret(file) ? "" : SigningKey.makePEM()
        let bytes = try state.secret(file) { Array(pem.utf8) }
        do {
            return try SigningKey(pem: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw OperationsError(
                "\(state.resolve("secrets/\(file)")) holds no RSA key. Put it back, or delete it to have a new one made: "
                    + "all tokens signed with the old one end.")
        }
    }
}
