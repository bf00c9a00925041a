import Crypto
import GRDB

/// A client still to be told that a user's session at the pool is over.
public struct LogoutNotice: Sendable, Equatable {
    /// The row.
    public let id: Int
    /// The user.
    public let subject: String
    /// The session's name in ID tokens: `sid`.
    public let session: String
    /// The client.
    public let clientID: String
    /// How often it was tried in vain.
    public let attempts: Int
}

extension UserPoolStore {
    /// Seconds after which a notice is given up: the client's own sessions end by themselves some day.
    public static let logoutNoticeLifetime = 3600

    /// The most seconds between two attempts.
    private static let longestPause = 300

    /// What ``BrowserSession`` is called in ID tokens. Says nothing of the cookie that it is made from.
    public static func sessionID(ofToken token: String) -> String {
        SHA256.hash(data: Array("sid".utf8) + OpaqueToken.digest(of: token)).prefix(16)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Ends a browser's session because its user signs out. The clients that it signed in to are told.
    ///
    /// - Parameter now: Unix seconds.
    public func signOut(browserSession token: String, now: Int) async throws {
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM browserSession WHERE digest = ?", arguments: [OpaqueToken.digest(of: token)])
            try Self.note(
                signInsWhere: "session = ?", Self.sessionID(ofToken: token), in: database, now: now)
        }
    }

    /// Notes that every client a user is signed in to is to be told. Call it before the sign-ins are revoked.
    ///
    /// Session by session: a notice for the user as such would also end what he begins while it is under way.
    static func noteSignOut(of subject: String, in database: Database, now: Int) throws {
        try note(signInsWhere: "subject = ?", subject, in: database, now: now)
    }

    private static func note(
        signInsWhere condition: String, _ value: String, in database: Database, now: Int
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO logoutNotice (subject, session, clientID, createdAt, nextAttemptAt)
                SELECT DISTINCT subject, session, clientID, ?, ? FROM signIn
                WHERE \(condition) AND session IS NOT NULL AND revokedAt IS NULL AND expiresAt > ?
                """, arguments: [now, now, value, now])
        // Told once: whoever signs out again with the same cookie makes no new notices.
        try database.execute(sql: "UPDATE signIn SET session = NULL WHERE \(condition)", arguments: [value])
    }

    /// Notices whose time has come, the oldest first.
    ///
    /// - Parameter now: Unix seconds.
    public func dueLogoutNotices(now: Int, limit: Int) async throws -> [LogoutNotice] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM logoutNotice WHERE nextAttemptAt <= ? ORDER BY nextAttemptAt, id LIMIT ?",
                arguments: [now, limit]
            ).map { row in
                LogoutNotice(
                    id: row["id"], subject: row["subject"], session: row["session"], clientID: row["clientID"],
                    attempts: row["attempts"])
            }
        }
    }

    /// The client has taken a notice.
    public func delivered(_ notice: LogoutNotice) async throws {
        try await database.write {
            try $0.execute(sql: "DELETE FROM logoutNotice WHERE id = ?", arguments: [notice.id])
        }
    }

    /// The client has not taken a notice: it is tried again after a second, two, four and so on, up to five minutes.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: false once the notice is given up.
    public func failed(_ notice: LogoutNotice, now: Int) async throws -> Bool {
        let pause = min(Self.longestPause, 1 << min(notice.attempts, 16))
        return try await database.write { database in
            try database.execute(
                sql: "DELETE FROM logoutNotice WHERE id = ? AND createdAt <= ?",
                arguments: [notice.id, now + pause - Self.logoutNoticeLifetime])
            guard database.changesCount == 0 else { return false }
            try database.execute(
                sql: "UPDATE logoutNotice SET attempts = attempts + 1, nextAttemptAt = ? WHERE id = ?",
                arguments: [now + pause, notice.id])
            return true
        }
    }

    static let logoutNoticeSchema = """
        ALTER TABLE authorizationCode ADD COLUMN session TEXT;
        ALTER TABLE signIn ADD COLUMN session TEXT;
        CREATE INDEX signInBySession ON signIn (session);

        CREATE TABLE logoutNotice (
            id INTEGER NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL,
            session TEXT NOT NULL,
            clientID TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            nextAttemptAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX logoutNoticeByTime ON logoutNotice (nextAttemptAt);
        """
}
