/// `Set-Cookie` values of one session cookie name, with the attributes the load balancer gives them.
public struct SessionCookie: Sendable {
    /// The load balancer's default for `SessionCookieName`.
    public static let defaultName = "AWSELBAuthSessionCookie"

    /// How many cookies the load balancer may cut a session into; all of them are expired at sign-out.
    public static let shards = 4

    /// `SessionCookieName`, without shard number.
    public let baseName: String

    /// The name of the one cookie that holds the session id: `<base>-0`.
    public let name: String

    /// ``name`` as bytes, for ``SessionCookieLookup``.
    public let nameBytes: [UInt8]

    /// - Parameter baseName: a token (RFC 6265 `cookie-name`); the configuration has checked it.
    public init(baseName: String = defaultName) {
        self.baseName = baseName
        self.name = baseName + "-0"
        self.nameBytes = Array(name.utf8)
    }

    /// Gives the browser its session. The attribute `Expires` is always seven days ahead; when the session really ends is the host's knowledge.
    /// - Parameter now: seconds since 1970.
    public func issue(_ id: SessionID, now: Int) -> String {
        "\(name)=\(id.cookieValue); Path=/; Expires=\(CookieDate.text(now + Self.lifetime)); Secure; HttpOnly; SameSite=Lax"
    }

    /// Takes the session away again: one value per shard, with the attributes it was set with.
    public var expiry: [String] {
        (0..<Self.shards).map {
            "\(baseName)-\($0)=; Path=/; Expires=\(CookieDate.epoch); Max-Age=0; Secure; HttpOnly; SameSite=Lax"
        }
    }

    private static let lifetime = 7 * 24 * 3600
}
