import Crypto
import FoundationEssentials

/// Verifies `x-amzn-oidc-data` for a backend: signature, signer, issuer, client and expiry, all exactly
/// (what the load balancer's guide asks of a target; leaving out `signer` is the "ALBeast" hole).
public struct IdentityVerifier: Sendable {
    /// The longest token that is looked at, in bytes: one header of the load balancer's size limit.
    public static let maximumLength = 16 * 1024

    private let keys: IdentityKeys
    private let signer: String
    private let issuer: String
    private let client: String

    /// - Parameters:
    ///   - keysDirectory: the folder with `<kid>.pem` files. It is read at the first token, when a token names a key that is not known
    ///     (at most once a second), and every minute, so that new keys appear and removed ones are forgotten.
    ///   - signer: the gateway's ARN.
    ///   - issuer: the provider's issuer.
    ///   - client: the client id.
    public init(keysDirectory: String, signer: String, issuer: String, client: String) {
        self.keys = IdentityKeys(directory: keysDirectory)
        self.signer = signer
        self.issuer = issuer
        self.client = client
    }

    /// Verifies one token.
    /// - Parameters:
    ///   - token: the header's value, as received.
    ///   - now: seconds since 1970. No grace: gateway and backend share a clock, and the gateway signs anew long before the end.
    /// - Throws: the first rule the token breaks.
    public func verify(_ token: String, now: Int) throws(IdentityError) -> VerifiedIdentity {
        let bytes = [UInt8](token.utf8)
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]) else { throw .malformed }
        guard header["alg"]?.isText("ES256") == true, header["crit"] == nil else { throw .wrongAlgorithm }
        guard let keyID = header["kid"]?.string, Self.isUUID(keyID) else { throw .malformedKeyID }
        guard let rawSignature = Base64URL.decode(parts[2]),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: rawSignature)
        else { throw .malformed }
        guard let key = keys.key(keyID, now: now) else { throw .unknownKey }
        // Exactly the bytes received, padding and all.
        let signed = bytes[..<parts[1].endIndex]
        guard key.isValidSignature(signature, for: Data(signed)) else { throw .badSignature }

        guard let claims = Self.object(parts[1]) else { throw .malformed }
        guard header["signer"]?.isText(signer) == true else { throw .wrongSigner }
        guard header["iss"]?.isText(issuer) == true, claims["iss"]?.isText(issuer) == true else { throw .wrongIssuer }
        guard header["client"]?.isText(client) == true else { throw .wrongClient }
        // The load balancer's own tokens have none.
        if let audience = claims["aud"] {
            guard audience.isText(client) || audience.array?.contains(where: { $0.isText(client) }) == true else {
                throw .wrongAudience
            }
        }
        guard let expiry = header["exp"]?.integer, claims["exp"]?.integer == expiry else { throw .malformedExpiry }
        guard expiry > now else { throw .expired }
        guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .missingSubject }
        return VerifiedIdentity(subject: subject, claims: claims, expiry: expiry)
    }

    private static func object(_ part: ArraySlice<UInt8>) -> [String: JSONValue]? {
        Base64URL.decode(part).flatMap(JSONValue.init(json:))?.object
    }

    /// Whether this is a UUID in lower case: what becomes part of a path is checked before it does.
    private static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36
            && text.utf8.enumerated().allSatisfy { index, character in
                switch index {
                case 8, 13, 18, 23: character == UInt8(ascii: "-")
                default: (0x30...0x39).contains(character) || (0x61...0x66).contains(character)
                }
            }
    }
}
