import Accounts
import Foundation
import Identity
import UserPoolStore

/// What the API says of a pool, kept in its database.
extension Pool {
    /// The pool's id.
    var id: String { configuration.poolID }

    /// The client in the configuration file; nil for pools made through the API.
    var configuredClient: AppClient? {
        let client = configuration.client.application
        return client.id.isEmpty ? nil : client
    }

    /// What a pool that was made through the API has in place of a configuration file: this pool's, without its client, its
    /// administrator and its rules.
    func configuration(ofSibling id: String, database: String) -> UserPoolConfiguration {
        var sibling = configuration
        sibling.poolID = id
        sibling.databasePath = database
        sibling.administrator = nil
        sibling.client.application = AppClient(id: "", callbackURLs: [], logoutURLs: [], scopes: [])
        sibling.client.backchannelLogoutURI = nil
        return sibling
    }

    /// What CreateUserPool and the operations after it have said; of the configured pool, what its file says.
    func settings() async throws -> PoolSettings {
        guard let text = try await store.document(Self.settingsName) else {
            return PoolSettings(name: configuration.poolName, rules: try await rules(), now: now)
        }
        return try JSONDecoder().decode(PoolSettings.self, from: Data(text.utf8))
    }

    /// What a user has still to say of himself.
    func missingAttributes(of user: User) async throws -> [AttributeField] {
        try await settings().missing(in: user.attributes).map { AttributeField(name: $0) }
    }

    /// Keeps the settings.
    func save(_ settings: PoolSettings) async throws {
        try await store.setDocument(
            Self.settingsName, String(decoding: try JSONEncoder().encode(settings), as: UTF8.self), now: now)
    }

    /// Lets the configuration file win where it was changed after the API was: the last word counts, whoever has it.
    func takeOverConfiguration() async throws {
        let required = configuration.requiredAttributes
        let current = Configured(
            name: configuration.poolName, rules: configuration.rules,
            requiredAttributes: required.isEmpty ? nil : required)
        let known = try await store.document(Configured.documentName).flatMap {
            try? JSONDecoder().decode(Configured.self, from: Data($0.utf8))
        }
        guard known != current else { return }
        var settings = try await settings()
        settings.members["PoolName"] = .string(current.name)
        settings.apply(current.rules)
        settings.require(required)
        try await save(settings)
        try await store.setRules(current.rules, now: now)
        try await store.setDocument(
            Configured.documentName, String(decoding: try JSONEncoder().encode(current), as: UTF8.self), now: now)
    }

    /// What the configuration file said when it was last taken over.
    private struct Configured: Codable, Equatable {
        let name: String
        let rules: PoolRules
        /// nil: none, as in what was kept before there were any.
        let requiredAttributes: [String]?

        static let documentName = "configured"
    }

    private static let settingsName = "settings"
}

extension PoolSettings {
    /// `custom:department`, in the order they were added.
    var customAttributeNames: [String] { customAttributes.compactMap { $0.object?["Name"]?.string } }
}
