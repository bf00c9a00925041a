import Logging

extension RelyingParty {
    /// Fetches and reads the discovery document, unless the configuration says everything.
    static func discover(
        _ configuration: ProviderConfiguration, client: ProviderClient, logger: Logger
    ) async -> Result<ProviderMetadata, SignInError> {
        func failure(_ detail: String) -> Result<ProviderMetadata, SignInError> {
            logger.warning("Discovery failed", metadata: ["issuer": "\(configuration.issuer)", "reason": "\(detail)"])
            return .failure(SignInError(.unhandled, "discovery failed: \(detail)"))
        }
        var document: [UInt8]?
        if !ProviderMetadata.isComplete(configuration) {
            guard let url = ProviderMetadata.discoveryURL(issuer: configuration.issuer) else {
                return failure("the issuer is not a URL that discovery can start from")
            }
            do {
                let response = try await client.get(url, limit: maximumBody)
                guard response.status == 200 else { return failure("the provider answered \(response.status)") }
                document = response.body
            } catch {
                return failure("the provider \(error.text)")
            }
        }
        do {
            return .success(try ProviderMetadata(document: document, configuration: configuration))
        } catch {
            return failure(error.rawValue)
        }
    }
}

extension ProviderClient.Fault {
    /// What happened, as the end of a sentence, for the operator.
    var text: String {
        switch self {
        case .timedOut: "did not answer in time"
        case .tooLarge: "sent more than is accepted"
        case .unreachable(let reason): "cannot be reached: \(reason)"
        }
    }
}

extension ProviderConfiguration {
    /// Refuses what could never work or would not be safe.
    func check() throws(ProviderConfigurationError) {
        guard EndpointURL(issuer) != nil else {
            throw ProviderConfigurationError(
                description: "Issuer \(issuer) is not an https URL (http is accepted on a loopback address only)")
        }
        guard scope.split(separator: " ").contains("openid") else {
            throw ProviderConfigurationError(description: "Scope lacks openid, without which there is no ID token")
        }
        guard !clientID.isEmpty, authentication.isComplete else {
            throw ProviderConfigurationError(description: "ClientId and ClientSecret are needed to redeem a code")
        }
        guard usesPKCE || !authentication.isPublic else {
            throw ProviderConfigurationError(description: "a public client needs Pkce: nothing else protects its codes")
        }
        guard (1...604_800).contains(sessionTimeout) else {
            throw ProviderConfigurationError(description: "SessionTimeout is not between 1 and 604800 seconds")
        }
        if let name = extraParameters.map(\.0).first(where: AuthorizationRequest.reservedNames.contains) {
            throw ProviderConfigurationError(
                description: "AuthenticationRequestExtraParams sets \(name), which the gateway sets itself")
        }
        let endpoints = [authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksURI, endSessionEndpoint]
        for text in endpoints.compactMap({ $0 }) where EndpointURL(text) == nil {
            throw ProviderConfigurationError(
                description: "\(text) is not an https URL (http on a loopback address only)")
        }
    }
}
