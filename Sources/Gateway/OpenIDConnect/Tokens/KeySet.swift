import Crypto
import CryptoExtras
import FoundationEssentials
import Identity

/// The provider's public signing keys (RFC 7517).
struct KeySet: Sendable {
    /// Why a key set is refused as a whole.
    enum Problem: Error {
        case notAKeySet
        case tooManyKeys
    }

    /// The largest key set read, in bytes, and the most keys in it: the load balancer's limits for `jwt-validation`.
    static let maximumLength = 150 * 1024
    static let maximumKeys = 10
    /// Bounds for RSA moduli, in bits. What is larger costs more to verify than it adds.
    static let rsaBits = 2048...4096

    private struct Key: Sendable {
        enum Material: Sendable {
            case rsa(_RSA.Signing.PublicKey)
            case p256(P256.Signing.PublicKey)
        }

        let id: String?
        /// `alg`, if the key is for one algorithm only.
        let algorithm: String?
        let material: Material
    }

    private let keys: [Key]

    /// Reads a key set. Keys of other kinds or for other uses are passed over, as RFC 7517 §5 wants.
    init(json: [UInt8]) throws(Problem) {
        guard let members = JSONValue(json: json)?.object?["keys"]?.array else { throw .notAKeySet }
        guard members.count <= Self.maximumKeys else { throw .tooManyKeys }
        keys = members.compactMap { $0.object.flatMap(Self.key) }
    }

    /// Whether there is a key for that header. Without `kid`, the one key that fits the algorithm is it.
    func hasKey(id: String?, algorithm: SignatureAlgorithm) -> Bool {
        let count = candidates(id: id, algorithm: algorithm).count
        return id == nil ? count == 1 : count > 0
    }

    /// Whether `signature` was made over `signed` with a key of that id, of the kind that the algorithm needs.
    func verifies(_ signature: [UInt8], of signed: some Collection<UInt8>, id: String?, algorithm: SignatureAlgorithm)
        -> Bool
    {
        guard hasKey(id: id, algorithm: algorithm) else { return false }
        let digest = SHA256.hash(data: Array(signed))
        return candidates(id: id, algorithm: algorithm).contains { key in
            switch (key.material, algorithm) {
            case (.rsa(let key), .rs256):
                key.isValidSignature(.init(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
            case (.rsa(let key), .ps256):
                key.isValidSignature(.init(rawRepresentation: signature), for: digest, padding: .PSS)
            case (.p256(let key), .es256):
                (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map {
                    key.isValidSignature($0, for: digest)
                } ?? false
            default: false
            }
        }
    }

    private func candidates(id: String?, algorithm: SignatureAlgorithm) -> [Key] {
        keys.filter { key in
            guard id == nil || key.id == id, key.algorithm == nil || key.algorithm == algorithm.rawValue else {
                return false
            }
            return switch (key.material, algorithm) {
            case (.rsa, .rs256), (.rsa, .ps256), (.p256, .es256): true
            default: false
            }
        }
    }

    private static func key(_ members: [String: JSONValue]) -> Key? {
        guard members["use"] == nil || members["use"]?.string == "sig" else { return nil }
        guard members["key_ops"] == nil || members["key_ops"]?.array?.contains(.string("verify")) == true else {
            return nil
        }
        func bytes(_ name: String) -> [UInt8]? { members[name]?.string.flatMap { Base64URL.decode($0.utf8) } }
        let material: Key.Material
        switch members["kty"]?.string {
        case "RSA":
            guard let modulus = bytes("n"), let exponent = bytes("e"), modulus.count <= rsaBits.upperBound / 8 + 1,
                exponent.count <= 8, let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent),
                rsaBits.contains(key.keySizeInBits), !WeakModulus.isInfineons(modulus)
            else { return nil }
            material = .rsa(key)
        case "EC":
            guard members["crv"]?.string == "P-256", let x = bytes("x"), let y = bytes("y"), x.count == 32,
                y.count == 32,
                let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y)
            else { return nil }
            material = .p256(key)
        default: return nil
        }
        return Key(id: members["kid"]?.string, algorithm: members["alg"]?.string, material: material)
    }
}
