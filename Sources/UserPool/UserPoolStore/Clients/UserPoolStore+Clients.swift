public import Accounts
import Foundation
import GRDB

/// A client that was made through the API.
public struct StoredClient: Sendable, Equatable {
    /// What decides how it is treated.
    public var application: AppClient
    /// Its secret; nil for a public client.
    public var secret: String?
    /// What the API gives back of it beside that; JSON, not looked at here.
    public var document: String
    /// Unix seconds.
    public var createdAt: Int
    /// Unix seconds.
    public var modifiedAt: Int

    /// A client with these properties.
    public init(application: AppClient, secret: String?, document: String, createdAt: Int, modifiedAt: Int) {
        self.application = application
        self.secret = secret
        self.document = document
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }
}

extension UserPoolStore {
    /// Keeps a client, in place of what there was of this id.
    public func save(_ client: StoredClient) async throws {
        let settings = String(decoding: try JSONEncoder().encode(client.application), as: UTF8.self)
        let secret = try client.secret.map {
            try secrets.seal(Array($0.utf8), .clientSecret, of: client.application.id)
        }
        try await database.write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO client (id, settings, secret, document, createdAt, modifiedAt)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    client.application.id, settings, secret, client.document, client.createdAt, client.modifiedAt,
                ])
        }
    }

    /// The client with this id.
    ///
    /// - Throws: also when its secret was encrypted under another key.
    public func client(_ id: String) async throws -> StoredClient? {
        try await database.read { [secrets] database in
            try Row.fetchOne(database, sql: "SELECT * FROM client WHERE id = ?", arguments: [id])
                .map { try Self.read($0, secrets) }
        }
    }

    /// Clients by id.
    ///
    /// - Parameters:
    ///   - id: the last one of the page before; nil for the first page.
    ///   - limit: the most.
    public func clients(after id: String? = nil, limit: Int) async throws -> [StoredClient] {
        try await database.read { [secrets] database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM client WHERE id > ? ORDER BY id LIMIT ?", arguments: [id ?? "", limit]
            ).map { try Self.read($0, secrets) }
        }
    }

    /// Deletes a client, with all its users' sign-ins.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: whether there was such a client.
    public func deleteClient(_ id: String, now: Int) async throws -> Bool {
        try await database.write { database in
            try database.execute(sql: "DELETE FROM client WHERE id = ?", arguments: [id])
            guard database.changesCount == 1 else { return false }
            try database.execute(sql: "DELETE FROM authorizationCode WHERE clientID = ?", arguments: [id])
            try database.execute(sql: "DELETE FROM challenge WHERE clientID = ?", arguments: [id])
            try database.execute(
                sql: "UPDATE signIn SET revokedAt = ? WHERE clientID = ? AND revokedAt IS NULL", arguments: [now, id])
            return true
        }
    }

    private static func read(_ row: Row, _ secrets: SecretBox) throws -> StoredClient {
        let settings: String = row["settings"]
        let sealed: Data? = row["secret"]
        let secret = try sealed.map { try secrets.open($0, .clientSecret, of: row["id"]) }
        return StoredClient(
            application: try JSONDecoder().decode(AppClient.self, from: Data(settings.utf8)),
            secret: secret.map { String(decoding: $0, as: UTF8.self) }, document: row["document"],
            createdAt: row["createdAt"], modifiedAt: row["modifiedAt"])
    }
}
