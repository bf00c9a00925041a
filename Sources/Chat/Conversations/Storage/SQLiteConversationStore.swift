import Foundation
internal import GRDB
import Synchronization

/// Conversations in one SQLite file (WAL, STRICT tables), for one process at a time.
public final class SQLiteConversationStore: ConversationStore {
    let database: DatabasePool
    let limits: StorageLimits
    private let upkeep = Mutex((isDue: false, isClosed: false))

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

    /// The newest conversations; one indexed read.
    public func conversations(of owner: UserID, limit: Int) async throws -> [Conversation] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM conversation WHERE owner_id = ? ORDER BY updated_at DESC, id DESC LIMIT ?",
                arguments: [owner.text, limit]
            ).map(Conversation.init(row:))
        }
    }

    /// One conversation of this owner.
    public func conversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation? {
        try await database.read { try Conversation.find(id, of: owner, in: $0) }
    }

    /// Adds a conversation without messages.
    public func createConversation(
        title: ConversationTitle?, of owner: UserID, now: Timestamp
    ) async throws -> Conversation {
        let id = ConversationID(now: now)
        return try await database.write { database in
            let count = try Int.fetchOne(
                database, sql: "SELECT COUNT(*) FROM conversation WHERE owner_id = ?", arguments: [owner.text])
            guard count ?? 0 < limits.conversationsPerUser else {
                throw ConversationStoreError.tooManyConversations(limit: limits.conversationsPerUser)
            }
            try database.execute(
                sql: """
                    INSERT INTO conversation (id, owner_id, title, title_source, created_at, updated_at)
                    VALUES (:id, :owner, :title, :source, :now, :now)
                    """,
                arguments: [
                    "id": id.text, "owner": owner.text, "title": (title ?? .untitled).value,
                    "source": (title == nil ? Conversation.TitleSource.auto : .user).rawValue, "now": now.milliseconds,
                ])
            guard let conversation = try Conversation.find(id, of: owner, in: database) else {
                throw StoredRowError(table: "conversation")
            }
            return conversation
        }
    }

    /// Sets the title; it is then the user's and stays.
    public func rename(
        _ id: ConversationID, of owner: UserID, to title: ConversationTitle, now: Timestamp
    ) async throws -> Conversation? {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE conversation SET title = ?, title_source = 'user' WHERE id = ? AND owner_id = ?",
                arguments: [title.value, id.text, owner.text])
            return try Conversation.find(id, of: owner, in: database)
        }
    }

    /// Deletes the rows. Their pages are overwritten (`secure_delete`), and within a second or so also in the file and in
    /// its log, see ``purge()``.
    public func deleteConversation(_ id: ConversationID, of owner: UserID) async throws -> Bool {
        let wasThere = try await database.write { database in
            try database.execute(
                sql: "DELETE FROM conversation WHERE id = ? AND owner_id = ?", arguments: [id.text, owner.text])
            return database.changesCount > 0
        }
        if wasThere { purgeSoon() }
        return wasThere
    }

    /// Writes the log back into the file and empties it: until then the log still has the text of what was deleted, and
    /// the file the old pages.
    public func purge() async throws {
        try await database.writeWithoutTransaction { database in
            // Asked here, where it cannot be closed in between: SQLite takes no closed connection for this.
            guard !upkeep.withLock(\.isClosed) else { return }
            _ = try database.checkpoint(.truncate)
        }
    }

    /// Purges, then closes the file; all other calls throw from then on.
    public func close() async throws {
        try? await purge()
        upkeep.withLock { $0.isClosed = true }
        try database.close()
    }

    /// One purge for many deletions. Should readers keep it from its end, the next one or the stop makes up for it.
    private func purgeSoon() {
        let isFirst = upkeep.withLock { upkeep in
            defer { upkeep.isDue = true }
            return !upkeep.isDue
        }
        guard isFirst else { return }
        Task {
            try? await Task.sleep(for: .seconds(1))
            upkeep.withLock { $0.isDue = false }
            try? await purge()
        }
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
