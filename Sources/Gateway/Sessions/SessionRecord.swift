import Identity
import Synchronization

/// Everything the host knows about one signed-in browser. Immutable but for having ended.
public final class SessionRecord: Sendable {
    /// What the browser holds.
    public let id: SessionID

    /// The user's claims, ready to be signed for backends.
    public let claims: IdentityClaims

    /// The provider's issuer.
    public let issuer: String

    /// The client id at that provider.
    public let client: String

    /// `SessionCookieName` of the rule that signed in. The session counts under this name only: another rule may ask for more.
    public let cookieName: String

    /// The access token, as the provider sent it.
    public let accessToken: String

    /// When the access token ends, in seconds since 1970; nil when the provider did not say.
    public let accessTokenExpiry: Int?

    /// The ID token, as the provider sent it; a hint at sign-out.
    public let idToken: String

    /// The refresh token, where the provider gave one.
    public let refreshToken: String?

    /// The sign-in, in seconds since 1970.
    public let createdAt: Int

    /// The end that no activity puts off, in seconds since 1970.
    public let expiresAt: Int

    private let ended = Atomic(false)

    /// - Parameter timeout: seconds from `createdAt` until the session ends, 1 to 604,800 (the load balancer's `SessionTimeout`).
    public init(
        id: SessionID, claims: IdentityClaims, issuer: String, client: String, cookieName: String, accessToken: String,
        accessTokenExpiry: Int?, idToken: String, refreshToken: String?, createdAt: Int, timeout: Int
    ) {
        self.id = id
        self.claims = claims
        self.issuer = issuer
        self.client = client
        self.cookieName = cookieName
        self.accessToken = accessToken
        self.accessTokenExpiry = accessTokenExpiry
        self.idToken = idToken
        self.refreshToken = refreshToken
        self.createdAt = createdAt
        self.expiresAt = createdAt + timeout
    }

    /// The user's `sub` at the provider.
    public var subject: String { claims.subject }

    /// Whether the session has been signed out, has been seen to be expired, or was evicted.
    ///
    /// Lets a worker keep the record it found and check it with one load per request.
    public var isEnded: Bool { ended.load(ordering: .acquiring) }

    /// Whether the session still stands at `now` (seconds since 1970).
    public func isLive(at now: Int) -> Bool { now < expiresAt && !isEnded }

    /// Marks the end. True for the one call that did it.
    func end() -> Bool { !ended.exchange(true, ordering: .acquiringAndReleasing) }
}
