public import Accounts
import GRDB

extension UserPoolStore {
    /// A group is called so already.
    public struct GroupExists: Error, Equatable {
        /// The name.
        public let name: String
    }

    /// Creates a group.
    ///
    /// - Throws: ``GroupExists``, or a `DatabaseError`.
    public func createGroup(_ group: UserGroup) async throws {
        try await database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO userGroup (name, description, roleARN, precedence, createdAt, modifiedAt)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    group.name, group.description ?? "", group.roleARN, group.precedence, group.createdAt,
                    group.modifiedAt,
                ])
            guard database.changesCount == 1 else { throw GroupExists(name: group.name) }
        }
    }

    /// The group called `name`, to the letter.
    public func group(named name: String) async throws -> UserGroup? {
        try await database.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM userGroup WHERE name = ?", arguments: [name])
                .map(GroupRow.read)
        }
    }

    /// Gives the group of this name these properties but the time it was created.
    ///
    /// - Returns: whether there is such a group.
    public func updateGroup(_ group: UserGroup) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE userGroup SET description = ?, roleARN = ?, precedence = ?, modifiedAt = ? WHERE name = ?
                    """,
                arguments: [
                    group.description ?? "", group.roleARN, group.precedence, group.modifiedAt, group.name,
                ])
            return database.changesCount == 1
        }
    }

    /// Deletes a group; its members stay users.
    ///
    /// - Returns: whether there was such a group.
    public func deleteGroup(named name: String) async throws -> Bool {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM userGroup WHERE name = ?", arguments: [name])
            return database.changesCount == 1
        }
    }

    /// Groups by name.
    ///
    /// - Parameters:
    ///   - name: the last one of the page before; nil for the first page.
    ///   - limit: the most.
    public func groups(after name: String? = nil, limit: Int) async throws -> [UserGroup] {
        try await database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM userGroup WHERE name > ? ORDER BY name LIMIT ?",
                arguments: [name ?? "", limit]
            ).map(GroupRow.read)
        }
    }

    /// The groups of a user, by ascending precedence, then name.
    public func groups(of subject: String) async throws -> [UserGroup] {
        try await database.read { try GroupRow.groups(of: subject, in: $0) }
    }

    /// Puts a user into a group; twice is as once.
    ///
    /// - Returns: whether there are such a user and such a group.
    public func addMember(_ subject: String, to group: String) async throws -> Bool {
        try await database.write { database in
            let both = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM user WHERE subject = ?)
                        AND EXISTS (SELECT 1 FROM userGroup WHERE name = ?)
                    """, arguments: [subject, group])
            guard both == true else { return false }
            try database.execute(
                sql: "INSERT INTO membership (subject, groupName) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [subject, group])
            return true
        }
    }

    /// Takes a user out of a group.
    ///
    /// - Returns: whether the user was in it.
    @discardableResult
    public func removeMember(_ subject: String, from group: String) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM membership WHERE subject = ? AND groupName = ?", arguments: [subject, group])
            return database.changesCount == 1
        }
    }

    /// The members of a group, by name.
    ///
    /// - Parameters:
    ///   - username: the last one of the page before; nil for the first page.
    ///   - limit: the most.
    public func members(of group: String, after username: Username? = nil, limit: Int) async throws -> [User] {
        try await database.read { database in
            try UserRow.fetchAll(
                database,
                where: """
                    subject IN (SELECT subject FROM membership WHERE groupName = ?) AND usernameKey > ?
                    ORDER BY usernameKey LIMIT ?
                    """, [group, username?.key ?? "", limit]
            ).map(\.user)
        }
    }
}
