import Accounts
import GRDB

/// What a refresh token is worth.
public enum RefreshOutcome: Sendable, Equatable {
    /// Tokens may be issued; with rotation there is a new refresh token, too.
    case granted(SignIn, newToken: OpaqueToken?)
    /// Never issued, or another client's.
    case unknown
    /// Its sign-in was revoked, or the user disabled.
    case revoked
    /// Its time is over.
    case expired
    /// It was replaced, and somebody else has its successor: the sign-in is revoked.
    case reused
}

extension UserPoolStore {
    /// Renews a sign-in with a refresh token, for the client that has proved to be `clientID`.
    ///
    /// With rotation the token is replaced; the old one works for the time of grace. Presented after that, it ends the sign-in: one of
    /// the two who had it has stolen it. A token that takes another's place lives no longer than that.
    /// - Parameters:
    ///   - rotation: whether and how tokens are replaced; nil: they are not.
    ///   - now: Unix seconds.
    public func refresh(
        _ refreshToken: String, clientID: String, rotation: AppClient.Rotation? = nil, now: Int
    ) async throws -> RefreshOutcome {
        try await database.write { database in
            let digest = OpaqueToken.digest(of: refreshToken)
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT refreshToken.*, clientID, revokedAt FROM refreshToken JOIN signIn ON signIn.id = signInID
                        WHERE digest = ?
                        """, arguments: [digest]),
                row["clientID"] as String == clientID
            else { return .unknown }
            guard row["revokedAt"] as Int? == nil else { return .revoked }
            guard row["expiresAt"] as Int > now else { return .expired }
            let id: String = row["signInID"]
            if let replacedAt = row["replacedAt"] as Int?, replacedAt + (rotation?.graceSeconds ?? 0) <= now {
                try Self.revoke(signIn: id, in: database, now: now)
                return .reused
            }
            guard let signIn = try Self.activeSignIn(id, in: database) else { return .revoked }
            guard rotation != nil else { return .granted(signIn, newToken: nil) }
            let new = OpaqueToken()
            try database.execute(
                sql: "INSERT INTO refreshToken (digest, signInID, expiresAt) VALUES (?, ?, ?)",
                arguments: [new.digest, id, row["expiresAt"] as Int])
            try database.execute(
                sql: "UPDATE refreshToken SET replacedAt = ? WHERE digest = ? AND replacedAt IS NULL",
                arguments: [now, digest])
            return .granted(signIn, newToken: new)
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
            authenticatedAt: row["authenticatedAt"], session: row["session"], usedMFA: row["usedMFA"])
    }
}
