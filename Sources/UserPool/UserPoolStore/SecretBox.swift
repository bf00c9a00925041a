import Crypto
import Foundation

/// Encrypts what must be readable again: second factors' secrets, SRP verifiers, clients' secrets (AES-256-GCM).
///
/// The key lies beside the database, in the folder of secrets: a copy of the database alone gives none of them away.
struct SecretBox: Sendable {
    /// What a secret is for; a ciphertext of one kind is none of another, nor of another owner.
    enum Kind: String {
        case softwareToken, srpVerifier, clientSecret
    }

    private let key: SymmetricKey

    /// A box with a 256-bit key.
    init(key: [UInt8]) {
        precondition(key.count == 32, "the key of stored secrets has 32 bytes, not \(key.count)")
        self.key = SymmetricKey(data: key)
    }

    /// `secret` of `owner`, encrypted.
    func seal(_ secret: [UInt8], _ kind: Kind, of owner: String) throws -> Data {
        guard let sealed = try AES.GCM.seal(secret, using: key, authenticating: label(kind, owner)).combined else {
            preconditionFailure("a box with the usual nonce can be written as one")
        }
        return sealed
    }

    /// The secret in `sealed`, if it is one of this kind and `owner`, under this key.
    func open(_ sealed: Data, _ kind: Kind, of owner: String) throws -> [UInt8] {
        Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: label(kind, owner)))
    }

    /// 32 bytes that are the same for the same text, and that nobody without the key can tell from random ones.
    func stableBytes(for text: String) -> [UInt8] {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("stable bytes".utf8), outputByteCount: 32)
        return Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: derived))
    }

    private func label(_ kind: Kind, _ owner: String) -> [UInt8] {
        Array("\(kind.rawValue)\n\(owner)".utf8)
    }
}
