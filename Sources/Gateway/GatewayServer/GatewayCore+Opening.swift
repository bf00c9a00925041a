import Audit
import Crypto
import Foundation
import Identity
import Logging
import OpenIDConnect
import Operations
import Pages
import Sessions

extension GatewayCore {
    /// Makes what is missing in the state folder (keys, local certificates), reads it, and puts the parts together.
    ///
    /// - Throws: ``OperationsError`` and the like, each a sentence for the operator.
    public static func open(
        _ configuration: GatewayConfiguration, state: StateDirectory, environment: [String: String], log: Logger
    ) throws -> GatewayCore {
        try state.prepare()
        let signer = try openIdentitySigner(configuration, state: state)
        let sessionKey = try openSessionKey(state)
        let needsLocal = configuration.listeners.contains { $0.protocol == .https && $0.certificates.isEmpty }
        let certificates =
            needsLocal
            ? try LocalCertificates.ensure(in: state.certificatesDirectory(environment: environment), now: Date()) : nil
        let providers = configuration.identityProviders.map {
            SessionProvider(issuer: $0.issuer, client: $0.clientID, cookieName: $0.sessionCookieName)
        }
        let sessions = try openSessions(
            configuration, providers: providers, key: sessionKey, state: state, log: log)
        sessions.onEnd { record, reason in
            log.info("session ended", metadata: ["session": "\(record.digest)", "reason": "\(reason.rawValue)"])
        }
        let audit = try AuditLog(
            path: state.resolve("logs/audit.jsonl"), fileLimit: configuration.attributes.auditFileLimit, log: log)
        sessions.onEnd { record, reason in
            if let event = AuditEvent(ofItself: record, reason) { audit.record(event) }
        }
        let assets = SharedAssets.catalog(prefix: "/.gatehouse/", adding: SharedAssets.gatewayScripts)
        let answers = SignInAnswers(assets: assets, audit: audit, log: log)
        let heldRequests = HeldRequests(
            bodyLimit: configuration.attributes.heldBodyLimit, totalLimit: configuration.attributes.heldTotalLimit)
        let cache = openDocumentCache(state, log: log)
        let directory = try openDirectory(
            configuration, seal: StateSeal(keyMaterial: sessionKey), sessions: sessions, providers: providers,
            heldRequests: heldRequests, answers: answers, cache: cache,
            sessionSeal: configuration.attributes.sessionPlace == .cookie ? try CookieKeys.open(state) : nil)
        let bearers = try configuration.bearers.map { bearer in
            try BearerAuthority(
                rules: bearer.rules, keysAddress: bearer.keysAddress,
                trustRootsPEMFile: FileManager.default.fileExists(atPath: bearer.trustedRootsFile)
                    ? bearer.trustedRootsFile : nil, cache: cache, logger: log)
        }
        return GatewayCore(
            configuration: configuration, sessionStore: sessions, identitySigner: signer, directory: directory,
            heldRequests: heldRequests,
            refresher: SessionRefresher(sessions: sessions, services: directory.services, log: log),
            bearers: bearers, targetGroupCookie: TargetGroupCookie(keyMaterial: sessionKey),
            formToken: FormToken(keyMaterial: sessionKey), assets: assets, audit: audit,
            accessLog: try openAccessLog(configuration, state: state, log: log), localCertificates: certificates)
    }

    /// The log of requests, if it is asked for.
    private static func openAccessLog(
        _ configuration: GatewayConfiguration, state: StateDirectory, log: Logger
    ) throws -> AccessLogWriter? {
        let attributes = configuration.attributes
        guard attributes.logsAccess else { return nil }
        // As the load balancer names itself in its logs: the end of its ARN.
        let arn = configuration.loadBalancerArn
        let name = arn.range(of: ":loadbalancer/").map { String(arn[$0.upperBound...]) } ?? arn
        return try AccessLogWriter(
            path: state.resolve("logs/access.log"), gateway: name,
            limits: .init(fileBytes: attributes.accessFileLimit, files: attributes.accessFilesLimit), log: log)
    }

    /// One relying party for each provider and rule's settings; those of one provider share what is known of it.
    private static func openDirectory(
        _ configuration: GatewayConfiguration, seal: StateSeal, sessions: SessionStore, providers: [SessionProvider],
        heldRequests: HeldRequests, answers: SignInAnswers, cache: DocumentCache, sessionSeal: SessionSeal?
    ) throws -> SignInDirectory {
        let log = answers.log
        let limits = SignInLimits(configuration.attributes)
        var connections: [[String?]: ProviderConnection] = [:]
        let services = try zip(configuration.identityProviders, providers).map { provider, sessionProvider in
            let settings = try ProviderConfiguration(provider)
            let connection =
                try connections[settings.connectionKey] ?? ProviderConnection(settings, logger: log, cache: cache)
            connections[settings.connectionKey] = connection
            let cookie = SessionCookie(baseName: provider.sessionCookieName)
            return SignInService(
                relyingParty: try RelyingParty(
                    configuration: settings, connection: connection, seal: seal, logger: log),
                sessions: sessions, cookie: cookie, heldRequests: heldRequests, answers: answers,
                audit: answers.audit, provider: sessionProvider,
                idleTimeout: configuration.attributes.sessionIdleTimeout, limits: limits,
                sealing: sessionSeal.map { SessionSealing(seal: $0, cookie: cookie) }, log: log)
        }
        let tokenReturn = TokenReturn(services: services)
        sessions.onEnd(tokenReturn.sessionEnded)
        return SignInDirectory(
            services: services, seal: seal, answers: answers, limits: limits,
            signOutLimits: SignOutLimits(configuration.attributes), tokenReturn: tokenReturn)
    }

