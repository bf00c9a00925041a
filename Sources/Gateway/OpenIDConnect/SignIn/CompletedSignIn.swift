import Identity

/// The second half of a sign-in, done: who it is, and where he wanted to go.
public struct CompletedSignIn: Sendable {
    /// The user's claims; the subject is printable ASCII, 1 to 255 characters.
    public let claims: IdentityClaims

    /// Printable ASCII.
    public let accessToken: String

    /// When the access token ends, in seconds since 1970, if the provider says.
    public let accessTokenExpiry: Int?

    /// Verified.
    public let idToken: String

    /// `sid` of the ID token: the provider's name for its session with the browser, by which it announces its end; nil if it gives none.
    public let providerSession: String?

    /// If the provider gave one.
    public let refreshToken: String?

    /// The page the user wanted: path and query, printable ASCII, safe in `Location`.
    public let originalTarget: String

    /// What the sign-in took along.
    public let baggage: SignInBaggage

    /// The value of `AWSALBAuthNonce` from now on; nil where it has done its work.
    public let nonceCookie: String?
}
