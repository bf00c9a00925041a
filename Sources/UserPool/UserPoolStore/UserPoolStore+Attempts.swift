public import Accounts
import GRDB

extension UserPoolStore {
    /// Forgets what failed attempts are held against a name, from every source.
    ///
    /// What a running server has counted against addresses, whatever the names, wears off by itself within minutes.
    /// - Returns: how many counts there were.
    @discardableResult
    public func unlock(_ username: Username) async throws -> Int {
        try await database.write { try Self.unlock(username, in: $0) }
    }

    @discardableResult
    static func unlock(_ username: Username, in database: Database) throws -> Int {
        let subject = try UserRow.fetch(database, username: username)?.user.subject ?? ""
        try database.execute(
            sql: "DELETE FROM signInAttempt WHERE usernameKey IN (?, ?)",
            arguments: [username.key, codeAttemptsKey(of: subject)])
        return database.changesCount
    }

    /// Wrong codes of a user are counted under this name, which no user can have: there is a blank in it.
    private static func codeAttemptsKey(of subject: String) -> String { "code \(subject)" }

    /// Counts a code somebody enters for a user, unless it is locked out. Wherever it comes from: the password was right.
    static func codeAttemptBegan(of subject: String, at now: Int, in database: Database) throws -> Lockout.Verdict {
        let key = codeAttemptsKey(of: subject)
        let row = try Row.fetchOne(
            database, sql: "SELECT failures, lastAttemptAt FROM signInAttempt WHERE usernameKey = ?", arguments: [key])
        var lockout = Lockout(failures: row?["failures"] ?? 0, lastAttemptAt: row?["lastAttemptAt"] ?? 0)
        let verdict = lockout.attemptBegan(at: now)
        guard verdict == .allowed else { return verdict }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO signInAttempt (usernameKey, source, failures, lastAttemptAt) VALUES (?, '', ?, ?)
                """, arguments: [key, lockout.failures, lockout.lastAttemptAt])
        return .allowed
    }

    /// The code was right.
    static func codeAttemptSucceeded(of subject: String, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM signInAttempt WHERE usernameKey = ?", arguments: [codeAttemptsKey(of: subject)])
    }

    /// Whether an attempt would be let in. Counts nothing and writes nothing.
    func verdict(for username: Username, from source: AttemptSource, at now: Int) async throws -> Lockout.Verdict {
        try await database.read { try Self.lockout(of: username, source, in: $0).verdict(at: now) }
    }

    /// Counts an attempt, unless it is locked out, which writes nothing.
    func attemptBegan(_ username: Username, from source: AttemptSource, at now: Int) async throws -> Lockout.Verdict {
        try await database.write { database in
            var lockout = try Self.lockout(of: username, source, in: database)
            let verdict = lockout.attemptBegan(at: now)
            guard verdict == .allowed else { return verdict }
            try Self.save(lockout.own, username, source.key, in: database)
            if let everyone = lockout.everyone { try Self.save(everyone, username, Self.everyone, in: database) }
            // Each row costs a hash, and quiet ones are removed, so this many are only reached by a flood.
            try database.execute(
                sql: """
                    DELETE FROM signInAttempt WHERE (usernameKey, source) IN
                        (SELECT usernameKey, source FROM signInAttempt ORDER BY lastAttemptAt DESC LIMIT -1 OFFSET ?)
                    """, arguments: [attemptCapacity])
            return verdict
        }
    }

    static func attemptSucceeded(_ username: Username, from source: AttemptSource, in database: Database) throws {
        var lockout = try lockout(of: username, source, in: database)
        lockout.attemptSucceeded()
        try database.execute(
            sql: "DELETE FROM signInAttempt WHERE usernameKey = ? AND source = ?",
            arguments: [username.key, source.key])
        if let everyone = lockout.everyone { try save(everyone, username, Self.everyone, in: database) }
    }

    private static func lockout(
        of username: Username, _ source: AttemptSource, in database: Database
    ) throws -> NameLockout {
        func read(_ source: String, freeFailures: Int) throws -> Lockout {
            let row = try Row.fetchOne(
                database,
                sql: "SELECT failures, lastAttemptAt FROM signInAttempt WHERE usernameKey = ? AND source = ?",
                arguments: [username.key, source])
            return Lockout(
                failures: row?["failures"] ?? 0, lastAttemptAt: row?["lastAttemptAt"] ?? 0, freeFailures: freeFailures)
        }
        return NameLockout(
            own: try read(source.key, freeFailures: Lockout.strict),
            everyone: source.isKnownBrowser
                ? nil : try read(everyone, freeFailures: NameLockout.freeFailuresOfStrangers))
    }

    private static func save(
        _ lockout: Lockout, _ username: Username, _ source: String, in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO signInAttempt (usernameKey, source, failures, lastAttemptAt)
                VALUES (?, ?, ?, ?)
                """,
            arguments: [username.key, source, lockout.failures, lockout.lastAttemptAt])
    }

    /// The source that stands for all strangers.
    private static let everyone = "everyone"
}
