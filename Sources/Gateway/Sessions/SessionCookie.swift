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

    /// The names of all shards as bytes, for ``SessionShards``.
    public let shardNames: [[UInt8]]

    /// - Parameter baseName: a token (RFC 6265 `cookie-name`); the configuration has checked it.
    public init(baseName: String = defaultName) {
        self.baseName = baseName
        self.name = baseName + "-0"
        self.nameBytes = Array(name.utf8)
        shardNames = (0..<Self.shards).map { Array("\(baseName)-\($0)".utf8) }
    }

    /// Gives the browser its session. The attribute `Expires` is always seven days ahead; when the session really ends is the host's knowledge.
    /// - Parameter now: seconds since 1970.
    public func issue(_ id: SessionID, now: Int) -> String {
        "\(name)=\(id.cookieValue); Path=/; Expires=\(CookieDate.text(now + Self.lifetime)); Secure; HttpOnly; SameSite=Lax"
    }

    /// The most characters of a sealed session: four cookies of at most 3,840 bytes, name included. Browsers take 4,096 of each; all together
    /// must pass as one `Cookie` header, of which this gateway, as the load balancer, takes 16 KB.
    public var sealedLimit: Int { Self.shards * shardLimit }

    /// Gives the browser a sealed session, cut into as many cookies as it needs, and takes the others away that it may have from before.
    /// - Parameters:
    ///   - sealed: at most ``sealedLimit`` characters.
    ///   - now: seconds since 1970.
    public func issue(sealed: [UInt8], now: Int) -> [String] {
        precondition(sealed.count <= sealedLimit, "a sealed session fits its cookies")
        return (0..<Self.shards).map { shard in
            let value = sealed.dropFirst(shard * shardLimit).prefix(shardLimit)
            guard !value.isEmpty else { return expiry[shard] }
            return "\(baseName)-\(shard)=\(String(decoding: value, as: UTF8.self)); Path=/; "
                + "Expires=\(CookieDate.text(now + Self.lifetime)); Secure; HttpOnly; SameSite=Lax"
        }
    }

    private var shardLimit: Int { 3840 - baseName.utf8.count - 3 }

    /// Takes the session away again: one value per shard, with the attributes it was set with.
    public var expiry: [String] {
        (0..<Self.shards).map {
            "\(baseName)-\($0)=; Path=/; Expires=\(CookieDate.epoch); Max-Age=0; Secure; HttpOnly; SameSite=Lax"
        }
    }

    private static let lifetime = 7 * 24 * 3600
}
