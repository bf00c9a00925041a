import Crypto
import CryptoExtras
import FoundationEssentials
import Identity

/// The client's private key, whose public half the provider has (RFC 7523): RSA of 2048 bits or more (RS256), or P-256 (ES256).
public struct ClientKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    /// `kid` in what it signs.
    public let id: String

    private let material: Material

    /// Seconds a proof is good for.
    static let lifetime = 60

    /// - Parameters:
    ///   - pem: the key, PKCS #8 or the older forms.
    ///   - id: nil: the key's thumbprint (RFC 7638).
    /// - Throws: what is wrong with the key, without a word of it.
    public init(pem: String, id: String? = nil) throws(ProviderConfigurationError) {
        if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            material = .p256(key)
        } else if let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) {
            material = .rsa(key)
        } else {
            throw ProviderConfigurationError(
                description: "the client's key is not a PEM private key, RSA of 2048 bits or more or EC on P-256")
        }
        self.id = id ?? Self.thumbprint(material)
    }

    /// A proof that the gateway is this client, good once, for a minute, and at `audience` only (RFC 7523 §3).
    /// - Parameters:
    ///   - audience: the address it is sent to.
    ///   - now: seconds since 1970.
    ///   - random: 16 bytes for `jti`.
    func assertion(clientID: String, audience: String, now: Int, random: [UInt8]) -> String {
        let header = JSONValue.object([
            "alg": .string(algorithm), "kid": .string(id), "typ": .string("JWT"),
        ])
        let claims = JSONValue.object([
            "iss": .string(clientID), "sub": .string(clientID), "aud": .string(audience), "iat": .integer(now),
            "exp": .integer(now + Self.lifetime), "jti": .string(Base64URL.encode(random)),
        ])
        let signed = Base64URL.encode(header.json) + "." + Base64URL.encode(claims.json)
        return signed + "." + Base64URL.encode(signature(over: Array(signed.utf8)))
    }

    private var algorithm: String {
        switch material {
        case .rsa: SignatureAlgorithm.rs256.rawValue
        case .p256: SignatureAlgorithm.es256.rawValue
        }
    }

    private func signature(over bytes: [UInt8]) -> Data {
        let digest = SHA256.hash(data: bytes)
        let signature: Data? =
            switch material {
            case .rsa(let key): try? key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation
            case .p256(let key): try? key.signature(for: digest).rawRepresentation
            }
        guard let signature else { preconditionFailure("a private key that was read signs") }
        return signature
    }

    private static func thumbprint(_ material: Material) -> String {
        let members: [String: JSONValue]
        switch material {
        case .rsa(let key):
            guard let numbers = try? key.publicKey.getKeyPrimitives() else {
                preconditionFailure("an RSA key has a modulus and an exponent")
            }
            members = [
                "kty": .string("RSA"), "n": .string(Base64URL.encode(numbers.modulus)),
                "e": .string(Base64URL.encode(numbers.publicExponent)),
            ]
        case .p256(let key):
            let point = key.publicKey.x963Representation.dropFirst()
            members = [
                "kty": .string("EC"), "crv": .string("P-256"), "x": .string(Base64URL.encode(point.prefix(32))),
                "y": .string(Base64URL.encode(point.suffix(32))),
            ]
        }
        return Base64URL.encode(Array(SHA256.hash(data: JSONValue.object(members).json)))
    }
}

extension ClientKey: CustomStringConvertible, CustomReflectable {
    /// Its id; nothing of the key.
    public var description: String { "key \(id)" }

    /// Shows what ``description`` shows.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
