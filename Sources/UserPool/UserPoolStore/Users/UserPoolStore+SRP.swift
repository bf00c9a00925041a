public import Accounts
import Crypto
import Foundation
import GRDB
import SRP

/// What an SRP exchange begins with.
public struct SRPCredentials: Sendable, Equatable {
    /// What the user is called in `USER_ID_FOR_SRP`: the user's id.
    public let userID: String
    /// 16 bytes.
    public let salt: [UInt8]
    /// g^x, without leading zeros. Secret.
    public let verifier: [UInt8]
    /// Whether there is such a user; never told where the client masks that.
    public let isReal: Bool
}

extension UserPoolStore {
    /// The verifier of who is called `text`. Who does not exist has one too, the same each time, that no password fits.
    ///
    /// Takes no more time for the one than for the other that could be seen from outside: both are one look into the database.
    public func srpCredentials(matching text: String) async throws -> SRPCredentials {
        let row = try await database.read { try UserRow.fetch($0, matching: text, orSubject: false) }
        if let row, let srp = row.srp {
            return SRPCredentials(
                userID: row.user.subject, salt: Array(srp.salt), verifier: try verifier(row), isReal: true)
        }
        let key = row?.user.username.key ?? text.lowercased()
        let bytes = secrets.stableBytes(for: "unknown user\n\(key)")
        let userID = row?.user.subject ?? Self.identifier(from: bytes)
        return SRPCredentials(
            userID: userID, salt: Array(bytes[16..<32]),
            verifier: Array(bytes + secrets.stableBytes(for: "unknown verifier\n\(key)")), isReal: row != nil)
    }

    /// 32 bytes that stand for something of who does not exist, the same each time; they are part of nothing else that is told.
    public func decoy(_ purpose: String, for text: String) -> [UInt8] {
        secrets.stableBytes(for: "decoy \(purpose)\n\(text.lowercased())")
    }

    /// The server's public number for an exchange. It keeps a core busy for some milliseconds, so it waits for a place at the hasher.
    ///
    /// - Parameters:
    ///   - exponent: secret random bytes.
    ///   - source: where the request comes from.
    /// - Returns: nil where too many wait already.
    public func srpPublicNumber(
        of credentials: SRPCredentials, exponent: [UInt8], from source: AttemptSource
    ) async throws -> [UInt8]? {
        do {
            return try await hasher.withPlace(for: source) { place in
                try await place.calculate {
                    SRP.publicNumber(verifier: credentials.verifier, exponent: exponent)
                }
            }
        } catch is PasswordHasher.Overloaded {
            return nil
        }
    }

    /// The user's verifier; empty where there is none yet.
    func verifier(_ row: UserRow) throws -> [UInt8] {
        try row.srp.map { try secrets.open($0.sealedVerifier, .srpVerifier, of: row.user.subject) } ?? []
    }

    /// Adds what SRP needs to a password that was set before there was SRP, or imported.
    func addVerifier(of password: String, to row: UserRow, _ place: PasswordHasher.Place) async throws {
        let salt = OpaqueToken.randomBytes(SRP.saltLength)
        let sealed = try await srpVerifier(of: password, subject: row.user.subject, salt: salt, place)
        try await database.write { database in
            try database.execute(
                sql: "UPDATE user SET srpSalt = ?, srpVerifier = ? WHERE subject = ? AND passwordHash = ?",
                arguments: [Data(salt), sealed, row.user.subject, row.passwordHash?.text])
        }
    }

    /// Notes that a proof was used.
    ///
    /// - Parameters:
    ///   - proof: such as the secret block of an SRP exchange.
    ///   - expiry: from when on it would not be taken anyway, Unix seconds.
    /// - Returns: false where it was used before.
    public func useOnce(_ proof: String, until expiry: Int) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO usedProof (digest, expiresAt) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [OpaqueToken.digest(of: proof), expiry])
            return database.changesCount == 1
        }
    }

    /// 16 bytes as a UUID of version 4.
    private static func identifier(from bytes: [UInt8]) -> String {
        var digits = bytes.prefix(16).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
        digits.replaceSubrange(digits.index(at: 12)...digits.index(at: 12), with: "4")
        digits.replaceSubrange(
            digits.index(at: 16)...digits.index(at: 16), with: ["8", "9", "a", "b"][Int(bytes[0] & 3)])
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}

extension String {
    fileprivate func index(at offset: Int) -> Index { index(startIndex, offsetBy: offset) }
}
