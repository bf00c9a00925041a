import Accounts
import GRDB

extension UserPoolStore {
    /// The sign-in a refresh token renews, for the client that has proved to be `clientID`.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: nil when the token is unknown, expired, revoked or another client's, or the user is disabled.
    public func signIn(refreshToken: String, clientID: String, now: Int) async throws -> SignIn? {
        try await database.read { database in
            let id = try String.fetchOne(
                database, sql: "SELECT signInID FROM refreshToken WHERE digest = ? AND expiresAt > ?",
                arguments: [OpaqueToken.digest(of: refreshToken), now])
            guard let id, let signIn = try Self.activeSignIn(id, in: database), signIn.clientID == clientID else {
                return nil
            }
            return signIn
        }
    }

    /// The sign-in with this id, if it has not been revoked and its user is enabled.
    public func activeSignIn(_ id: String) async throws -> SignIn? {
        try await database.read { try Self.activeSignIn(id, in: $0) }
    }

    /// Revokes a refresh token with everything that comes from the same sign-in.
    ///
    /// An unknown or revoked token, or another client's, changes nothing.
    public func revoke(refreshToken: String, clientID: String, now: Int) async throws {
        try await database.write { database in
            let id = try String.fetchOne(
                database,
                sql: """
                    SELECT signIn.id FROM refreshToken JOIN signIn ON signIn.id = signInID
                    WHERE digest = ? AND clientID = ?
                    """, arguments: [OpaqueToken.digest(of: refreshToken), clientID])
            if let id { try Self.revoke(signIn: id, in: database, now: now) }
        }
    }

    static func revoke(signIn id: String, in database: Database, now: Int) throws {
        try database.execute(
            sql: "UPDATE signIn SET revokedAt = ? WHERE id = ? AND revokedAt IS NULL", arguments: [now, id])
    }

    private static func activeSignIn(_ id: String, in database: Database) throws -> SignIn? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM signIn WHERE id = ? AND revokedAt IS NULL", arguments: [id]),
            let user = try UserRow.fetch(database, subject: row["subject"])?.user, user.isEnabled
        else { return nil }
        return SignIn(
            id: id, user: user, clientID: row["clientID"], scopes: scopes(row["scopes"]),
            authenticatedAt: row["authenticatedAt"], session: row["session"])
    }
}
