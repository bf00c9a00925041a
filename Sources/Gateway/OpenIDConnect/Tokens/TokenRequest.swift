/// A request to the token endpoint: the redemption of a code (RFC 6749 §4.1.3, RFC 7636 §4.5), or a refresh.
struct TokenRequest {
    /// `application/x-www-form-urlencoded`
    let body: String

    /// The value of `Authorization`, if the client proves itself there.
    let authorization: String?

    /// - Parameter verifier: nil where the sign-in began without PKCE.
    init(code: String, redirectURI: String, verifier: String?, proof: ClientProof) {
        var parameters = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI)]
        if let verifier { parameters.append(("code_verifier", verifier)) }
        body = PercentEncoding.form(parameters + proof.parameters)
        authorization = proof.authorization
    }

    /// A refresh (RFC 6749 §6), for the scope of the sign-in.
    init(refreshToken: String, proof: ClientProof) {
        body = PercentEncoding.form(
            [("grant_type", "refresh_token"), ("refresh_token", refreshToken)] + proof.parameters)
        authorization = proof.authorization
    }
}
