public import Accounts
import Foundation
import GRDB

extension UserPoolStore {
    /// A password that somebody else gives a user.
    public enum InitialPassword: Sendable {
        /// The user's own.
        case permanent(String)
        /// To be replaced at the first sign-in, good until `expiresAt` (Unix seconds).
        case temporary(String, expiresAt: Int)

        var text: String {
            switch self {
            case .permanent(let text), .temporary(let text, _): text
            }
        }

        var expiresAt: Int? {
            if case .temporary(_, let expiresAt) = self { expiresAt } else { nil }
        }

        var status: UserStatus {
            if case .temporary = self { .forceChangePassword } else { .confirmed }
        }
    }

    /// Somebody is called so already.
    public struct UsernameExists: Error, Equatable {
        /// The name.
        public let username: Username
    }

    /// Creates a user; groups that do not exist are created.
    ///
    /// The password and the attributes are taken as they are: whoever calls has checked them against the policy.
    /// - Parameters:
    ///   - status: where the account stands; nil: as the password has it.
    ///   - forcingAlias: whether an alias that another user has is taken from them.
    ///   - source: who waits for the hash.
    ///   - now: Unix seconds.
    /// - Throws: ``UsernameExists``, ``AliasExists``, ``Overloaded``, or a `DatabaseError`.
    @discardableResult
    public func createUser(
        _ username: Username, password: InitialPassword, attributes: [String: String], groups: [String],
        status: UserStatus? = nil, forcingAlias: Bool = false, from source: AttemptSource = .program, now: Int
    ) async throws -> User {
        // Before the hash, which costs; and once more below, for only there it counts.
        if try await database.read({ try Self.isTaken(username, in: $0) }) { throw UsernameExists(username: username) }
        let subject = UUID().uuidString.lowercased()
        let new = try await hasher.withPlace(for: source) { [self] in
            try await prepare(password.text, subject: subject, $0)
        }
        let encoded = String(decoding: try JSONEncoder().encode(attributes), as: UTF8.self)
        return try await database.write { database in
            guard try !Self.isTaken(username, in: database) else { throw UsernameExists(username: username) }
            try database.execute(
                sql: """
                    INSERT INTO user (subject, username, usernameKey, status, isEnabled, attributes, createdAt, modifiedAt)
                    VALUES (?, ?, ?, ?, TRUE, ?, ?, ?)
                    """,
                arguments: [
                    subject, username.text, username.key, password.status.rawValue, encoded, now, now,
                ])
            try new.store(
                for: subject, status: status ?? password.status, temporaryUntil: password.expiresAt, in: database,
                now: now)
            try Self.setAliases(of: subject, attributes, forcing: forcingAlias, in: database)
            for group in groups {
                try database.execute(
                    sql: "INSERT INTO userGroup (name, createdAt, modifiedAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    arguments: [group, now, now])
                try database.execute(
                    sql: "INSERT INTO membership (subject, groupName) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [subject, group])
            }
            guard let created = try UserRow.fetch(database, subject: subject) else {
                preconditionFailure("a user inserted in this transaction is not there")
            }
            return created.user
        }
    }

    /// Whether somebody is called so already: by name, by a verified alias, or by id. Whoever took another's id for a name would
    /// be meant in that one's place.
    static func isTaken(_ username: Username, in database: Database) throws -> Bool {
        try UserRow.fetch(database, username: username) != nil || isAlias(username.key, in: database)
            || UserRow.fetch(database, subject: username.key) != nil
    }

    /// The user called `username`.
    public func user(named username: Username) async throws -> User? {
        try await database.read { try UserRow.fetch($0, username: username)?.user }
    }

    /// The user with the id `subject`.
    public func user(subject: String) async throws -> User? {
        try await database.read { try UserRow.fetch($0, subject: subject)?.user }
    }

    /// The user whose username, else id, else alias is `text`.
    public func user(matching text: String, orSubject: Bool = true) async throws -> User? {
        try await database.read { try UserRow.fetch($0, matching: text, orSubject: orSubject)?.user }
    }

    /// How many users there are.
    public func userCount() async throws -> Int {
        try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM user") ?? 0 }
    }

    /// Sets and removes attributes; an empty value removes. A changed address is no longer verified, unless the same call says so.
    ///
    /// - Parameters:
    ///   - forcingAlias: whether an alias that another user has is taken from them.
    ///   - now: Unix seconds.
    /// - Returns: the user as they are then; nil when there is none.
    /// - Throws: ``AliasExists``.
    public func updateAttributes(
        of subject: String, setting new: [String: String], removing removed: [String] = [], forcingAlias: Bool = false,
        now: Int
    ) async throws -> User? {
        try await database.write { database in
            try Self.setAttributes(
                of: subject, new, removing: removed, forcingAlias: forcingAlias, in: database, now: now)
            return try UserRow.fetch(database, subject: subject)?.user
        }
    }

    static func setAttributes(
        of subject: String, _ new: [String: String], removing removed: [String] = [], forcingAlias: Bool = false,
        in database: Database, now: Int
    ) throws {
        guard let row = try UserRow.fetch(database, subject: subject) else { return }
        let attributes = Attributes.changed(row.user.attributes, setting: new, removing: removed)
        try database.execute(
            sql: "UPDATE user SET attributes = ?, modifiedAt = ? WHERE subject = ?",
            arguments: [String(decoding: try JSONEncoder().encode(attributes), as: UTF8.self), now, subject])
        try setAliases(of: subject, attributes, forcing: forcingAlias, in: database)
    }

    /// Enables or disables a user. Disabling ends every session and revokes every token, for good.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: whether there is such a user.
    public func setEnabled(_ isEnabled: Bool, username: Username, now: Int) async throws -> Bool {
        try await database.write { database in
            guard let row = try UserRow.fetch(database, username: username) else { return false }
            try database.execute(
                sql: "UPDATE user SET isEnabled = ?, modifiedAt = ? WHERE subject = ?",
                arguments: [isEnabled, now, row.user.subject])
            if isEnabled {
                try Self.unlock(username, in: database)
            } else {
                try Self.endEverything(of: row.user.subject, in: database, now: now)
            }
            return true
        }
    }

    /// Deletes a user with everything of theirs. Clients are told that the user's sessions are over.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: whether there was such a user.
    public func deleteUser(subject: String, now: Int) async throws -> Bool {
        try await database.write { database in
            guard let row = try UserRow.fetch(database, subject: subject) else { return false }
            try Self.endEverything(of: subject, in: database, now: now)
            try Self.unlock(row.user.username, in: database)
            try database.execute(sql: "DELETE FROM user WHERE subject = ?", arguments: [subject])
            return true
        }
    }

    /// Revokes all tokens of a user (GlobalSignOut). The sessions of browsers at the pool go on, as with Cognito.
    ///
    /// - Parameter now: Unix seconds.
    public func revokeTokens(of subject: String, now: Int) async throws {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM authorizationCode WHERE subject = ?", arguments: [subject])
            try Self.useUpChallenges(of: subject, in: database, now: now)
            try database.execute(
                sql: "UPDATE signIn SET revokedAt = ? WHERE subject = ? AND revokedAt IS NULL",
                arguments: [now, subject])
        }
    }

    /// Ends the browser sessions, pending codes and sign-ins of a user, but for the sign-in `kept`. The clients are told.
    static func endEverything(
        of subject: String, keeping kept: String? = nil, in database: Database, now: Int
    ) throws {
        try noteSignOut(of: subject, in: database, now: now)
        for table in ["browserSession", "authorizationCode", "confirmationCode"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE subject = ?", arguments: [subject])
        }
        try useUpChallenges(of: subject, in: database, now: now)
        try database.execute(
            sql: "UPDATE signIn SET revokedAt = ? WHERE subject = ? AND revokedAt IS NULL AND id IS NOT ?",
            arguments: [now, subject, kept])
    }

    private static func useUpChallenges(of subject: String, in database: Database, now: Int) throws {
        try database.execute(
            sql: "UPDATE challenge SET usedAt = ? WHERE subject = ? AND usedAt IS NULL", arguments: [now, subject])
    }
}
