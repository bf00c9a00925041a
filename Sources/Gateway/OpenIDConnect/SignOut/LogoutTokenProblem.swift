/// Why a logout token ends nothing. The texts go to the provider and to the operator's log, and hold nothing of the token.
public enum LogoutTokenProblem: String, Error, Sendable, CaseIterable {
    /// The request.
    case badRequest = "the request is not a form with exactly one logout_token"
    /// The token as such.
    case malformed = "the logout token is not a signed JWT of at most 32 KB"
    case algorithm = "the logout token is not signed with RS256, PS256 or ES256"
    case foreignKey = "the logout token brings its own key or unknown critical extensions"
    case type = "the logout token's typ is neither logout+jwt nor JWT"
    case unknownKey = "the provider's key set has no key for the logout token"
    case signature = "the logout token's signature is wrong"
    /// Its claims.
    case issuer = "the logout token's iss is no provider of this listener"
    case audience = "the logout token's aud is no client of this listener"
    case expiry = "the logout token has no usable exp, or it has passed"
    case issuedAt = "the logout token's iat is missing, lies ahead, or is more than five minutes old"
    case events = "the logout token's events lack the back-channel logout event"
    case nonce = "the logout token has a nonce, as only ID tokens have"
    case subject = "the logout token has neither a usable sub nor a usable sid"
    case tokenID = "the logout token has no usable jti"
    case replayed = "the logout token was used before"
    /// Not the provider's fault, or not the token's.
    case unavailable = "the provider's keys cannot be had at the moment"
}
