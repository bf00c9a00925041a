import Accounts
import Foundation
import Operations
import Tokens
import UserPoolStore

/// All pools of this server: the one in the configuration file, and those made through the API, each in a database of its own.
actor PoolDirectory {
    /// The pool in the configuration file.
    nonisolated let main: Pool
    private nonisolated let state: StateDirectory
    private var others: [String: Pool] = [:]
    /// Changes follow one another.
    private var lastChange: Task<Void, Never>?

    /// The directory around `main`, with the pools that were made before.
    ///
    /// - Throws: when a database cannot be opened.
    init(main: Pool, state: StateDirectory) async throws {
        self.main = main
        self.state = state
        try await main.takeOverConfiguration()
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder(state))) ?? []
        for file in files.sorted() where file.hasSuffix(".sqlite") {
            let id = String(file.dropLast(".sqlite".count))
            others[id] = try await Self.open(id, beside: main, state)
        }
    }

    /// Unix seconds.
    nonisolated var now: Int { main.now }

    /// All pools by id.
    func all() -> [Pool] {
        ([main] + others.values).sorted { $0.id < $1.id }
    }

    /// The pool with this id.
    func pool(_ id: String) -> Pool? {
        id == main.id ? main : others[id]
    }

    /// The pool whose client this is.
    func pool(ofClient id: String) async throws -> Pool? {
        for pool in [main] + others.values where try await pool.client(id) != nil { return pool }
        return nil
    }

    /// The pool with this domain.
    func pool(ofDomain name: String) async throws -> Pool? {
        for pool in all() where try await pool.settings().domain?.name == name { return pool }
        return nil
    }

    /// What the API says of a pool.
    nonisolated func settings(of pool: Pool) async throws -> PoolSettings { try await pool.settings() }

    /// Changes what the API says of a pool, and what its accounts obey.
    @discardableResult
    func change(
        _ pool: Pool, _ body: @escaping @Sendable (inout PoolSettings) throws(APIError) -> Void
    ) async throws -> PoolSettings {
        try await inTurn {
            var settings = try await pool.settings()
            let before = settings.rules
            try body(&settings)
            try await pool.save(settings)
            if settings.rules != before { try await pool.store.setRules(settings.rules, now: pool.now) }
            return settings
        }
    }

    /// Makes a pool.
    ///
    /// - Throws: ``APIError`` where there are too many, or a database error.
    func create(_ settings: PoolSettings) async throws -> Pool {
        try await inTurn { [self] in
            guard await others.count < Self.mostPools else {
                throw APIError.limitExceeded(
                    "There are at most \(Self.mostPools) user pools beside the configured one.")
            }
            let region = main.id.split(separator: "_").first ?? "local"
            let id = "\(region)_\(RandomText.make(9, from: RandomText.lettersAndDigits))"
            let pool = try await Self.open(id, beside: main, state)
            try await pool.save(settings)
            try await pool.store.setRules(settings.rules, now: pool.now)
            await add(pool)
            return pool
        }
    }

    /// Whether a pool may be deleted: the one in the configuration file may not.
    nonisolated func isRemovable(_ pool: Pool) -> Bool { pool.id != main.id }

    /// Deletes a pool with its users, clients and keys.
    func delete(_ pool: Pool) async throws {
        precondition(isRemovable(pool), "the configured pool is not deleted")
        try await inTurn { [self] in
            await remove(pool.id)
            try pool.store.close()
            let file = "\(Self.folder(state))/\(pool.id).sqlite"
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
            try? FileManager.default.removeItem(atPath: state.resolve("secrets/userpool/\(pool.id)"))
        }
    }

    /// Closes all databases.
    func close() {
        closeSiblings()
        try? main.store.close()
    }

    /// Closes the databases but the configured pool's.
    func closeSiblings() {
        for pool in others.values { try? pool.store.close() }
        others = [:]
    }

    private func add(_ pool: Pool) { others[pool.id] = pool }
    private func remove(_ id: String) { others[id] = nil }

    private func inTurn<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let previous = lastChange
        let task = Task {
            await previous?.value
            return try await work()
        }
        lastChange = Task { _ = await task.result }
        return try await task.value
    }

    private static func folder(_ state: StateDirectory) -> String { state.resolve("data/pools") }

    /// Opens a pool's database and reads its keys; makes what is missing.
    private static func open(_ id: String, beside main: Pool, _ state: StateDirectory) async throws -> Pool {
        let configuration = main.configuration(ofSibling: id, database: "\(folder(state))/\(id).sqlite")
        // Keys and schema take their time, which must not be that of the threads all requests share.
        let (store, idKey, accessKey) = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(
                    with: Result {
                        try FileManager.default.createDirectory(
                            atPath: folder(state), withIntermediateDirectories: true,
                            attributes: [.posixPermissions: 0o700])
                        return (
                            try Pool.store(configuration, state, beside: main.store),
                            try Pool.signingKey("\(id)/id-token-key", state),
                            try Pool.signingKey("\(id)/access-token-key", state)
                        )
                    })
            }
        }
        return Pool(
            configuration: configuration, clientSecret: RandomText.make(52, from: RandomText.lowerCaseAndDigits),
            store: store,
            tokens: try await TokenIssuer(issuer: configuration.issuer, idTokenKey: idKey, accessTokenKey: accessKey),
            seal: main.seal, knownBrowser: main.knownBrowser, pages: main.pages, errands: main.errands,
            secretBlockKey: main.secretBlockKey, clock: main.clock)
    }

    private static let mostPools = 100
}
