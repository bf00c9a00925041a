/// Why an identity token was refused, or why it could not be made. Carries nothing of the token itself, so it may be logged.
public enum IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The token is longer than ``IdentityVerifier/maximumLength``.
    case tooLong
    /// Not three base64 parts holding a JSON header, a JSON payload and 64 bytes of signature.
    case malformed
    /// `alg` is anything but `ES256`, or the header demands extensions (`crit`).
    case wrongAlgorithm
    /// `kid` is not a lower-case UUID.
    case malformedKeyID
    /// No key of that `kid` is in the keys folder.
    case unknownKey
    /// The signature does not belong to these bytes and that key.
    case badSignature
    /// `signer` is not the gateway this verifier trusts.
    case wrongSigner
    /// `iss` of the header or of the payload is another one.
    case wrongIssuer
    /// `client` is another one.
    case wrongClient
    /// `aud` is there and does not name the client.
    case wrongAudience
    /// `exp` is missing, is no whole number, or differs between header and payload.
    case malformedExpiry
    /// `exp` has passed.
    case expired
    /// `sub` is missing or empty.
    case missingSubject
    /// The claims to be signed are not a JSON object.
    case malformedClaims
    /// The private key is not a P-256 key in PEM.
    case unusablePrivateKey

    /// One clause in English.
    public var description: String {
        switch self {
        case .tooLong: "the identity token is too long"
        case .malformed: "the identity token is malformed"
        case .wrongAlgorithm: "the identity token is not signed with ES256"
        case .malformedKeyID: "the identity token's key id is not a UUID"
        case .unknownKey: "the identity token names a key that is not in the keys folder"
        case .badSignature: "the identity token's signature is wrong"
        case .wrongSigner: "the identity token was signed by another gateway"
        case .wrongIssuer: "the identity token names another issuer"
        case .wrongClient: "the identity token names another client"
        case .wrongAudience: "the identity token is meant for another audience"
        case .malformedExpiry: "the identity token has no usable expiry"
        case .expired: "the identity token has expired"
        case .missingSubject: "the identity token names no subject"
        case .malformedClaims: "the claims are not a JSON object"
        case .unusablePrivateKey:
            "the identity key is not a P-256 private key in PEM; remove the file to have a new one made"
        }
    }
}
