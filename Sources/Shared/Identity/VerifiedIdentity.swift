/// What a verified `x-amzn-oidc-data` says. Only ``IdentityVerifier`` makes one.
public struct VerifiedIdentity: Equatable, Sendable {
    /// `sub`: who the user is at the provider; never empty.
    public let subject: String

    /// Everything the gateway signed, `sub`, `iss` and `exp` included.
    public let claims: [String: JSONValue]

    /// When the statement ends, in seconds since 1970.
    public let expiry: Int

    /// A claim that is text and not empty, such as `email` or `name`.
    public func text(_ claim: String) -> String? {
        guard let text = claims[claim]?.string, !text.isEmpty else { return nil }
        return text
    }
}
