/// An application that may have its users signed in here.
public struct AppClient: Sendable, Equatable, Codable {
    /// What a client may ask for at the OAuth endpoints (`AllowedOAuthFlows`).
    public enum Grant: String, Sendable, Codable, CaseIterable {
        /// Authorization code, with refresh tokens.
        case code
        /// Tokens in the redirect's fragment.
        case implicit
        /// Tokens for the client itself.
        case clientCredentials = "client_credentials"
    }

    /// That each refresh gives a new refresh token (`RefreshTokenRotation`).
    public struct Rotation: Sendable, Equatable, Codable {
        /// Seconds a replaced token still works, 0–60.
        public var graceSeconds: Int

        /// Rotation with so many seconds of grace.
        public init(graceSeconds: Int) {
            self.graceSeconds = graceSeconds
        }
    }

    /// The client id: 1–128 of `[\w+]`.
    public var id: String
    /// What people call it.
    public var name: String
    /// The addresses a code may be sent to; compared exactly.
    public var callbackURLs: [String]
    /// The addresses a browser may be sent to after sign-out; compared exactly.
    public var logoutURLs: [String]
    /// The scopes it may ask for, in the order they are granted when it names none.
    public var scopes: [Scope]
    /// What it may do at the OAuth endpoints.
    public var grants: Set<Grant> = [.code]
    /// How it may sign users in by the API.
    public var flows: Set<AuthenticationFlow> = []
    /// How long its tokens are good for.
    public var lifetimes = TokenLifetimes()
    /// Whether it is not told that a user does not exist (`PreventUserExistenceErrors: ENABLED`).
    public var masksUserExistence = true
    /// Whether its refresh tokens can be revoked (`EnableTokenRevocation`).
    public var allowsRevocation = true
    /// Whether and how refresh tokens are replaced; nil: they are not.
    public var rotation: Rotation?
    /// The attributes it may see; nil: all.
    public var readableAttributes: Set<String>?
    /// The attributes its users may change through it; nil: all that can be changed.
    public var writableAttributes: Set<String>?

    /// A client with these properties; the others are as ``AppClient`` has them by itself.
    public init(id: String, name: String = "", callbackURLs: [String], logoutURLs: [String], scopes: [Scope]) {
        self.id = id
        self.name = name
        self.callbackURLs = callbackURLs
        self.logoutURLs = logoutURLs
        self.scopes = scopes
    }
}

extension AppClient {
    /// Whether it may see with an address or a number that `scopes` open whether that is verified, and the other way round. A client
    /// that may see one half alone gets no tokens, as with Cognito: it would take any address for the user's own.
    public func seesWholeContacts(of scopes: [Scope]) -> Bool {
        guard let readableAttributes else { return true }
        let halves: [(scope: Scope, name: String)] = [(.email, "email"), (.phone, "phone_number")]
        return halves.allSatisfy { scope, name in
            !scopes.contains(scope)
                || readableAttributes.contains(name) == readableAttributes.contains("\(name)_verified")
        }
    }
}

/// How long a client's tokens are good for, in seconds.
public struct TokenLifetimes: Sendable, Equatable, Codable {
    /// Access tokens, 300–86,400.
    public var access = 3600
    /// ID tokens, 300–86,400.
    public var id = 3600
    /// Refresh tokens, 3600–315,360,000.
    public var refresh = 30 * 86_400
    /// Between two steps of a sign-in by the API (`AuthSessionValidity`), 180–900.
    public var session = 180

    /// Cognito's defaults.
    public init() {}
}

/// How an application may sign a user in by the API (`ExplicitAuthFlows`).
public enum AuthenticationFlow: String, Sendable, Codable, CaseIterable {
    /// Name and password in one request.
    case userPassword = "ALLOW_USER_PASSWORD_AUTH"
    /// Name and password in one signed request.
    case adminUserPassword = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
    /// Secure Remote Password: the password stays with the client.
    case userSRP = "ALLOW_USER_SRP_AUTH"
    /// A refresh token.
    case refreshToken = "ALLOW_REFRESH_TOKEN_AUTH"
    /// Lambda functions; accepted in settings, not offered.
    case custom = "ALLOW_CUSTOM_AUTH"
    /// The client chooses the factor; accepted in settings, not offered.
    case userChoice = "ALLOW_USER_AUTH"
}
