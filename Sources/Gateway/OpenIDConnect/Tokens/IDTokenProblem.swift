/// The rule an ID token breaks. The texts go to the operator's log and hold nothing of the token.
enum IDTokenProblem: String, Error, Sendable {
    case missing = "the token response holds no ID token; does the scope contain openid?"
    case tooLong = "the ID token is longer than 32 KB"
    case malformed = "the ID token is not a signed JWT"
    case algorithm = "the ID token is not signed with RS256, PS256 or ES256"
    case foreignKey = "the ID token brings its own key or unknown critical extensions"
    case unknownKey = "the provider's key set has no key for the ID token"
    case signature = "the ID token's signature is wrong"
    case issuer = "the ID token's iss is not the configured issuer"
    case audience = "the ID token's aud is not this client"
    case authorizedParty = "the ID token's azp is not this client"
    case expiry = "the ID token has no usable exp, or it has passed"
    case notBefore = "the ID token's nbf is unusable or lies ahead"
    case issuedAt = "the ID token's iat is missing, unusable or lies ahead"
    case nonce = "the ID token's nonce is missing or belongs to another sign-in"
    case unexpectedNonce =
        "the ID token has a nonce though none was sent; is Nonce or Compatibility right for this provider?"
    case accessTokenHash = "the ID token's at_hash does not fit the access token"
    case subject = "the ID token's sub is missing, or is not 1 to 255 printable ASCII characters"
    case use = "the ID token is an access token"
}
