import Crypto
import Identity
import Logging

/// Signs users in at one OpenID provider by the authorization code flow with PKCE and nonce.
///
/// The shell around the pure parts: it fetches the provider's documents when they are first needed, draws random bytes, and
/// turns every fault into a ``SignInError``. It keeps nothing about a sign-in under way; that travels sealed in `state`.
public final class RelyingParty: Sendable {
    /// The provider and client this is about.
    public let configuration: ProviderConfiguration

    let logger: Logger
    let seal: StateSeal
    let client: ProviderClient
    let metadata: CachedDocument<ProviderMetadata>
    let keys: ProviderKeys

    /// - Parameters:
    ///   - configuration: the provider and client.
    ///   - stateKey: 32 secret bytes, the same after a restart; keys are derived from it.
    ///   - logger: gets what operators need; never a token, code, cookie or secret.
    ///   - callDeadline: for each call to the provider; the load balancer's is 5 seconds.
    /// - Throws: what is wrong with the configuration. Nothing is fetched yet.
    public init(
        configuration: ProviderConfiguration, stateKey: [UInt8], logger: Logger, callDeadline: Duration = .seconds(5)
    ) throws(ProviderConfigurationError) {
        try configuration.check()
        let client = try ProviderClient(trustRoots: configuration.trustRootsPEMFile, deadline: callDeadline)
        let metadata = CachedDocument(timing: .init(refreshAfter: 3600, interval: 30, retryAfter: 1)) {
            await Self.discover(configuration, client: client, logger: logger)
        }
        self.configuration = configuration
        self.logger = logger
        self.client = client
        self.metadata = metadata
        seal = StateSeal(keyMaterial: stateKey, issuer: configuration.issuer, clientID: configuration.clientID)
        keys = ProviderKeys(client: client, logger: logger)
    }

    /// Begins a sign-in.
    /// - Parameters:
    ///   - originalTarget: path and query of the page the user wants. What is not beyond doubt a page of this site, or is longer than
    ///     4,096 bytes, becomes `/`.
    ///   - origin: `https://host[:port]` as the browser used it.
    ///   - now: seconds since 1970.
    public func beginSignIn(originalTarget: String, origin: String, now: Int) async throws(SignInError)
        -> SignInRedirect
    {
        guard let origin = RequestOrigin(origin) else {
            throw SignInError(.missingHost, "the request's host is unusable")
        }
        let target = OriginalTarget(originalTarget) ?? .root
        let provider: ProviderMetadata
        do {
            provider = try await metadata.get(now: now)
        } catch {
            throw error.retrying(target)
        }
        let pkce = PKCE(random: .random(32))
        let nonce = Base64URL.encode([UInt8].random(32))
        let cookie = Base64URL.encode([UInt8].random(32))
        let state = SignInState(
            startedAt: now, verifier: pkce.verifier, nonce: nonce, cookieHash: Self.cookieHash(cookie), target: target)
        let request = AuthorizationRequest(
            endpoint: provider.authorizationEndpoint.text, clientID: configuration.clientID,
            redirectURI: origin.redirectURI, scope: configuration.scope,
            state: seal.seal(state, origin: origin, random: .random(12)), nonce: nonce, challenge: pkce.challenge,
            extraParameters: configuration.extraParameters)
        return SignInRedirect(location: request.location, nonceCookie: cookie)
    }

    /// Ends a sign-in: checks what the browser brought, redeems the code, verifies the ID token and fetches the claims.
    /// - Parameters:
    ///   - query: of `/oauth2/idpresponse`, raw, without `?`.
    ///   - nonceCookie: the value of `AWSALBAuthNonce`, if the browser sent one.
    ///   - origin: `https://host[:port]` as the browser used it.
    ///   - now: seconds since 1970.
    public func completeSignIn(
        query: String, nonceCookie: String?, origin: String, now: Int
    ) async throws(SignInError) -> CompletedSignIn {
        guard let origin = RequestOrigin(origin) else {
            throw SignInError(.missingHost, "the request's host is unusable")
        }
        let callback: CallbackParameters
        do {
            callback = try CallbackParameters(query: query)
        } catch {
            throw SignInError(error, "the callback's parameters are unusable")
        }
        guard let state = seal.open(callback.state, origin: origin) else {
            throw SignInError(.invalidState, "the state was not made by this gateway for this host and provider")
        }
        do {
            return try await complete(callback, state: state, nonceCookie: nonceCookie, origin: origin, now: now)
        } catch {
            throw error.retrying(state.target)
        }
    }

    /// Where to send the browser after its session here has ended, so that the one at the provider ends too.
    /// - Parameters:
    ///   - idToken: of the session, if there was one.
    ///   - origin: `https://host[:port]`; the browser comes back to its `/`.
    ///   - now: seconds since 1970.
    /// - Returns: nil when the provider has no such page, or cannot be asked.
    public func signOutLocation(idToken: String?, origin: String, now: Int) async -> String? {
        guard let origin = RequestOrigin(origin), let provider = try? await metadata.get(now: now) else { return nil }
        return SignOutRequest.location(
            metadata: provider, clientID: configuration.clientID, idToken: idToken, origin: origin)
    }

    /// Closes the connections to the provider. Nothing else may be called afterwards.
    public func shutdown() async {
        await client.shutdown()
    }

    static func cookieHash(_ cookie: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(cookie.utf8)))
    }
}

extension [UInt8] {
    /// Bytes from the system's cryptographic generator, which stops the program rather than fail.
    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
