import Identity

/// A successful answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
struct TokenResponse: Equatable, Sendable {
    /// Printable ASCII: it becomes a header value.
    let accessToken: String
    /// Empty only in the answer to a refresh, which need not have one (OpenID Connect Core §12.2).
    let idToken: String
    let refreshToken: String?
    /// Seconds the access token lives.
    let expiresIn: Int?

    /// Why an answer is unusable.
    enum Problem: Error {
        case malformed
        case noIDToken
    }

    /// - Parameter isRefresh: whether it answers a refresh.
    init(json: [UInt8], isRefresh: Bool = false) throws(Problem) {
        guard let members = JSONValue(json: json)?.object,
            members["token_type"]?.string?.lowercased() == "bearer",
            let accessToken = members["access_token"]?.string, Self.isToken(accessToken)
        else { throw .malformed }
        guard let idToken = members["id_token"]?.string ?? (isRefresh ? "" : nil),
            Self.isToken(idToken) || (isRefresh && members["id_token"] == nil)
        else { throw .noIDToken }
        let refreshToken = members["refresh_token"]?.string
        guard refreshToken.map(Self.isToken) ?? true else { throw .malformed }
        self.accessToken = accessToken
        self.idToken = idToken
        self.refreshToken = refreshToken
        // Some providers write the number as text.
        let seconds = members["expires_in"]?.integer ?? members["expires_in"]?.string.flatMap { Int($0) }
        expiresIn = seconds.flatMap { (1...Self.longestLife).contains($0) ? $0 : nil }
    }

    /// The value of `error` in an unsuccessful answer (§5.2), when it is the one that matters.
    static func isInvalidGrant(_ json: [UInt8]) -> Bool {
        JSONValue(json: json)?.object?["error"]?.string == "invalid_grant"
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Ten years, in seconds.
    private static let longestLife = 315_360_000
}
