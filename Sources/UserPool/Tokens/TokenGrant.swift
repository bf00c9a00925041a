import Accounts

/// What a set of tokens is made from: who signed in, when, for whom, with which scopes.
public struct TokenGrant: Sendable, Equatable {
    /// The user.
    public let user: User
    /// The client the tokens are for.
    public let clientID: String
    /// The scopes granted.
    public let scopes: [Scope]
    /// The authorization request's nonce; nil on refresh.
    public let nonce: String?
    /// When the password was given, Unix seconds; stays the same through refreshes.
    public let authenticatedAt: Int
    /// The id of the sign-in all its tokens share, a UUID: the claim `origin_jti`.
    public let originID: String
    /// The browser's session at the pool: the claim `sid` of ID tokens; nil leaves it out.
    public let session: String?
    /// Whether a second factor was shown: the claims `acr` and `amr` of ID tokens.
    public var usedMFA = false
    /// Whether the sign-in came by the API: then there is an ID token whatever the scopes, without `at_hash`.
    public var isFromAPI = false
    /// The attributes the client may see; nil: all.
    public var readableAttributes: Set<String>?
    /// How long the tokens are good for; nil: as long as the issuer's are.
    public var lifetimes: TokenLifetimes?

    /// A grant with these properties.
    public init(
        user: User, clientID: String, scopes: [Scope], nonce: String?, authenticatedAt: Int, originID: String,
        session: String? = nil
    ) {
        self.user = user
        self.clientID = clientID
        self.scopes = scopes
        self.nonce = nonce
        self.authenticatedAt = authenticatedAt
        self.originID = originID
        self.session = session
    }
}

/// The tokens made from a grant.
public struct IssuedTokens: Sendable, Equatable {
    /// A signed JWT.
    public let accessToken: String
    /// A signed JWT; only with the scope `openid`.
    public let idToken: String?
    /// Seconds the access token is good for.
    public let expiresIn: Int
}

/// What an access token that was accepted says.
public struct AccessToken: Sendable, Equatable {
    /// The user's id.
    public let subject: String
    /// The client it was issued to.
    public let clientID: String
    /// Its scopes.
    public let scopes: Set<Scope>
    /// The sign-in it comes from.
    public let originID: String
}
