import Accounts
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
public import Operations
public import ServiceLifecycle
import Tokens
import UserPoolStore

/// The user pool's server on its Unix socket.
public struct UserPoolServer: Service {
    private let pool: Pool
    private let pools: PoolDirectory
    private let access: AdministratorAccess
    private let state: StateDirectory
    private let logger: Logger

    /// Prepares everything the server needs: keys, database, the first administrator.
    ///
    /// - Parameters:
    ///   - configuration: what it is told.
    ///   - state: where keys are kept, below `secrets/userpool/`.
    /// - Throws: an `OperationsError` that says what to do, or a database error.
    public init(configuration: UserPoolConfiguration, state: StateDirectory) async throws {
        logger = Logger(label: "userpool")
        self.state = state
        let api = configuration.api
        access = AdministratorAccess(
            keys: try AWSCredentialsFile.ensure(api.credentialsFile, region: api.region, in: state).profiles.values,
            region: api.region)
        pool = try await Pool.make(configuration, state: state, logger: logger)
        pools = try await PoolDirectory(main: pool, state: state)
    }

    /// Serves until the task is cancelled or graceful shutdown begins, then lets running requests end.
    public func run() async throws {
        let path = pool.configuration.socketPath
        DescriptorLimit.raise()
        let claim = try UnixSocket.claim(path: path)
        defer { withExtendedLifetime(claim) {} }
        let application = Application(
            router: try Self.router(pool, pools: pools),
            server: .http1(configuration: .init(additionalChannelHandlers: [TrustedPeers(logger: logger)])),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: MaximumAvailableConnections(pool.configuration.limits.connections)),
            services: [
                Housekeeping(pools: pools, logger: logger),
                ErrandService(errands: pool.errands),
            ] + (try notifiers()),
            onServerRunning: { [logger] _ in
                do {
                    try UnixSocket.restrict(path: path)
                } catch {
                    // The mask below has already kept everybody else out; only the mode is not the promised one.
                    logger.error("The socket's mode could not be set", metadata: ["error": "\(error)"])
                }
            },
            logger: logger)
        do {
            // Closed to others from the start: between listening and chmod anybody could have connected.
            try await withRestrictedFileMode { try await administration.run { try await application.run() } }
        } catch {
            await pools.close()
            throw error
        }
        try UnixSocket.removeStale(path: path)
        await pools.close()
    }

    /// The API for administrators. It listens before the pool does, so that who sees the one can use the other.
    private var administration: APIServer {
        APIServer(
            endpoint: Self.endpoint(pools, .administrators(access)), configuration: pool.configuration.api,
            state: state,
            logger: logger)
    }

    static func endpoint(_ pools: PoolDirectory, _ access: APIEndpoint.Access) -> APIEndpoint {
        APIEndpoint(
            service: CognitoService(pools: pools), access: access,
            requestSeconds: pools.main.configuration.limits.requestSeconds, now: { pools.now })
    }

    /// Where the application wants to be told of sign-outs, what tells it.
    private func notifiers() throws -> [any Service] {
        let configuration = pool.configuration.client
        guard let address = configuration.backchannelLogoutURI else { return [] }
        // The local authority's file is made by whoever starts first; the system's roots will do where there is none.
        let roots = configuration.trustedRootsFile.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        let client = try LogoutClient(address: address, trustedRoots: roots)
        return [
            LogoutNotifier(
                store: pool.store, tokens: pool.tokens, send: { await client.send($0) }, clock: pool.clock,
                logger: logger)
        ]
    }

    static func router(_ pool: Pool, pools: PoolDirectory) throws -> Router<PoolContext> {
        let router = Router(context: PoolContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Outcomes(pages: pool.pages, wayBack: pool.wayBack))
        // Before the limit, or a script could not read why it was turned away.
        router.add(middleware: CrossOrigin())
        router.add(middleware: RequestLimit(perAddress: pool.configuration.limits.requestsPerAddress))
        try MetadataRoutes(pool: pool).add(to: router)
        AuthorizeRoutes(pool: pool).add(to: router)
        SignInRoutes(pool: pool).add(to: router)
        SecondFactorRoutes(pool: pool).add(to: router)
        RecoveryRoutes(pool: pool).add(to: router)
        TokenRoutes(pool: pool).add(to: router)
        UserInfoRoutes(pool: pool).add(to: router)
        LogoutRoutes(pool: pool).add(to: router)
        PageRoutes(pool: pool).add(to: router)
        endpoint(pools, .everybody).add(to: router)
        SiblingMetadataRoutes(pools: pools).add(to: router)
        return router
    }

    /// Runs `work` with a file mode mask of 077, so that sockets and database files are this user's only from the start.
    private func withRestrictedFileMode(_ work: () async throws -> Void) async throws {
        let previous = umask(0o077)
        defer { umask(previous) }
        try await work()
    }
}
