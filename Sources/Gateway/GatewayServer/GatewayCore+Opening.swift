import Foundation
import Identity
import Logging
import OpenIDConnect
import Operations
import Sessions

extension GatewayCore {
    /// Makes what is missing in the state folder (keys, local certificates), reads it, and puts the parts together.
    ///
    /// - Throws: ``OperationsError`` and the like, each a sentence for the operator.
    public static func open(
        _ configuration: GatewayConfiguration, state: StateDirectory, environment: [String: String], log: Logger
    ) throws -> GatewayCore {
        try make(
            configuration,
            LastingParts.open(configuration, state: state, environment: environment, log: log))
    }

    /// The same sessions and logs under another configuration. What both configurations have in common, such as a provider and its keys, stays
    /// as it is. Nothing of this one changes.
    ///
    /// - Throws: as ``open(_:state:environment:log:)`` does.
    func reconfigured(_ configuration: GatewayConfiguration) throws -> GatewayCore {
        try Self.make(configuration, lasting, previous: self)
    }

    /// It comes into force.
    func begin() { lasting.services.replace(signIns) }

    /// Fetches the keys that bearer tokens are verified by, ahead of the first request.
    func prepare() async {
        await withTaskGroup(of: Void.self) { group in
            for bearer in bearers {
                group.addTask { await bearer.prepare(now: Int(Date().timeIntervalSince1970)) }
            }
        }
    }

    /// Files that are read with a configuration and whose content does not stand in it: authorities that are trusted, keys.
    static func filesRead(_ configuration: GatewayConfiguration, state: StateDirectory) -> [String] {
        let keys = state.resolve(CookieKeys.folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: keys)) ?? []
        return configuration.identityProviders.map(\.trustedRootsFile) + configuration.bearers.map(\.trustedRootsFile)
            + [state.resolve("secrets/identity-key.pem"), keys] + names.map { "\(keys)/\($0)" }
    }

    private static func make(
        _ configuration: GatewayConfiguration, _ lasting: LastingParts, previous: GatewayCore? = nil
    ) throws -> GatewayCore {
        let state = lasting.state
        let needsLocal = configuration.listeners.contains { $0.protocol == .https && $0.certificates.isEmpty }
        let certificates =
            needsLocal
            ? try LocalCertificates.ensure(
                in: state.certificatesDirectory(environment: lasting.environment), now: Date()) : nil
        let isSealing = configuration.attributes.sessionPlace == .cookie
        if previous == nil {
            // Makes what is missing, so that it does not look new later.
            _ = try openIdentitySigner(configuration, state: state)
            if isSealing { _ = try CookieKeys.open(state) }
        }
        // Before they are read: one that is replaced meanwhile is read again with the next reload.
        let filesRead = FileVersion.of(filesRead(configuration, state: state))
        let knowsProviders = previous?.filesRead == filesRead
        let directory = try openDirectory(
            configuration, lasting, previous: previous, knowsProviders: knowsProviders,
            sessionSeal: isSealing ? try CookieKeys.open(state) : nil)
        let bearers = try configuration.bearers.map { bearer in
            if let previous, knowsProviders,
                let index = previous.configuration.bearers.firstIndex(of: bearer)
            {
                return previous.bearers[index]
            }
            return try BearerAuthority(
                rules: bearer.rules, keysAddress: bearer.keysAddress,
                trustRootsPEMFile: FileManager.default.fileExists(atPath: bearer.trustedRootsFile)
                    ? bearer.trustedRootsFile : nil, cache: lasting.documents, logger: lasting.log)
        }
        return GatewayCore(
            configuration: configuration, lasting: lasting, filesRead: filesRead,
            identitySigner: try openIdentitySigner(configuration, state: state), directory: directory,
            bearers: bearers, targetGroupCookie: TargetGroupCookie(keyMaterial: lasting.sessionKey),
            formToken: FormToken(keyMaterial: lasting.sessionKey), localCertificates: certificates)
    }

    /// One relying party for each provider and rule's settings; those of one provider share what is known of it.
    ///
    /// - Parameters:
    ///   - previous: whose limits count on, where the numbers are the same.
    ///   - knowsProviders: whether its connections to providers are used further.
    private static func openDirectory(
        _ configuration: GatewayConfiguration, _ lasting: LastingParts, previous: GatewayCore?, knowsProviders: Bool,
        sessionSeal: SessionSeal?
    ) throws -> SignInDirectory {
        let log = lasting.log
        let seal = StateSeal(keyMaterial: lasting.sessionKey)
        let answers = SignInAnswers(assets: lasting.assets, audit: lasting.audit, log: log)
        let attributes = configuration.attributes
        func limits<Limits>(
            _ kept: KeyPath<SignInDirectory, Limits>, of numbers: [KeyPath<GatewayConfiguration.Attributes, Int>],
            or make: (GatewayConfiguration.Attributes) -> Limits
        ) -> Limits {
            guard let previous else { return make(attributes) }
            let old = previous.configuration.attributes
            let areSame = numbers.allSatisfy { old[keyPath: $0] == attributes[keyPath: $0] }
            return areSame ? previous.directory[keyPath: kept] : make(attributes)
        }
        let signInLimits = limits(
            \.limits, of: [\.signInStartsLimit, \.signInCallbacksLimit, \.accountSignInsLimit], or: SignInLimits.init)
        let signOutLimits = limits(\.signOutLimits, of: [\.signOutNoticesLimit], or: SignOutLimits.init)
        var connections: [[String?]: ProviderConnection] = [:]
        for service in knowsProviders ? previous?.signIns ?? [] : [] {
            let party = service.relyingParty
            connections[party.configuration.connectionKey] = party.connection
        }
        let services = try zip(configuration.identityProviders, configuration.sessionProviders).map {
            provider, sessionProvider in
            let settings = try ProviderConfiguration(provider)
            let connection =
                try connections[settings.connectionKey]
                ?? ProviderConnection(settings, logger: log, cache: lasting.documents)
            connections[settings.connectionKey] = connection
            let cookie = SessionCookie(baseName: provider.sessionCookieName)
            return SignInService(
                relyingParty: try RelyingParty(
                    configuration: settings, connection: connection, seal: seal, spent: lasting.spentSignIns,
                    logger: log),
                sessions: lasting.sessionStore, cookie: cookie, heldRequests: lasting.heldRequests, answers: answers,
                audit: lasting.audit, provider: sessionProvider,
                idleTimeout: attributes.sessionIdleTimeout, limits: signInLimits,
                sealing: sessionSeal.map { SessionSealing(seal: $0, cookie: cookie) }, log: log)
        }
        return SignInDirectory(
            services: services, seal: seal, answers: answers, limits: signInLimits, replays: lasting.takenLogoutTokens,
            signOutLimits: signOutLimits, tokenReturn: lasting.tokenReturn)
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
