import Crypto
import Identity

/// What ties sign-ins to a browser: the value of its nonce cookie.
///
/// All tabs of a browser share one secret, so none of them undoes what another has begun; each sign-in has its own PKCE verifier, `nonce`
/// and `state` all the same. Behind the secret stands, sealed, how often the browser signed in of late: a browser that loses its session
/// over and over is told so instead of being sent around for ever.
struct BrowserBinding: Equatable, Sendable {
    /// 43 unreserved characters.
    let secret: String
    /// Nil if the browser did not sign in of late.
    var recent: RecentSignIns?

    /// A new browser's.
    /// - Parameter random: 32 bytes.
    init(random: [UInt8]) {
        precondition(random.count == 32, "a browser is bound by 32 random bytes")
        secret = Base64URL.encode(random)
    }

    /// What a cookie says; nil for one that holds no secret of this form. A count that was changed counts for nothing.
    init?(cookie: String?, seal: StateSeal) {
        guard let cookie, cookie.utf8.count <= Self.maximumLength else { return nil }
        let parts = cookie.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard Base64URL.decode(parts[0].utf8)?.count == 32 else { return nil }
        secret = String(parts[0])
        recent = parts.count > 1 ? seal.openRecent(parts[1], of: secret) : nil
    }

    /// The cookie's value: at most 160 unreserved characters.
    func cookie(seal: StateSeal) -> String {
        recent.map { secret + "." + seal.sealRecent($0, of: secret) } ?? secret
    }

    /// What `state` keeps of the secret.
    var hash: [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    private static let maximumLength = 160
}

/// The sign-ins of one browser within a minute, at one provider.
struct RecentSignIns: Equatable, Sendable {
    let count: Int
    /// The first of them, in seconds since 1970.
    let since: Int
    let provider: ProviderID

    /// One more.
    static func adding(to earlier: RecentSignIns?, at provider: ProviderID, now: Int) -> RecentSignIns {
        guard let earlier, earlier.provider == provider, earlier.isRecent(at: now) else {
            return RecentSignIns(count: 1, since: now, provider: provider)
        }
        return RecentSignIns(count: min(earlier.count + 1, 255), since: earlier.since, provider: provider)
    }

    /// Whether a browser that wants to sign in once more goes round in circles.
    func isLoop(at provider: ProviderID, now: Int) -> Bool {
        provider == self.provider && count >= Self.limit && isRecent(at: now)
    }

    private func isRecent(at now: Int) -> Bool { (0...Self.window).contains(now - since) }

    /// Seconds.
    static let window = 60
    /// Sign-ins within the window after which another one helps nobody.
    static let limit = 2
}

extension StateSeal {
    /// Count, time and provider with a proof that this gateway wrote them for this browser.
    fileprivate func sealRecent(_ recent: RecentSignIns, of secret: String) -> String {
        var fields = ByteFields()
        fields.append([UInt8(recent.count)])
        fields.append(integer: recent.since)
        fields.append(recent.provider.bytes)
        return Base64URL.encode(fields.bytes + proof(fields.bytes, of: secret))
    }

    fileprivate func openRecent(_ text: Substring, of secret: String) -> RecentSignIns? {
        guard let bytes = Base64URL.decode(text.utf8), bytes.count > Self.proofLength else { return nil }
        let content = Array(bytes.dropLast(Self.proofLength))
        guard ConstantTime.areEqual(bytes.suffix(Self.proofLength), proof(content, of: secret)) else { return nil }
        var fields = ByteFields.Reader(content)
        guard let count = fields.next(), count.count == 1, let since = fields.integer(),
            let provider = fields.next().flatMap(ProviderID.init(bytes:)), fields.isAtEnd
        else { return nil }
        return RecentSignIns(count: Int(count[0]), since: since, provider: provider)
    }

    private func proof(_ content: [UInt8], of secret: String) -> [UInt8] {
        var fields = ByteFields()
        fields.append(Array(secret.utf8))
        fields.append(content)
        return Array(HMAC<SHA256>.authenticationCode(for: fields.bytes, using: browserKey).prefix(Self.proofLength))
    }

    private static var proofLength: Int { 16 }
}
