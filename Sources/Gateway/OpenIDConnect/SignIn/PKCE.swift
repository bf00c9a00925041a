import Crypto
import Identity

/// Proof key for code exchange, method S256 (RFC 7636).
struct PKCE: Equatable, Sendable {
    /// `code_verifier`: 43 to 128 unreserved characters. Secret until the code is redeemed.
    let verifier: String

    /// - Parameter random: 32 bytes.
    init(random: [UInt8]) {
        precondition(random.count == 32, "a code verifier is made of 32 random bytes")
        verifier = Base64URL.encode(random)
    }

    init(verifier: String) {
        self.verifier = verifier
    }

    /// `code_challenge`: base64url(SHA-256(verifier)).
    var challenge: String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }
}
