import Accounts
import Foundation
import GRDB
import SRP

/// A password on its way into the database: its slow hash, and what SRP needs.
struct NewPassword {
    let hash: PasswordHash
    let salt: Data
    let sealedVerifier: Data

    /// Puts the password in place of the one there was, whose hash becomes a former one.
    func store(
        for subject: String, status: UserStatus, temporaryUntil expiry: Int?, in database: Database, now: Int
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO formerPassword (subject, passwordHash)
                SELECT subject, passwordHash FROM user WHERE subject = ? AND passwordHash IS NOT NULL
                """, arguments: [subject])
        // One more than can ever be compared, so that the number may be raised.
        try database.execute(
            sql: """
                DELETE FROM formerPassword WHERE subject = ? AND id NOT IN
                    (SELECT id FROM formerPassword WHERE subject = ? ORDER BY id DESC LIMIT 24)
                """, arguments: [subject, subject])
        try database.execute(
            sql: """
                UPDATE user SET passwordHash = ?, srpSalt = ?, srpVerifier = ?, status = ?,
                    temporaryPasswordExpiresAt = ?, modifiedAt = ?
                WHERE subject = ?
                """,
            arguments: [hash.text, salt, sealedVerifier, status.rawValue, expiry, now, subject])
    }
}

extension UserPoolStore {
    /// The password has been used before, see ``PoolRules/passwordHistorySize``.
    public struct PasswordUsedBefore: Error, Equatable {}

    /// Prepares `password` for the user: slow, with a place at the hasher.
    func prepare(
        _ password: String, subject: String, _ place: PasswordHasher.Place
    ) async throws -> NewPassword {
        let hash = try await place.hash(password)
        let salt = OpaqueToken.randomBytes(SRP.saltLength)
        let verifier = try await srpVerifier(of: password, subject: subject, salt: salt, place)
        return NewPassword(hash: hash, salt: Data(salt), sealedVerifier: verifier)
    }

    /// The encrypted verifier of a password. The user's id is what SRP knows the user by: it never changes.
    func srpVerifier(
        of password: String, subject: String, salt: [UInt8], _ place: PasswordHasher.Place
    ) async throws -> Data {
        let poolName = srpPoolName
        let verifier = try await place.calculate {
            SRP.verifier(poolName: poolName, userID: subject, password: password, salt: salt)
        }
        return try secrets.seal(verifier, .srpVerifier, of: subject)
    }

    /// Looks whether `password` is one of the user's last `historySize`, the one there is now included. Slow.
    ///
    /// - Throws: ``PasswordUsedBefore``.
    func refuseFormer(
        _ password: String, of subject: String, historySize: Int, _ place: PasswordHasher.Place
    ) async throws {
        guard historySize > 0 else { return }
        let texts = try await database.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT passwordHash FROM (
                        SELECT passwordHash, 9223372036854775807 AS id FROM user
                        WHERE subject = ? AND passwordHash IS NOT NULL
                        UNION ALL SELECT passwordHash, id FROM formerPassword WHERE subject = ?)
                    ORDER BY id DESC LIMIT ?
                    """, arguments: [subject, subject, historySize])
        }
        for hash in texts.compactMap(PasswordHash.init) where try await place.verify(password, against: hash) {
            throw PasswordUsedBefore()
        }
    }
}
