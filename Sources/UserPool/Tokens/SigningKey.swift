import Crypto
import CryptoExtras
import Foundation
import JWTKit

/// An RSA-2048 key the pool signs tokens with.
public struct SigningKey: Sendable {
    /// Names the key in token headers and in the key set: the base64 of its public part's SHA-256, as Cognito's look.
    public let keyID: String

    let privateKey: JWTKit.Insecure.RSA.PrivateKey
    let modulus: String
    let exponent: String

    /// Reads a private key.
    ///
    /// - Throws: when `pem` holds no RSA private key of at least 2048 bits.
    public init(pem: String) throws {
        let backing = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        let primitives = try backing.publicKey.getKeyPrimitives()
        privateKey = try JWTKit.Insecure.RSA.PrivateKey(backing: backing)
        modulus = Base64URL.encode(primitives.modulus)
        exponent = Base64URL.encode(primitives.publicExponent)
        keyID = Data(SHA256.hash(data: backing.publicKey.derRepresentation)).base64EncodedString()
    }

    /// A new private key as PEM text.
    ///
    /// - Throws: when the cryptographic library cannot make one.
    public static func makePEM() throws -> String {
        try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
    }

    /// The public part as a JSON Web Key (RFC 7517) with the members Cognito gives it.
    var jsonWebKey: [String: String] {
        ["alg": "RS256", "e": exponent, "kid": keyID, "kty": "RSA", "n": modulus, "use": "sig"]
    }
}
