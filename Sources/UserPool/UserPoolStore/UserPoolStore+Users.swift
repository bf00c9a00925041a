public import Accounts
import Foundation
import GRDB

extension UserPoolStore {
    /// A password for a new user.
    public enum InitialPassword: Sendable {
        /// The user's own.
        case permanent(String)
        /// To be replaced at the first sign-in, good until `expiresAt` (Unix seconds).
        case temporary(String, expiresAt: Int)
    }

    /// Somebody is called so already.
    public struct UsernameExists: Error, Equatable {
        /// The name.
        public let username: Username
    }

    /// Creates a user; groups that do not exist are created.
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    /// - Parameter now: Unix seconds.
    /// - Throws: ``UsernameExists``, or a `DatabaseError`.
    @discardableResult
    public func createUser(
        _ username: Username, password: InitialPassword, attributes: [String: String], groups: [String], now: Int
    ) async throws -> User {
        let (text, status, expiry): (String, UserStatus, Int?) =
            switch password {
            case .permanent(let text): (text, .confirmed, nil)
            case .temporary(let text, let expiresAt): (text, .forceChangePassword, expiresAt)
            }
        let hash = try await hasher.withPlace(for: .program) { try await $0.hash(text) }
        let encoded = String(decoding: try JSONEncoder().encode(attributes), as: UTF8.self)
        let subject = UUID().uuidString.lowercased()
        return try await database.write { database in
            guard try UserRow.fetch(database, username: username) == nil else {
                throw UsernameExists(username: username)
            }
            try database.execute(
                sql: """
                    INSERT INTO user (subject, username, usernameKey, status, isEnabled, attributes, passwordHash,
                        temporaryPasswordExpiresAt, createdAt, modifiedAt)
                    VALUES (?, ?, ?, ?, TRUE, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    subject, username.text, username.key, status.rawValue, encoded, hash.text, expiry, now, now,
                ])
            for group in groups {
                try database.execute(
                    sql: "INSERT INTO userGroup (name, createdAt) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [group, now])
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

    /// The user called `username`.
    public func user(named username: Username) async throws -> User? {
        try await database.read { try UserRow.fetch($0, username: username)?.user }
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

    /// Ends the browser sessions, pending codes and sign-ins of a user. The clients are told.
    static func endEverything(of subject: String, in database: Database, now: Int) throws {
        try noteSignOut(of: subject, in: database, now: now)
        for table in ["browserSession", "authorizationCode", "passwordChallenge"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE subject = ?", arguments: [subject])
        }
        try database.execute(
            sql: "UPDATE signIn SET revokedAt = ? WHERE subject = ? AND revokedAt IS NULL", arguments: [now, subject])
    }
}
