import Crypto
import Foundation

/// What the server has to remember between the two messages of an SRP exchange, given to the client to keep: encrypted (AES-256-GCM),
/// so that nobody but the server reads or makes one. Clients need not send a session (spec §3.8), so this is what binds the two.
struct SecretBlock: Codable, Equatable {
    /// Who it is about, as the client wrote the name.
    let username: String
    /// `USER_ID_FOR_SRP`.
    let userID: String
    /// The client.
    let clientID: String
    /// A.
    let clientNumber: [UInt8]
    /// b. Secret.
    let exponent: [UInt8]
    /// Unix seconds.
    let expiresAt: Int

    /// The block in base 64.
    func sealed(with key: SymmetricKey) throws -> String {
        let content = try JSONEncoder().encode(self)
        guard let combined = try AES.GCM.seal(content, using: key, authenticating: Self.label).combined else {
            preconditionFailure("a box with the usual nonce can be written as one")
        }
        return combined.base64EncodedString()
    }

    /// Reads a block; nil where it is none of ours.
    init?(sealed text: String, with key: SymmetricKey) {
        guard text.utf8.count < 16_384, let combined = Data(base64Encoded: text),
            let box = try? AES.GCM.SealedBox(combined: combined),
            let content = try? AES.GCM.open(box, using: key, authenticating: Self.label),
            let block = try? JSONDecoder().decode(SecretBlock.self, from: content)
        else { return nil }
        self = block
    }

    init(username: String, userID: String, clientID: String, clientNumber: [UInt8], exponent: [UInt8], expiresAt: Int) {
        self.username = username
        self.userID = userID
        self.clientID = clientID
        self.clientNumber = clientNumber
        self.exponent = exponent
        self.expiresAt = expiresAt
    }

    private static let label = Array("SRP secret block".utf8)
}
