/// How to sign users in at one OpenID provider: the fields of the load balancer's `authenticate-oidc` action and what it lacks.
public struct ProviderConfiguration: Sendable {
    /// The issuer, byte for byte as the provider writes it. `https`, or `http` on a loopback address.
    public var issuer: String

    /// Endpoints. Those left nil are taken from the provider's discovery document.
    public var authorizationEndpoint: String?
    /// See ``authorizationEndpoint``.
    public var tokenEndpoint: String?
    /// See ``authorizationEndpoint``. A provider without one: the claims come from the ID token.
    public var userInfoEndpoint: String?
    /// See ``authorizationEndpoint``.
    public var jwksURI: String?
    /// See ``authorizationEndpoint``. A provider without one: signing out ends at the gateway.
    public var endSessionEndpoint: String?
    /// See ``authorizationEndpoint``. A provider without one: tokens are not given back at sign-out.
    public var revocationEndpoint: String?
    /// Where Amazon Cognito's JSON API is to be called for a sign-out on all devices; nil: nowhere. It is in no discovery document.
    public var globalSignOutEndpoint: String?

    /// The client's id at the provider.
    public var clientID: String
    /// How the gateway proves that it is this client. Never printed.
    public var authentication: ClientAuthentication
    /// Space-separated scopes, sent as they stand; must contain `openid`.
    public var scope: String
    /// Seconds from sign-in to the end of the session, 1 to 604,800.
    public var sessionTimeout: Int
    /// `AuthenticationRequestExtraParams`, added to the authorization request in this order; none that the gateway sets itself.
    public var extraParameters: [(String, String)]
    /// A PEM file of certificate authorities trusted beside the system's, such as the local CA.
    public var trustRootsPEMFile: String?
    /// `SessionCookieName`, without shard number.
    public var sessionCookieName: String
    /// Whether codes are bound to the sign-in by PKCE. The load balancer does not do so.
    public var usesPKCE: Bool
    /// Whether ID tokens are bound to the sign-in by `nonce`. The load balancer does not do so; an ID token that has one is refused then.
    public var usesNonce: Bool
    /// Whether a sign-in that went stale starts over by itself, and all tabs of a browser share its nonce cookie. The load balancer does
    /// neither.
    public var heals: Bool
    /// Claims of the ID token that backends get beside those of the user info, where that lacks them. The load balancer passes none.
    public var idTokenClaims: [String]

    /// The load balancer's defaults for everything but issuer and client, PKCE and nonce.
    public init(
        issuer: String, authorizationEndpoint: String? = nil, tokenEndpoint: String? = nil,
        userInfoEndpoint: String? = nil, jwksURI: String? = nil, endSessionEndpoint: String? = nil,
        revocationEndpoint: String? = nil, globalSignOutEndpoint: String? = nil, clientID: String,
        authentication: ClientAuthentication,
        scope: String = "openid", sessionTimeout: Int = 604_800,
        extraParameters: [(String, String)] = [], trustRootsPEMFile: String? = nil,
        sessionCookieName: String = "AWSELBAuthSessionCookie", usesPKCE: Bool = true, usesNonce: Bool = true,
        heals: Bool = true, idTokenClaims: [String] = []
    ) {
        self.issuer = issuer
        self.authorizationEndpoint = authorizationEndpoint
        self.tokenEndpoint = tokenEndpoint
        self.userInfoEndpoint = userInfoEndpoint
        self.jwksURI = jwksURI
        self.endSessionEndpoint = endSessionEndpoint
        self.revocationEndpoint = revocationEndpoint
        self.globalSignOutEndpoint = globalSignOutEndpoint
        self.clientID = clientID
        self.authentication = authentication
        self.scope = scope
        self.sessionTimeout = sessionTimeout
        self.extraParameters = extraParameters
        self.trustRootsPEMFile = trustRootsPEMFile
        self.sessionCookieName = sessionCookieName
        self.usesPKCE = usesPKCE
        self.usesNonce = usesNonce
        self.heals = heals
        self.idTokenClaims = idTokenClaims
    }
}

extension ProviderConfiguration: CustomStringConvertible, CustomReflectable {
    /// Issuer and client; no secret.
    public var description: String { "client \(clientID) at \(issuer)" }

    /// Shows what ``description`` shows, so that no dump prints the secret.
    public var customMirror: Mirror { Mirror(self, children: ["issuer": issuer, "clientID": clientID]) }
}

/// Why a provider cannot be used as configured: one sentence that says what to change.
public struct ProviderConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String
}
