/// Signature algorithms accepted for ID tokens. There is no `none` and no `HS256`: a provider's public key is never a shared secret.
enum SignatureAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
}
