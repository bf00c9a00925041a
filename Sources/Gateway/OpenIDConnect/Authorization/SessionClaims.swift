public import Identity

/// The claims by which a signed-in user is judged: those of the ID token and of the user-info response together.
public enum SessionClaims {
    /// Claims about the sign-in itself, which only the ID token tells.
    private static let ofTheSignIn = ["acr", "amr", "auth_time"]

    /// - Parameters:
    ///   - idToken: verified when the session began or was refreshed.
    ///   - userInfo: the session's claims; they count where both say something, since they are newer and what backends are told.
    public static func merge(idToken: String, userInfo: IdentityClaims) -> [String: JSONValue] {
        let parts = idToken.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        var claims = parts.count == 3 ? Base64URL.decode(parts[1]).flatMap(JSONValue.init(json:))?.object ?? [:] : [:]
        let signIn = claims.filter { ofTheSignIn.contains($0.key) }
        claims.merge(JSONValue(json: userInfo.json)?.object ?? [:]) { _, new in new }
        for name in ofTheSignIn { claims[name] = signIn[name] }
        return claims
    }
}
