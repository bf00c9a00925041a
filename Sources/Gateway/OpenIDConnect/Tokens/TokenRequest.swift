import FoundationEssentials

/// The redemption of a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
struct TokenRequest {
    /// `application/x-www-form-urlencoded`
    let body: String

    /// The value of `Authorization`, if the client proves itself there.
    let authorization: String?

    init(
        code: String, redirectURI: String, verifier: String, clientID: String, clientSecret: String,
        authentication: ProviderMetadata.TokenAuthentication
    ) {
        var parameters = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
            ("code_verifier", verifier),
        ]
        // One method per request, never both (RFC 6749 §2.3).
        switch authentication {
        case .basic:
            let credentials = PercentEncoding.encode(clientID) + ":" + PercentEncoding.encode(clientSecret)
            authorization = "Basic " + Data(credentials.utf8).base64EncodedString()
        case .post:
            authorization = nil
            parameters += [("client_id", clientID), ("client_secret", clientSecret)]
        }
        body = PercentEncoding.form(parameters)
    }
}
