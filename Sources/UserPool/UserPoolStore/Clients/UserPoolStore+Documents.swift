public import Accounts
import Foundation
import GRDB

extension UserPoolStore {
    /// The text kept under `name`, such as what the API is to give back of the pool.
    public func document(_ name: String) async throws -> String? {
        try await database.read {
            try String.fetchOne($0, sql: "SELECT content FROM document WHERE name = ?", arguments: [name])
        }
    }

    /// Keeps a text under `name`; nil removes it.
    ///
    /// - Parameter now: Unix seconds.
    public func setDocument(_ name: String, _ content: String?, now: Int) async throws {
        try await database.write { database in
            guard let content else {
                return try database.execute(sql: "DELETE FROM document WHERE name = ?", arguments: [name])
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO document (name, content, modifiedAt) VALUES (?, ?, ?)",
                arguments: [name, content, now])
        }
    }

    /// The rules that were set by the API; nil where those of the configuration stand.
    public func rules() async throws -> PoolRules? {
        guard let text = try await document(Self.rulesName) else { return nil }
        return try JSONDecoder().decode(PoolRules.self, from: Data(text.utf8))
    }

    /// Sets the rules, from now on in place of the configuration's; aliases of users there are follow them.
    ///
    /// - Parameter now: Unix seconds.
    public func setRules(_ rules: PoolRules, now: Int) async throws {
        try await setDocument(
            Self.rulesName, String(decoding: try JSONEncoder().encode(rules), as: UTF8.self), now: now)
        try await setAliases(rules.aliases)
    }

    private static let rulesName = "rules"
}