    /// What providers publish, in the state folder. It is a help and no need: what cannot be read or written is said and passed over.
    private static func openDocumentCache(_ state: StateDirectory, log: Logger) -> DocumentCache {
        DocumentCache(
            read: { name in
                do {
                    return try state.cachedCopy(name)
                } catch {
                    log.warning("a copy of a provider's document is not used", metadata: ["reason": "\(error)"])
                    return nil
                }
            },
            write: { name, bytes in
                do {
                    try state.keepCopy(bytes, as: name)
                } catch {
                    log.warning("a provider's document is not kept", metadata: ["reason": "\(error)"])
                }
            })
    }

    /// The key that signs `x-amzn-oidc-data`; its public half is laid out for backends.
    private static func openIdentitySigner(
        _ configuration: GatewayConfiguration, state: StateDirectory
    ) throws -> IdentitySigner {
        let pem = try state.secretText("identity-key.pem") { IdentitySigner.makePrivateKeyPEM() }
        let signer = try IdentitySigner(
            privateKeyPEM: pem, signer: configuration.loadBalancerArn,
            padded: configuration.attributes.padsIdentity)
        let file = state.resolve("identity-keys/\(signer.keyID).pem")
        try FileManager.default.createDirectory(
            atPath: state.resolve("identity-keys"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data(signer.publicKeyPEM.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        return signer
    }

    /// The sessions, those of before the last restart among them.
    private static func openSessions(
        _ configuration: GatewayConfiguration, providers: [SessionProvider], key: [UInt8], state: StateDirectory,
        log: Logger
    ) throws -> SessionStore {
        let attributes = configuration.attributes
        let limits = SessionStore.Limits(count: attributes.sessionsLimit, bytes: attributes.sessionBytesLimit)
        let file = state.resolve("data/sessions.journal")
        // The configuration has no sealed sessions without a journal.
        guard attributes.keepsSessions else {
            // What a journal of before holds must not come back when there is one again.
            AppendFile.remove(file)
            return SessionStore(limits: limits)
        }
        return try SessionJournal.open(
            at: file, keyMaterial: key, providers: providers, limits: limits, now: Int(Date().timeIntervalSince1970),
            endsUnseen: attributes.sessionPlace == .cookie, log: log)
    }

    /// 32 bytes that seal sign-in state and the journal of sessions.
    private static func openSessionKey(_ state: StateDirectory) throws -> [UInt8] {
        let text = try state.secretText("session-key") {
            SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        }
        guard let key = Data(base64Encoded: text), key.count == 32 else {
            throw OperationsError(
                "\(state.resolve("secrets/session-key")) does not hold 32 bytes in base64. Delete it to make a new one; users then sign in again."
            )
        }
        return Array(key)
    }
}

extension ProviderConfiguration {
    fileprivate init(_ provider: GatewayConfiguration.IdentityProvider) throws {
        self.init(
            issuer: provider.issuer, authorizationEndpoint: provider.endpoints.authorization,
            tokenEndpoint: provider.endpoints.token, userInfoEndpoint: provider.endpoints.userInfo,
            jwksURI: provider.endpoints.keys, endSessionEndpoint: provider.endpoints.endSession,
            revocationEndpoint: provider.endpoints.revocation,
            globalSignOutEndpoint: provider.endpoints.globalSignOut, clientID: provider.clientID,
            authentication: try ClientAuthentication(provider.client),
            scope: provider.scope,
            sessionTimeout: provider.sessionTimeout,
            extraParameters: provider.extraParameters.map { ($0.name, $0.value) },
            trustRootsPEMFile: FileManager.default.fileExists(atPath: provider.trustedRootsFile)
                ? provider.trustedRootsFile : nil,
            sessionCookieName: provider.sessionCookieName, usesPKCE: provider.usesPKCE, usesNonce: provider.usesNonce,
            heals: provider.heals, idTokenClaims: provider.idTokenClaims)
    }
}

extension ClientAuthentication {
    fileprivate init(_ client: GatewayConfiguration.IdentityProvider.Client) throws {
        switch client.authentication {
        case nil: self = .secret(client.secret)
        case .secretBasic: self = .secretBasic(client.secret)
        case .secretPost: self = .secretPost(client.secret)
        case .privateKeyJWT: self = .privateKeyJWT(try ClientKey(pem: client.key ?? "", id: client.keyID))
        case .publicClient: self = .publicClient
        }
    }
}
