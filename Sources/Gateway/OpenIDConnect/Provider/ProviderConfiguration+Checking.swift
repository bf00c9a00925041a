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
        let endpoints = [
            authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksURI, endSessionEndpoint, revocationEndpoint,
            globalSignOutEndpoint,
        ]
        for text in endpoints.compactMap({ $0 }) where EndpointURL(text) == nil {
            throw ProviderConfigurationError(
                description: "\(text) is not an https URL (http on a loopback address only)")
        }
    }
}
