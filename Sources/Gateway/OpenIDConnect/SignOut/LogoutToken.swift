import Identity

/// A logout token (OpenID Connect Back-Channel Logout 1.0 §2.4), verified: whose sessions the provider has ended.
public struct LogoutToken: Equatable, Sendable {
    /// The user's `sub`; nil if only a session is named.
    public let subject: String?
    /// The provider's session, `sid`; nil: all of the user's.
    public let session: String?
    /// `jti`
    let id: String
    /// Until when the same token must not be taken again, in seconds since 1970.
    let replayableUntil: Int

    /// Checks the claims of a token whose signature has been verified (§2.6).
    ///
    /// The standard leaves to the receiver how old a token may be, and whether one is taken twice. Without both, a token that was seen once
    /// could sign users out for ever.
    init(_ claims: [String: JSONValue], issuer: String, clientID: String, now: Int) throws(LogoutTokenProblem) {
        guard claims["iss"]?.isText(issuer) == true else { throw .issuer }
        guard Self.audiences(claims).contains(where: { $0.isText(clientID) }) else { throw .audience }
        let skew = IDTokenRules.clockSkew
        // Drafts of the standard had no `exp`, and providers still follow them; how old a token may be, `iat` limits in any case.
        let expiry = claims["exp"].map { $0.integer ?? .min } ?? .max
        guard expiry > now - skew else { throw .expiry }
        let fresh = now - Self.maximumAge - skew...now + skew
        guard let issuedAt = claims["iat"]?.integer, fresh.contains(issuedAt) else { throw .issuedAt }
        guard claims["events"]?.object?[Self.event]?.object != nil else { throw .events }
        // What has one is, or is made of, an ID token.
        guard claims["nonce"] == nil else { throw .nonce }
        subject = try Self.name(claims["sub"], Subject.isValid)
        session = try Self.name(claims["sid"], ProviderSession.isValid)
        guard subject != nil || session != nil else { throw .subject }
        guard let id = claims["jti"]?.string, (1...Self.maximumIDLength).contains(id.utf8.count) else {
            throw .tokenID
        }
        self.id = id
        replayableUntil = min(expiry, issuedAt + Self.maximumAge) + skew
    }

    /// What may be missing, but not be something else.
    private static func name(
        _ claim: JSONValue?, _ isValid: (String) -> Bool
    ) throws(LogoutTokenProblem) -> String? {
        guard let claim else { return nil }
        guard let text = claim.string, isValid(text) else { throw .subject }
        return text
    }

    private static func audiences(_ claims: [String: JSONValue]) -> [JSONValue] {
        switch claims["aud"] {
        case .array(let values): values
        case .some(let value): [value]
        case nil: []
        }
    }

    /// Seconds after which a token is stale.
    static let maximumAge = 300

    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    private static let maximumIDLength = 512
}

/// `sid`, the provider's name for its session with a browser.
enum ProviderSession {
    /// 1 to 255 printable ASCII characters without blanks: what providers use, and nothing that could be mistaken in a query or a log.
    static func isValid(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
