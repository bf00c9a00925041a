import Logging

/// What is known of one provider, and the way to it: shared by all rules that sign in there, so that a rule more costs no fetch more.
public final class ProviderConnection: Sendable {
    let client: ProviderClient
    let metadata: CachedDocument<ProviderMetadata>
    let keys: ProviderKeys
    /// Whether there is a discovery document to ask for; else the keys show whether the provider is there.
    private let isDiscovered: Bool

    /// Seconds for which an answer shows that the provider is there.
    private static let contact = 60
    private static let timing = CachedDocument<ProviderMetadata>.Timing(refreshAfter: 3600, interval: 5, retryAfter: 1)

    /// - Parameters:
    ///   - configuration: whose issuer, endpoints and trusted roots count.
    ///   - logger: gets what operators need; never a token, code, cookie or secret.
    ///   - cache: keeps the provider's documents across restarts.
    ///   - callDeadline: for each call to the provider; the load balancer's is 5 seconds.
    /// - Throws: what is wrong with the trusted roots. Nothing is fetched yet.
    public init(
        _ configuration: ProviderConfiguration, logger: Logger, cache: DocumentCache = .none,
        callDeadline: Duration = .seconds(5)
    ) throws(ProviderConfigurationError) {
        let client = try ProviderClient(trustRoots: configuration.trustRootsPEMFile, deadline: callDeadline)
        let discovery = Discovery(configuration: configuration, client: client, cache: cache, logger: logger)
        self.client = client
        metadata = CachedDocument(
            timing: Self.timing, stored: { discovery.stored(now: $0) }, fetch: { await discovery.fetch(now: $0) })
        keys = ProviderKeys(KeySource(issuer: configuration.issuer, client: client, cache: cache, logger: logger))
        isDiscovered = !ProviderMetadata.isComplete(configuration)
    }

    /// What a sign-in begins with. The provider is asked for it again after a minute, so that nobody is sent to one that is not there.
    /// - Throws: also when it cannot be reached, although what it published is known.
    func metadataToBegin(now: Int) async throws(SignInError) -> ProviderMetadata {
        let copy = try await metadata.copy(now: now, maximumAge: Self.contact)
        if isDiscovered {
            if let failure = copy.failure, failure.isUnreachable { throw failure }
        } else {
            try await keys.contact(copy.value.jwksURI, now: now, maximumAge: Self.contact)
        }
        return copy.value
    }
}

extension ProviderConfiguration {
    /// What a connection depends on: two configurations with the same can share one.
    public var connectionKey: [String?] {
        [
            issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksURI, endSessionEndpoint,
            revocationEndpoint, trustRootsPEMFile,
        ]
    }
}
