public import Accounts
import Foundation
import GRDB

/// A user with the hash of the password, on the way out.
public struct ExportedUser: Sendable, Equatable {
    /// The user.
    public let user: User
    /// `$scrypt$…`; nil where there is no password.
    public let passwordHash: String?
}

/// A user on the way in.
public struct ImportedUser: Sendable, Equatable {
    /// The user's id, a lower-case UUID; nil: a new one.
    public var subject: String?
    /// The name.
    public var username: Username
    /// Where the account stands.
    public var status: UserStatus
    /// Whether the user may sign in.
    public var isEnabled: Bool
    /// Checked by whoever calls.
    public var attributes: [String: String]
    /// Made where there are none of these names.
    public var groups: [String]
    /// `$scrypt$ln=…,r=…,p=…$salt$hash`; nil for none.
    public var passwordHash: String?
    /// Unix seconds; only for a temporary password.
    public var temporaryPasswordExpiresAt: Int?
    /// Unix seconds.
    public var createdAt: Int

    /// A user with these properties.
    public init(
        subject: String? = nil, username: Username, status: UserStatus, isEnabled: Bool, attributes: [String: String],
        groups: [String],
        passwordHash: String?, temporaryPasswordExpiresAt: Int?, createdAt: Int
    ) {
        self.subject = subject
        self.username = username
        self.status = status
        self.isEnabled = isEnabled
        self.attributes = attributes
        self.groups = groups
        self.passwordHash = passwordHash
        self.temporaryPasswordExpiresAt = temporaryPasswordExpiresAt
        self.createdAt = createdAt
    }
}

extension UserPoolStore {
    /// A password hash is not of the format kept here, or asks for more work than is accepted.
    public struct UnreadableHash: Error, Equatable {}

    /// Another user has this id.
    public struct SubjectExists: Error, Equatable {}

    /// Users with their hashes, by name.
    ///
    /// - Parameters:
    ///   - username: the last one of the page before; nil for the first page.
    ///   - limit: the most.
    public func exportUsers(after username: Username? = nil, limit: Int) async throws -> [ExportedUser] {
        try await database.read { database in
            try UserRow.fetchAll(
                database, where: "usernameKey > ? ORDER BY usernameKey LIMIT ?", [username?.key ?? "", limit]
            ).map { ExportedUser(user: $0.user, passwordHash: $0.passwordHash?.text) }
        }
    }

    /// Creates a user whose password nobody here knows.
    ///
    /// - Parameter now: Unix seconds.
    /// - Throws: ``UsernameExists``, ``AliasExists``, ``SubjectExists``, ``UnreadableHash``, or a `DatabaseError`.
    @discardableResult
    public func importUser(_ imported: ImportedUser, now: Int) async throws -> User {
        if let hash = imported.passwordHash, PasswordHash(hash) == nil { throw UnreadableHash() }
        let encoded = String(decoding: try JSONEncoder().encode(imported.attributes), as: UTF8.self)
        let subject = imported.subject ?? UUID().uuidString.lowercased()
        return try await database.write { database in
            let username = imported.username
            guard try !Self.isTaken(username, in: database) else { throw UsernameExists(username: username) }
            guard try UserRow.fetch(database, subject: subject) == nil else { throw SubjectExists() }
            try database.execute(
                sql: """
                    INSERT INTO user (subject, username, usernameKey, status, isEnabled, attributes, passwordHash,
                        temporaryPasswordExpiresAt, createdAt, modifiedAt)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    subject, username.text, username.key, imported.status.rawValue, imported.isEnabled, encoded,
                    imported.passwordHash, imported.temporaryPasswordExpiresAt, imported.createdAt, now,
                ])
            try Self.setAliases(of: subject, imported.attributes, forcing: false, in: database)
            for group in imported.groups {
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

    /// Copies the database at `path` while it is in use, whole and consistent, to a new file.
    ///
    /// - Throws: a `DatabaseError` when the one cannot be read or the other written.
    public static func backup(_ path: String, to copyPath: String) async throws {
        try await Task.detached {
            let source = try DatabaseQueue(path: path)
            defer { try? source.close() }
            let copy = try DatabaseQueue(path: copyPath)
            defer { try? copy.close() }
            try source.backup(to: copy)
            // One file, without the log that the original has beside it.
            try await copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        }.value
    }

    /// Takes the log beside the database at `path` into it, so that one file is all.
    ///
    /// - Throws: a `DatabaseError`.
    public static func takeInLog(of path: String) async throws {
        try await Task.detached {
            let database = try DatabaseQueue(path: path)
            defer { try? database.close() }
            try await database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        }.value
    }

    /// Whether the file at `path` is a user pool's database without damage.
    public static func isSound(_ path: String) async -> Bool {
        await Task.detached {
            var configuration = Configuration()
            configuration.readonly = true
            guard let database = try? DatabaseQueue(path: path, configuration: configuration) else { return false }
            defer { try? database.close() }
            let isSound = try? await database.read { database in
                let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
                return try verdict == "ok" && database.tableExists("user") && database.tableExists("signIn")
            }
            return isSound ?? false
        }.value
    }
}

extension UserPoolStore {
    /// The client that a refresh token was made for; nil for an unknown one.
    public func client(ofRefreshToken token: String) async throws -> String? {
        try await database.read { database in
            try String.fetchOne(
                database,
                sql: "SELECT clientID FROM refreshToken JOIN signIn ON signIn.id = signInID WHERE digest = ?",
                arguments: [OpaqueToken.digest(of: token)])
        }
    }
}

extension UserPoolStore {
    /// Takes a user's authenticator app away, with the recovery codes that came with it.
    ///
    /// - Parameter now: Unix seconds.
    public func removeSoftwareToken(of subject: String, now: Int) async throws {
        try await database.write { database in
            for table in ["softwareToken", "recoveryCode"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE subject = ?", arguments: [subject])
            }
            try database.execute(
                sql: "UPDATE user SET isMFAEnabled = FALSE, isMFAPreferred = FALSE, modifiedAt = ? WHERE subject = ?",
                arguments: [now, subject])
        }
    }
}
