import Accounts
import Foundation
import GRDB

/// A user as the database has it, with what never leaves the store.
struct UserRow {
    var user: User
    var passwordHash: PasswordHash?
    var temporaryPasswordExpiresAt: Int?

    /// The user with the id `subject`.
    static func fetch(_ database: Database, subject: String) throws -> UserRow? {
        try fetch(database, where: "subject = ?", subject)
    }

    /// The user called `username`.
    static func fetch(_ database: Database, username: Username) throws -> UserRow? {
        try fetch(database, where: "usernameKey = ?", username.key)
    }

    private static func fetch(_ database: Database, where condition: String, _ value: String) throws -> UserRow? {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM user WHERE \(condition)", arguments: [value])
        else { return nil }
        let subject: String = row["subject"]
        let groups = try String.fetchAll(
            database,
            sql: """
                SELECT name FROM membership JOIN userGroup ON name = groupName WHERE subject = ?
                ORDER BY precedence IS NULL, precedence, name
                """, arguments: [subject])
        return try UserRow(row, groups: groups)
    }

    private init(_ row: Row, groups: [String]) throws {
        let attributes: String = row["attributes"]
        guard let username = try? Username(row["username"] as String), let status = UserStatus(rawValue: row["status"])
        else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a user has a name or status that cannot be")
        }
        user = User(
            subject: row["subject"], username: username, status: status, isEnabled: row["isEnabled"],
            attributes: try JSONDecoder().decode([String: String].self, from: Data(attributes.utf8)), groups: groups)
        passwordHash = (row["passwordHash"] as String?).flatMap(PasswordHash.init)
        temporaryPasswordExpiresAt = row["temporaryPasswordExpiresAt"]
    }
}
