import Logging

/// What is known of one provider, and the way to it: shared by all rules that sign in there, so that a rule more costs no fetch more.
public final class ProviderConnection: Sendable {
    let client: ProviderClient
    let metadata: CachedDocument<ProviderMetadata>
    let keys: ProviderKeys

    /// - Parameters:
    ///   - configuration: whose issuer, endpoints and trusted roots count.
    ///   - logger: gets what operators need; never a token, code, cookie or secret.
    ///   - callDeadline: for each call to the provider; the load balancer's is 5 seconds.
    /// - Throws: what is wrong with the trusted roots. Nothing is fetched yet.
    public init(
        _ configuration: ProviderConfiguration, logger: Logger, callDeadline: Duration = .seconds(5)
    ) throws(ProviderConfigurationError) {
        let client = try ProviderClient(trustRoots: configuration.trustRootsPEMFile, deadline: callDeadline)
        self.client = client
        metadata = CachedDocument(timing: .init(refreshAfter: 3600, interval: 30, retryAfter: 1)) {
            await RelyingParty.discover(configuration, client: client, logger: logger)
        }
        keys = ProviderKeys(client: client, logger: logger)
    }

    /// Closes the connections to the provider. Nothing else may be called afterwards.
    public func shutdown() async {
        await client.shutdown()
    }
}

extension ProviderConfiguration {
    /// What a connection depends on: two configurations with the same can share one.
    public var connectionKey: [String?] {
        [
            issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksURI, endSessionEndpoint,
            trustRootsPEMFile,
        ]
    }
}
