import Identity

/// What is to be known about a provider before anybody can sign in: configured, or from its discovery document
/// (OpenID Connect Discovery 1.0 §3).
struct ProviderMetadata: Equatable, Sendable {
    var authorizationEndpoint: EndpointURL
    var tokenEndpoint: EndpointURL
    var userInfoEndpoint: EndpointURL?
    var jwksURI: EndpointURL
    var endSessionEndpoint: EndpointURL?
    /// Where tokens are given back (RFC 7009), if anywhere.
    var revocationEndpoint: EndpointURL?
    var tokenAuthentication: TokenAuthentication
    /// Whether `iss` must come with the authorization response (RFC 9207).
    var sendsIssuer: Bool
    /// Whether it signs out in Cognito's vocabulary.
    var isCognito: Bool

    /// Where a client secret goes if the configuration does not say (RFC 6749 §2.3.1).
    enum TokenAuthentication: Equatable, Sendable {
        case basic
        case post
    }

    /// Why a discovery document cannot be used.
    enum Problem: String, Error {
        case notJSON = "the discovery document is not a JSON object"
        case otherIssuer = "the discovery document names another issuer than the configured one"
        case badEndpoint = "the discovery document lacks an endpoint or names one that is not https"
    }

    /// - Parameters:
    ///   - document: the discovery document as received; nil when the configuration names every endpoint.
    ///   - configuration: whose endpoints come first.
    init(document: [UInt8]?, configuration: ProviderConfiguration) throws(Problem) {
        var members: [String: JSONValue] = [:]
        if let document {
            guard let object = JSONValue(json: document)?.object else { throw .notJSON }
            guard object["issuer"]?.isText(configuration.issuer) == true else { throw .otherIssuer }
            members = object
        }
        let issuerIsSecure = configuration.issuer.hasPrefix("https:")
        func optionalEndpoint(_ configured: String?, _ name: String) throws(Problem) -> EndpointURL? {
            guard let text = configured ?? members[name]?.string else { return nil }
            // A provider reached over TLS does not send us, or the browser, to plain HTTP.
            guard let url = EndpointURL(text), url.isSecure || !issuerIsSecure else { throw .badEndpoint }
            return url
        }
        func endpoint(_ configured: String?, _ name: String) throws(Problem) -> EndpointURL {
            guard let url = try optionalEndpoint(configured, name) else { throw .badEndpoint }
            return url
        }
        authorizationEndpoint = try endpoint(configuration.authorizationEndpoint, "authorization_endpoint")
        tokenEndpoint = try endpoint(configuration.tokenEndpoint, "token_endpoint")
        userInfoEndpoint = try optionalEndpoint(configuration.userInfoEndpoint, "userinfo_endpoint")
        jwksURI = try endpoint(configuration.jwksURI, "jwks_uri")
        endSessionEndpoint = try optionalEndpoint(configuration.endSessionEndpoint, "end_session_endpoint")
        revocationEndpoint = try optionalEndpoint(configuration.revocationEndpoint, "revocation_endpoint")
        let methods = members["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string) ?? []
        tokenAuthentication = methods.isEmpty || methods.contains("client_secret_basic") ? .basic : .post
        sendsIssuer = members["authorization_response_iss_parameter_supported"]?.bool ?? false

        let issuerHost = EndpointURL(configuration.issuer)?.host ?? ""
        let isAmazon = issuerHost.hasPrefix("cognito-idp.") || issuerHost.hasPrefix("issuer-cognito-idp.")
        isCognito =
            isAmazon || (endSessionEndpoint?.path == "/logout" && revocationEndpoint?.path == "/oauth2/revoke")
        if isAmazon, endSessionEndpoint == nil {
            // Older pools do not list it, but all have it beside the authorization endpoint.
            endSessionEndpoint = Self.sibling(of: authorizationEndpoint, path: "/logout")
        }
        if isAmazon, revocationEndpoint == nil {
            revocationEndpoint = Self.sibling(of: authorizationEndpoint, path: "/oauth2/revoke")
        }
    }

    /// Whether the configuration leaves nothing to discover.
    static func isComplete(_ configuration: ProviderConfiguration) -> Bool {
        configuration.authorizationEndpoint != nil && configuration.tokenEndpoint != nil
            && configuration.userInfoEndpoint != nil && configuration.jwksURI != nil
    }

    /// Where the discovery document lies (§4): the issuer without a slash at its end, and the well-known path.
    static func discoveryURL(issuer: String) -> EndpointURL? {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        guard !issuer.contains("?"), !issuer.contains("#") else { return nil }
        return EndpointURL(base + "/.well-known/openid-configuration")
    }

    private static func sibling(of url: EndpointURL, path: String) -> EndpointURL? {
        let suffix = "/oauth2/authorize"
        guard url.text.hasSuffix(suffix) else { return nil }
        return EndpointURL(url.text.dropLast(suffix.count) + path)
    }
}
