import Accounts
import GRDB

/// A group as the database has it.
enum GroupRow {
    /// The groups of a user, by ascending precedence, then name.
    static func groups(of subject: String, in database: Database) throws -> [UserGroup] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT userGroup.* FROM membership JOIN userGroup ON name = groupName WHERE subject = ?
                ORDER BY precedence IS NULL, precedence, name
                """, arguments: [subject]
        ).map(read)
    }

    /// The group in `row`.
    static func read(_ row: Row) -> UserGroup {
        let description: String = row["description"]
        return UserGroup(
            name: row["name"], description: description.isEmpty ? nil : description, roleARN: row["roleARN"],
            precedence: row["precedence"], createdAt: row["createdAt"], modifiedAt: row["modifiedAt"])
    }
}
