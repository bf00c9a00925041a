import Accounts
import Crypto
import Foundation
import Pages
import Tokens
import UserPoolStore

/// The parts every route works with.
struct Pool: Sendable {
    let configuration: UserPoolConfiguration
    let clientSecret: String
    let store: UserPoolStore
    let tokens: TokenIssuer
    let seal: FormSeal
    let knownBrowser: KnownBrowser
    let pages: PoolPages
    let errands: Errands
    /// Encrypts what clients keep for the server while they show a password by SRP.
    let secretBlockKey: SymmetricKey
    /// Unix time in milliseconds.
    let clock: @Sendable () -> Int

    /// Unix time in seconds.
    var now: Int { clock() / 1000 }

    /// The pool's own origin, as browsers name it.
    var origin: String { configuration.endpoint }

    /// A client with its secret, if it has one.
    struct Client: Sendable {
        let application: AppClient
        let secret: String?
    }

    /// The client with this id: the configured one, else one that was made through the API.
    func client(_ id: String) async throws -> Client? {
        let configured = configuration.client.application
        // Pools that were made through the API have no configured one.
        if !id.isEmpty, id == configured.id { return Client(application: configured, secret: clientSecret) }
        guard (1...128).contains(id.utf8.count) else { return nil }
        return try await store.client(id).map { Client(application: $0.application, secret: $0.secret) }
    }

    /// The client that `parameters` name, if it is one: what an authorization request may be for.
    func clients(namedIn parameters: FormParameters, orHinted hint: String? = nil) async throws -> [AppClient] {
        var clients: [AppClient] = []
        for id in Set([parameters.unique("client_id"), hint].compactMap { $0 }) {
            if let client = try await client(id) { clients.append(client.application) }
        }
        return clients
    }

    /// The rules in force for accounts.
    func rules() async throws -> PoolRules {
        try await store.rules() ?? configuration.rules
    }

    /// A way back for somebody who is lost: the application's start page.
    var wayBack: ErrorPage.Action? {
        let application = configuration.client.application
        let start = application.logoutURLs.first ?? application.callbackURLs.first.flatMap { WebOrigin(url: $0)?.text }
        return start.map { ErrorPage.Action(label: "Go to \(configuration.client.name)", href: $0) }
    }

    /// The system's clock.
    static let systemClock: @Sendable () -> Int = { Int(Date().timeIntervalSince1970 * 1000) }
}
