import Crypto
import Identity

/// What must be true of an ID token's claims (OpenID Connect Core §3.1.3.7, §3.1.3.6).
struct IDTokenRules {
    let issuer: String
    let clientID: String
    /// What was sent; nil if nothing was, and then the token must not have one either: it answers another request.
    let nonce: String?
    let accessToken: String
    /// Seconds since 1970.
    let now: Int
    /// Whether the token came by a refresh: it answers no authorization request, and whether it repeats that one's nonce is up to the provider
    /// (OpenID Connect Core §12.2).
    var isRefreshed = false

    /// How far the provider's clock may be from ours, in seconds.
    static let clockSkew = 60

    /// - Parameter claims: of a token whose signature has been verified.
    /// - Returns: the subject.
    func check(_ claims: [String: JSONValue]) throws(IDTokenProblem) -> String {
        guard claims["iss"]?.isText(issuer) == true else { throw .issuer }
        try Self.checkAudience(claims, clientID: clientID)
        guard let expiry = claims["exp"]?.integer, expiry > now - Self.clockSkew else { throw .expiry }
        try Self.checkNotBefore(claims, now: now)
        guard let issuedAt = claims["iat"]?.integer, issuedAt <= now + Self.clockSkew else { throw .issuedAt }
        if isRefreshed {
            // Nothing of the sign-in is remembered that it could be compared with.
        } else if let nonce {
            guard let received = claims["nonce"]?.string, ConstantTime.areEqual(received.utf8, nonce.utf8) else {
                throw .nonce
            }
        } else if claims["nonce"] != nil {
            throw .unexpectedNonce
        }
        if let hash = claims["at_hash"] {
            guard let hash = hash.string, ConstantTime.areEqual(hash.utf8, Self.hash(of: accessToken).utf8) else {
                throw .accessTokenHash
            }
        }
        // Cognito marks its tokens; its access tokens have the same signer and issuer.
        guard claims["token_use"] == nil || claims["token_use"]?.string == "id" else { throw .use }
        guard let subject = claims["sub"]?.string, Subject.isValid(subject) else { throw .subject }
        return subject
    }

    /// What must be true of a signed user-info response (OpenID Connect Core §5.3.2): `iss` and `aud`, and the times, where it has any.
    static func checkSignedUserInfo(
        _ claims: [String: JSONValue], issuer: String, clientID: String, now: Int
    ) throws(IDTokenProblem) {
        guard claims["iss"]?.isText(issuer) == true else { throw .issuer }
        try checkAudience(claims, clientID: clientID)
        if let expiry = claims["exp"] {
            guard let time = expiry.integer, time > now - clockSkew else { throw .expiry }
        }
        try checkNotBefore(claims, now: now)
    }

    private static func checkNotBefore(_ claims: [String: JSONValue], now: Int) throws(IDTokenProblem) {
        guard let notBefore = claims["nbf"] else { return }
        guard let time = notBefore.integer, time <= now + clockSkew else { throw .notBefore }
    }

    private static func checkAudience(_ claims: [String: JSONValue], clientID: String) throws(IDTokenProblem) {
        let audiences: [JSONValue] =
            switch claims["aud"] {
            case .array(let values): values
            case .some(let value): [value]
            case nil: []
            }
        guard audiences.contains(where: { $0.isText(clientID) }), audiences.allSatisfy({ $0.string != nil }) else {
            throw .audience
        }
        if let party = claims["azp"] {
            guard party.isText(clientID) else { throw .authorizedParty }
        } else if audiences.count > 1 {
            throw .authorizedParty
        }
    }

    /// The left half of the access token's SHA-256, which is the hash of all three algorithms we accept.
    static func hash(of accessToken: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(accessToken.utf8)).prefix(16)))
    }
}

/// `sub`, which becomes a header value for backends.
enum Subject {
    /// 1 to 255 printable ASCII characters (OpenID Connect Core §2), no blank at either end.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...255).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) }
            && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
    }
}
