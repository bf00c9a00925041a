import Crypto
import Identity
import Logging

/// Signs users in at one OpenID provider by the authorization code flow, with PKCE and nonce unless they are switched off.
///
/// The shell around the pure parts: it fetches the provider's documents when they are first needed, draws random bytes, and
/// turns every fault into a ``SignInError``. It keeps nothing about a sign-in under way; that travels sealed in `state`. Only of those whose
/// codes were sent does it remember, for a while, that they were.
public final class RelyingParty: Sendable {
    /// The provider and client this is about.
    public let configuration: ProviderConfiguration

    /// What sign-ins that begin here carry in their state.
    public let id: ProviderID

    let logger: Logger
    let seal: StateSeal
    /// The way to the provider, possibly shared.
    public let connection: ProviderConnection
    let spent: SpentSignIns

    var client: ProviderClient { connection.client }
    var metadata: CachedDocument<ProviderMetadata> { connection.metadata }
    var keys: ProviderKeys { connection.keys }

    /// - Parameters:
    ///   - configuration: the provider and client.
    ///   - connection: the way to that provider, possibly shared.
    ///   - seal: the gateway's; it must be the same for all relying parties whose callbacks come to one address.
    ///   - spent: the sign-ins whose codes were sent, possibly shared.
    ///   - logger: gets what operators need; never a token, code, cookie or secret.
    /// - Throws: what is wrong with the configuration. Nothing is fetched yet.
    public init(
        configuration: ProviderConfiguration, connection: ProviderConnection, seal: StateSeal,
        spent: SpentSignIns = SpentSignIns(), logger: Logger
    ) throws(ProviderConfigurationError) {
        try configuration.check()
        self.configuration = configuration
        self.connection = connection
        self.seal = seal
        self.spent = spent
        self.logger = logger
        id = ProviderID(configuration)
    }

    /// Begins a sign-in.
    /// - Parameters:
    ///   - originalTarget: path and query of the page the user wants. What is not beyond doubt a page of this site, or is longer than
    ///     4,096 bytes, becomes `/`.
    ///   - origin: `https://host[:port]` as the browser used it.
    ///   - nonceCookie: the value of `AWSALBAuthNonce`, if the browser sent one: other tabs may be signing in.
    ///   - demand: how the user has to sign in; what does not come about is refused at the end.
    ///   - baggage: what the sign-in takes along besides the page.
    ///   - now: seconds since 1970.
    public func beginSignIn(
        originalTarget: String, origin: String, nonceCookie: String? = nil,
        demand: AuthenticationDemand = AuthenticationDemand(), baggage: SignInBaggage = SignInBaggage(), now: Int
    ) async throws(SignInError) -> SignInRedirect {
        guard let origin = RequestOrigin(origin) else {
            throw SignInError(.missingHost, "the request's host is unusable")
        }
        let target = OriginalTarget(originalTarget) ?? .root
        let provider: ProviderMetadata
        do {
            provider = try await connection.metadataToBegin(now: now)
        } catch {
            throw error.retrying(target)
        }
        let pkce = configuration.usesPKCE ? PKCE(random: .random(32)) : nil
        let nonce = configuration.usesNonce ? Base64URL.encode([UInt8].random(32)) : nil
        let shared = configuration.heals ? BrowserBinding(cookie: nonceCookie, seal: seal) : nil
        let browser = shared ?? BrowserBinding(random: .random(32))
        let state = SignInState(
            provider: id, startedAt: now, verifier: pkce?.verifier, nonce: nonce, cookieHash: browser.hash,
            target: target, demand: demand, baggage: baggage)
        let request = AuthorizationRequest(
            endpoint: provider.authorizationEndpoint.text, clientID: configuration.clientID,
            redirectURI: origin.redirectURI, scope: configuration.scope,
            state: seal.seal(state, origin: origin, random: .random(12)), nonce: nonce, challenge: pkce?.challenge,
            extraParameters: configuration.parameters(meeting: demand))
        return SignInRedirect(location: request.location, nonceCookie: browser.cookie(seal: seal))
    }

    /// Ends a sign-in: checks what the browser brought, redeems the code, verifies the ID token and fetches the claims.
    /// - Parameters:
    ///   - callback: what the browser brought, as ``StateSeal/callback(query:origin:)`` read it. One that another relying party began is
    ///     refused.
    ///   - nonceCookie: the value of `AWSALBAuthNonce`, if the browser sent one.
    ///   - now: seconds since 1970.
    public func completeSignIn(
        _ callback: SignInCallback, nonceCookie: String?, now: Int
    ) async throws(SignInError) -> CompletedSignIn {
        do throws(SignInError) {
            guard callback.provider == id else {
                throw SignInError(.invalidState, "the sign-in was begun with other settings")
            }
            return try await complete(callback, nonceCookie: nonceCookie, now: now)
        } catch {
            throw error.retrying(callback.state.target)
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

    /// Whether the browser has signed in here over and over within a minute, as one does that loses its session each time.
    /// - Parameters:
    ///   - nonceCookie: the value of `AWSALBAuthNonce`, if the browser sent one.
    ///   - now: seconds since 1970.
    public func goesRound(nonceCookie: String?, now: Int) -> Bool {
        guard configuration.heals, let browser = BrowserBinding(cookie: nonceCookie, seal: seal) else { return false }
        return browser.recent?.isLoop(at: id, now: now) ?? false
    }
}

extension [UInt8] {
    /// Bytes from the cryptographic library's generator: the system's gives a word a call.
    static func random(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: 8 * count)).withUnsafeBytes { Array($0) }
    }
}
