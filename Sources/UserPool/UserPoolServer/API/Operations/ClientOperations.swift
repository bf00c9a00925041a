import Accounts
import Foundation
import Identity
import Operations
import UserPoolStore

/// App clients of a pool.
struct ClientOperations: Sendable {
    let pool: Pool

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        switch operation {
        case .createUserPoolClient: try await create(input)
        case .describeUserPoolClient: .document(["UserPoolClient": try await describe(input.text("ClientId"))])
        case .updateUserPoolClient: try await update(input)
        case .deleteUserPoolClient: try await delete(input.text("ClientId"))
        default: try await list(input)
        }
    }

    private func create(_ input: APIInput) async throws -> APIOutput {
        let wantsSecret = input.boolean("GenerateSecret") ?? false
        if wantsSecret, input.has("ClientSecret") {
            throw APIError.invalidParameter("GenerateSecret and ClientSecret cannot be used together.")
        }
        let secret =
            input.optionalText("ClientSecret")
            ?? (wantsSecret ? RandomText.make(52, from: RandomText.lowerCaseAndDigits) : nil)
        let settings = try ClientSettings(
            input, hasSecret: secret != nil, poolID: pool.id, customAttributes: try await customAttributes)
        guard try await pool.store.clients(limit: Self.mostClients).count < Self.mostClients else {
            throw APIError.limitExceeded("A user pool has at most \(Self.mostClients) app clients.")
        }
        let id = RandomText.make(26, from: RandomText.lowerCaseAndDigits)
        try await save(settings, id: id, secret: secret, createdAt: pool.now)
        return .document(["UserPoolClient": try await describe(id)])
    }

    private func update(_ input: APIInput) async throws -> APIOutput {
        let id = input.text("ClientId")
        try refuseConfigured(id)
        guard let client = try await pool.store.client(id) else { throw APIError.clientNotFound(id) }
        let settings = try ClientSettings(
            input, name: client.application.name, hasSecret: client.secret != nil, poolID: pool.id,
            customAttributes: try await customAttributes)
        try await save(settings, id: id, secret: client.secret, createdAt: client.createdAt)
        return .document(["UserPoolClient": try await describe(id)])
    }

    private func delete(_ id: String) async throws -> APIOutput {
        try refuseConfigured(id)
        guard try await pool.store.deleteClient(id, now: pool.now) else { throw APIError.clientNotFound(id) }
        return .empty
    }

    private func list(_ input: APIInput) async throws -> APIOutput {
        let limit = input.integer("MaxResults") ?? 60
        let list = "ListUserPoolClients \(pool.id)"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pool.now)
        var clients = try await pool.store.clients(after: first, limit: limit + 1).map {
            (id: $0.application.id, name: $0.application.name)
        }
        if let configured = pool.configuredClient, configured.id > first ?? "" {
            clients.append((configured.id, configured.name))
            clients.sort { $0.id < $1.id }
        }
        let page = ListPage(clients, limit: limit, list: list, now: pool.now, key: \.id)
        let summaries: [JSONValue] = page.items.map {
            ["ClientId": .string($0.id), "UserPoolId": .string(pool.id), "ClientName": .string($0.name)]
        }
        return .document(
            .members(["UserPoolClients": .array(summaries), "NextToken": page.nextToken.map(JSONValue.string)]))
    }

    private func describe(_ id: String) async throws -> JSONValue {
        if let configured = pool.configuredClient, configured.id == id {
            return ClientSettings(configured: configured).document(
                id: id, secret: pool.clientSecret, poolID: pool.id, createdAt: 0, modifiedAt: 0)
        }
        guard let client = try await pool.store.client(id) else { throw APIError.clientNotFound(id) }
        let settings = try JSONDecoder().decode(ClientSettings.self, from: Data(client.document.utf8))
        return settings.document(
            id: id, secret: client.secret, poolID: pool.id, createdAt: client.createdAt, modifiedAt: client.modifiedAt)
    }

    private func save(_ settings: ClientSettings, id: String, secret: String?, createdAt: Int) async throws {
        try await pool.store.save(
            StoredClient(
                application: settings.application(id: id), secret: secret,
                document: String(decoding: try JSONEncoder().encode(settings), as: UTF8.self), createdAt: createdAt,
                modifiedAt: pool.now))
    }

    private func refuseConfigured(_ id: String) throws {
        guard pool.configuredClient?.id != id else {
            throw APIError.invalidParameter(
                "The app client \(id) stands in the pool's configuration file. Change it there (Client), and restart.")
        }
    }

    private var customAttributes: Set<String> {
        get async throws { Set(try await pool.settings().customAttributeNames) }
    }

    private static let mostClients = 1000
}
