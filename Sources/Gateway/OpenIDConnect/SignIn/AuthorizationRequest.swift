/// The redirect to the provider's authorization endpoint: the load balancer's parameters in the load balancer's order, then
/// `nonce` and PKCE, which it lacks, where they are on.
struct AuthorizationRequest {
    let endpoint: String
    let clientID: String
    let redirectURI: String
    let scope: String
    let state: String
    let nonce: String?
    let challenge: String?
    let extraParameters: [(String, String)]

    /// The value of `Location`.
    var location: String {
        var parameters =
            [
                ("client_id", clientID), ("redirect_uri", redirectURI), ("response_type", "code"), ("scope", scope),
                ("state", state),
            ] + extraParameters
        if let nonce { parameters.append(("nonce", nonce)) }
        if let challenge { parameters += [("code_challenge", challenge), ("code_challenge_method", "S256")] }
        return URLQuery.append(parameters, to: endpoint)
    }

    /// Names the gateway sets itself, which configuration must not set.
    static let reservedNames: Set<String> = [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "request", "request_uri",
    ]
}
