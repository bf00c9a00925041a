import Crypto
import Foundation
import Identity

/// What a form of the gateway's own pages carries so that only a page made for the same session can send it: a keyed hash of the session's id.
struct FormToken: Sendable {
    private let key: SymmetricKey

    /// - Parameter keyMaterial: 32 secret bytes; the key is derived from them for this purpose alone.
    init(keyMaterial: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: keyMaterial), info: Array("gatehouse form 1".utf8),
            outputByteCount: 32)
    }

    /// The token for a session, in characters that need no escape anywhere.
    func make(for session: [UInt8]) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: session, using: key)))
    }

    /// Whether it is the session's, in a time that says nothing about how close a guess came.
    func isValid(_ token: String, for session: [UInt8]) -> Bool {
        guard let code = Base64URL.decode(Array(token.utf8)) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: session, using: key)
    }
}
