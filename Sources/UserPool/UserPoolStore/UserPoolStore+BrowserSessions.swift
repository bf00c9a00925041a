public import Accounts
import Foundation
import GRDB

/// A browser that is signed in at the pool.
public struct BrowserSession: Sendable, Equatable {
    /// The user as they are now.
    public let user: User
    /// When the password was given, Unix seconds.
    public let authenticatedAt: Int
    /// What ID tokens call it: `sid`.
    public let id: String
    /// Whether a second factor was shown.
    public let usedMFA: Bool
    /// What stands for its token in the database.
    let digest: Data
}

extension UserPoolStore {
    /// How long a browser stays signed in at the pool, in seconds; not prolonged by use.
    public static let browserSessionLifetime = 60 * 60

    /// Begins a session for `user`, whose password was found right in this transaction. Always a new token.
    static func beginBrowserSession(
        for user: User, usedMFA: Bool, in database: Database, now: Int
    ) throws -> OpaqueToken {
        let token = OpaqueToken()
        try database.execute(
            sql: """
                INSERT INTO browserSession (digest, subject, authenticatedAt, expiresAt, usedMFA) VALUES (?, ?, ?, ?, ?)
                """, arguments: [token.digest, user.subject, now, now + browserSessionLifetime, usedMFA])
        return token
    }

    /// The session of the browser that presents `token`, if it is still good at `now` (Unix seconds).
    public func browserSession(_ token: String, now: Int) async throws -> BrowserSession? {
        let digest = OpaqueToken.digest(of: token)
        return try await database.read { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM browserSession WHERE digest = ? AND expiresAt > ?",
                    arguments: [digest, now]),
                let user = try UserRow.fetch(database, subject: row["subject"])?.user, user.isEnabled
            else { return nil }
            return BrowserSession(
                user: user, authenticatedAt: row["authenticatedAt"], id: Self.sessionID(ofToken: token),
                usedMFA: row["usedMFA"], digest: digest)
        }
    }

    /// Whether a session that was read before is still there. What comes from a session is made in the transaction that asks this:
    /// a password changed meanwhile has ended it.
    static func isAlive(_ session: BrowserSession, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM browserSession WHERE digest = ?)", arguments: [session.digest])
            ?? false
    }

    /// Ends a session because another takes its place; an unknown one is none already. Nobody is told: the user stays signed in.
    public func endBrowserSession(_ token: String) async throws {
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM browserSession WHERE digest = ?", arguments: [OpaqueToken.digest(of: token)])
        }
    }

    /// Removes what has expired. Codes stay a day longer, so that a late replay still revokes what it was redeemed for.
    ///
    /// - Parameter now: Unix seconds.
    public func removeExpired(now: Int) async throws {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM browserSession WHERE expiresAt <= ?", arguments: [now])
            // Used and expired ones stay a while, so that they can be told from those that never were.
            try database.execute(sql: "DELETE FROM challenge WHERE expiresAt <= ?", arguments: [now - 900])
            try database.execute(sql: "DELETE FROM usedProof WHERE expiresAt <= ?", arguments: [now])
            try database.execute(sql: "DELETE FROM confirmationCode WHERE expiresAt <= ?", arguments: [now - 86_400])
            try database.execute(sql: "DELETE FROM codeEvent WHERE at <= ?", arguments: [now - 3600])
            try database.execute(
                sql: "DELETE FROM softwareToken WHERE NOT isVerified AND createdAt <= ?", arguments: [now - 86_400])
            try database.execute(
                sql: "DELETE FROM logoutNotice WHERE createdAt <= ?", arguments: [now - Self.logoutNoticeLifetime])
            try database.execute(sql: "DELETE FROM authorizationCode WHERE expiresAt <= ?", arguments: [now - 86_400])
            try database.execute(sql: "DELETE FROM refreshToken WHERE expiresAt <= ?", arguments: [now])
            // An access token may outlive the refresh token it came with by a day at most.
            try database.execute(sql: "DELETE FROM signIn WHERE expiresAt <= ?", arguments: [now - 86_400])
            try database.execute(
                sql: "DELETE FROM signInAttempt WHERE lastAttemptAt <= ?",
                arguments: [now * 1000 - Lockout.longestLock])
        }
    }
}
