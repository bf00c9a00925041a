import Crypto
import Foundation

/// `SECRET_HASH` and `SecretHash`: how a client that has a secret shows it in calls that are not signed.
enum SecretHash {
    /// base64(HMAC-SHA256(key: the client's secret, username ‖ client id)).
    static func make(secret: String, username: String, clientID: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array((username + clientID).utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return Data(code).base64EncodedString()
    }

    /// Refuses a call for `client` that does not show its secret, or shows one where there is none.
    ///
    /// - Parameter username: as the caller wrote it.
    static func check(_ given: String?, username: String, of client: Pool.Client) throws(APIError) {
        let id = client.application.id
        guard let secret = client.secret else {
            guard given == nil else {
                throw .notAuthorized("Client \(id) is not configured for secret but secret hash was received")
            }
            return
        }
        guard let given else {
            throw .notAuthorized("Client \(id) is configured with secret but SECRET_HASH was not received")
        }
        guard let code = Data(base64Encoded: given),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Array((username + id).utf8), using: SymmetricKey(data: Array(secret.utf8)))
        else { throw .notAuthorized("Unable to verify secret hash for client \(id)") }
    }

    /// Refuses a call for `client` that brings a wrong secret itself, or none where there is one.
    static func check(secret given: String?, of client: Pool.Client) throws(APIError) {
        // By their hashes, which are compared in constant time.
        let isRight =
            given.map { SHA256.hash(data: Array($0.utf8)) } == client.secret.map { SHA256.hash(data: Array($0.utf8)) }
        guard isRight else { throw .notAuthorized("Unable to verify secret for client \(client.application.id)") }
    }
}
