public import Accounts
import GRDB

extension UserPoolStore {
    /// Another user signs in with this value already.
    public struct AliasExists: Error, Equatable {
        /// Which attribute it is.
        public let attribute: AliasAttribute
    }

    /// Says what users may sign in with beside their names.
    ///
    /// Where two users have the same verified value, who was created first keeps it.
    public func setAliases(_ kinds: Set<AliasAttribute>) async throws {
        let text = kinds.map(\.rawValue).sorted().joined(separator: " ")
        try await database.write { database in
            guard try Self.aliasKinds(in: database) != kinds else { return }
            try database.execute(
                sql: "INSERT OR REPLACE INTO document (name, content, modifiedAt) VALUES ('aliases', ?, 0)",
                arguments: [text])
            try database.execute(sql: "DELETE FROM alias")
            for row in try UserRow.fetchAll(database, where: "TRUE ORDER BY createdAt, subject", []) {
                for kind in kinds {
                    guard let key = kind.key(in: row.user.attributes) else { continue }
                    try database.execute(
                        sql: "INSERT INTO alias (kind, key, subject) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        arguments: [kind.rawValue, key, row.user.subject])
                }
            }
        }
    }

    /// Gives a user the aliases that `attributes` make.
    ///
    /// - Parameter forcing: whether they are taken from whoever has them.
    /// - Throws: ``AliasExists``.
    static func setAliases(
        of subject: String, _ attributes: [String: String], forcing: Bool, in database: Database
    ) throws {
        try database.execute(sql: "DELETE FROM alias WHERE subject = ?", arguments: [subject])
        for kind in try aliasKinds(in: database).sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let key = kind.key(in: attributes) else { continue }
            if forcing {
                try database.execute(
                    sql: "DELETE FROM alias WHERE kind = ? AND key = ?", arguments: [kind.rawValue, key])
            }
            try database.execute(
                sql: "INSERT INTO alias (kind, key, subject) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [kind.rawValue, key, subject])
            guard database.changesCount == 1 else { throw AliasExists(attribute: kind) }
        }
    }

    /// Whether somebody signs in with `key` that is not their name.
    static func isAlias(_ key: String, in database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM alias WHERE key = ?)", arguments: [key]) ?? false
    }

    private static func aliasKinds(in database: Database) throws -> Set<AliasAttribute> {
        let text = try String.fetchOne(database, sql: "SELECT content FROM document WHERE name = 'aliases'") ?? ""
        return Set(text.split(separator: " ").compactMap { AliasAttribute(rawValue: String($0)) })
    }
}
