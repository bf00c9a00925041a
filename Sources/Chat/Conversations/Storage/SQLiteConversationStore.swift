import Foundation
internal import GRDB
import Synchronization

/// Conversations in one SQLite file (WAL, STRICT tables), for one process at a time.
public final class SQLiteConversationStore: ConversationStore {
    let database: DatabasePool
    let limits: StorageLimits
    private let isClosed = Mutex(false)
    /// Whether words of deleted rows may be left in the search index or the log; so it may be after an earlier process.
    let holdsDeletedWords = Mutex(true)

    /// Opens the file, making or migrating it as needed.
    ///
    /// - Parameters:
    ///   - path: the database file; its folder must exist on a local disk (WAL needs shared memory).
    ///   - limits: what a user may take.
    /// - Throws: ``StoreOpeningError`` when the file is damaged or was made by a newer version; GRDB's error otherwise.
    public init(path: String, limits: StorageLimits = .init()) throws {
        self.limits = limits
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "chat"
        // Searches take long; whoever asks for anything else must not wait for them.
        configuration.maximumReaderCount = 16
        configuration.prepareDatabase { database in
            // A deleted conversation's pages are overwritten, and a commit survives a power cut.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            if !database.configuration.readonly { try database.execute(sql: "PRAGMA synchronous = FULL") }
        }
        database = try DatabasePool(path: path, configuration: configuration)
        let migrator = SchemaMigrations.migrator
        let (check, isNewer) = try database.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA quick_check(1)"),
                try migrator.hasBeenSuperseded(database)
            )
        }
        guard check == "ok" else { throw StoreOpeningError.damaged(path: path) }
        guard !isNewer else { throw StoreOpeningError.newerSchema(path: path) }
        try migrator.migrate(database)
    }

    /// Finds or adds the user. Reads only, unless the name changed or five minutes have passed since the last write.
    public func user(for identity: UserIdentity, now: Timestamp) async throws -> User {
        let known: User? = try await database.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT id, display_name FROM user
                    WHERE issuer = ? AND subject = ? AND display_name = ? AND last_seen_at > ?
                    """,
                arguments: [
                    identity.issuer, identity.subject, identity.displayName, now.milliseconds - Self.lastSeenPrecision,
                ]
            ).map(User.init(row:))
        }
        if let known { return known }
        return try await database.write { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    INSERT INTO user (id, issuer, subject, display_name, created_at, last_seen_at)
                    VALUES (:id, :issuer, :subject, :name, :now, :now)
                    ON CONFLICT (issuer, subject)
                    DO UPDATE SET display_name = excluded.display_name, last_seen_at = excluded.last_seen_at
                    RETURNING id, display_name
                    """,
                arguments: [
                    "id": UserID(now: now).text, "issuer": identity.issuer, "subject": identity.subject,
                    "name": identity.displayName, "now": now.milliseconds,
                ])
            guard let row else { throw StoredRowError(table: "user") }
            return try User(row: row)
        }
    }

    /// Writes the log back into the file and empties it: until then the log still has the text of what was deleted, and
    /// the file the old pages.
    func emptyLog() async throws {
        try await database.writeWithoutTransaction { database in
            // Asked here, where it cannot be closed in between: SQLite takes no closed connection for this.
            guard !isClosed.withLock({ $0 }) else { return }
            _ = try database.checkpoint(.truncate)
        }
    }

    /// Empties the log, then closes the file; all other calls throw from then on.
    public func close() async throws {
        try? await emptyLog()
        isClosed.withLock { $0 = true }
        try database.close()
    }

    /// Reads a constant.
    public func ping() async throws {
        _ = try await database.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }

    /// How stale the time a user was last seen may be, so that reading does not write: five minutes.
    private static let lastSeenPrecision = 300_000
}

/// Why a database file cannot be used.
public enum StoreOpeningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's check found damage.
    case damaged(path: String)
    /// A newer version of the program has changed the schema.
    case newerSchema(path: String)

    /// A sentence for the operator that says what to do.
    public var description: String {
        switch self {
        case .damaged(let path): "the database \(path) is damaged; restore it from a backup or move it away"
        case .newerSchema(let path): "the database \(path) was made by a newer version; start that version"
        }
    }
}
