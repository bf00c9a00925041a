extension GatewayConfiguration {
    /// An `AuthenticateOidcConfig` or `AuthenticateCognitoConfig`: the provider that signs users in, and how.
    public struct IdentityProvider: Sendable, Equatable {
        /// One parameter added to the authorization request.
        public struct ExtraParameter: Sendable, Equatable {
            /// Its name.
            public let name: String
            /// Its value, not yet encoded.
            public let value: String
        }

        /// How the gateway proves at the token endpoint that it is the client.
        public enum ClientAuthentication: String, Sendable, CaseIterable {
            /// The secret in the header.
            case secretBasic = "client_secret_basic"
            /// The secret in the body.
            case secretPost = "client_secret_post"
            /// A token signed with the client's key.
            case privateKeyJWT = "private_key_jwt"
            /// Not at all: a public client.
            case publicClient = "none"
        }

        /// Where the provider is to be found. Those that are nil come from the issuer's discovery document.
        public struct Endpoints: Sendable, Equatable {
            /// `AuthorizationEndpoint`
            public var authorization: String?
            /// `TokenEndpoint`
            public var token: String?
            /// `UserInfoEndpoint`
            public var userInfo: String?
            /// `JwksUri`
            public var keys: String?
            /// `EndSessionEndpoint`
            public var endSession: String?
            /// `RevocationEndpoint`
            public var revocation: String?
            /// `GlobalSignOutEndpoint`, or from `UserPoolArn`; never from a discovery document.
            public var globalSignOut: String?
        }

        /// The client's name at the provider, and what proves that the gateway is it.
        public struct Client: Sendable, Equatable {
            /// `ClientId` or `UserPoolClientId`
            public var id: String
            /// `ClientAuthentication`; nil: with the secret, in the way the provider prefers.
            public var authentication: ClientAuthentication?
            /// `ClientSecret`, or what `ClientSecretFile` holds; empty without one.
            public var secret = ""
            /// What `ClientKeyFile` holds, PEM.
            public var key: String?
            /// `ClientKeyId`; nil: the key's thumbprint.
            public var keyID: String?
        }

        /// The issuer, exactly as its tokens name it. `Issuer`, or from `UserPoolArn`
        public let issuer: String
        /// Where it is to be found.
        public let endpoints: Endpoints
        /// Who the gateway is there.
        public let client: Client
        /// Separated by spaces, `openid` among them. `Scope`
        public let scope: String
        /// The cookie's name without its `-0`. `SessionCookieName`
        public let sessionCookieName: String
        /// Seconds from sign-in to the session's end. `SessionTimeout`
        public let sessionTimeout: Int
        /// In the file's order. `AuthenticationRequestExtraParams`
        public let extraParameters: [ExtraParameter]
        /// PEM, trusted beside the system's authorities when the provider is called; absolute. `TrustedRootsFile`
        ///
        /// The file of the local authority need not exist yet: the gateway makes it.
        public let trustedRootsFile: String
        /// Whether codes are bound to their sign-in. `Pkce`, `Compatibility`
        public let usesPKCE: Bool
        /// Whether ID tokens are bound to their sign-in. `Nonce`, `Compatibility`
        public let usesNonce: Bool
        /// Whether a sign-in that went stale starts over by itself, and tabs share one nonce cookie. `Healing`, `Compatibility`
        public let heals: Bool
        /// Claims of the ID token that backends get beside those of the user info. `IdTokenClaims`
        public let idTokenClaims: [String]

        /// `ClientId`
        public var clientID: String { client.id }

        /// `openid`
        public static let defaultScope = "openid"
        /// The load balancer's own cookie.
        public static let defaultSessionCookieName = "AWSELBAuthSessionCookie"
        /// Seven days, in seconds; also the most there is.
        public static let defaultSessionTimeout = 604_800
        /// The most extra parameters.
        static let extraParametersLimit = 10
        /// The most claims of the ID token.
        static let idTokenClaimsLimit = 10
    }
}
