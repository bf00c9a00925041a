internal import GRDB

extension SQLiteConversationStore {
    /// Copies the database at `path` while it is in use, whole and consistent, to a new file.
    ///
    /// - Throws: a `DatabaseError` when the one cannot be read or the other written.
    public static func backup(_ path: String, to copyPath: String) async throws {
        try await Task.detached {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            let source = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? source.close() }
            let copy = try DatabaseQueue(path: copyPath)
            defer { try? copy.close() }
            try source.backup(to: copy)
            // One file, without the log that the original has beside it.
            try await copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        }.value
    }

    /// Whether the file at `path` is a chat's database without damage, and of no newer version.
    public static func isSound(_ path: String) async -> Bool {
        await Task.detached {
            var configuration = Configuration()
            configuration.readonly = true
            guard let database = try? DatabaseQueue(path: path, configuration: configuration) else { return false }
            defer { try? database.close() }
            let isSound = try? await database.read { database in
                let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
                return try verdict == "ok" && database.tableExists("conversation") && database.tableExists("message")
                    && !SchemaMigrations.migrator.hasBeenSuperseded(database)
            }
            return isSound ?? false
        }.value
    }
}
