import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Operations
import ServiceLifecycle

/// The JSON API on a socket, and on a loopback port, for administrators.
struct APIServer: Sendable {
    let endpoint: APIEndpoint
    let configuration: APIConfiguration
    let state: StateDirectory
    let logger: Logger

    /// Serves until the task is cancelled or graceful shutdown begins.
    ///
    /// - Parameter listening: called once everything listens.
    /// - Throws: an `OperationsError` where another program has the socket or the port.
    func run(listening: @escaping @Sendable () async throws -> Void) async throws {
        let path = configuration.socketPath
        let claim = try UnixSocket.claim(path: path)
        defer { withExtendedLifetime(claim) {} }
        PoolAPIAddress.remove(in: state)
        defer { PoolAPIAddress.remove(in: state) }
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        let applications: [any ApplicationProtocol] =
            [socket { start.yield() }] + (configuration.port.map { [port($0) { start.yield() }] } ?? [])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for application in applications {
                group.addTask {
                    // Whatever ends it, nobody waits for its start any more.
                    defer { start.finish() }
                    try await application.run()
                }
            }
            var left = applications.count
            for await _ in starts {
                left -= 1
                if left == 0 { break }
            }
            if left == 0 { group.addTask { try await listening() } }
            // The first failure ends all; a graceful shutdown ends all by itself.
            for try await _ in group {}
        }
        try UnixSocket.removeStale(path: path)
    }

    var router: Router<PoolContext> {
        let router = Router(context: PoolContext.self)
        router.add(middleware: APIMiddleware())
        endpoint.add(to: router)
        return router
    }

    private func port(_ port: Int, started: @escaping @Sendable () -> Void) -> some ApplicationProtocol {
        Application(
            router: router, server: .http1(),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { [logger, configuration, state] channel in
                guard let port = channel.localAddress?.port else { return }
                let url = "http://127.0.0.1:\(port)"
                do {
                    try PoolAPIAddress(poolAPIURL: url, awsCredentialsFile: configuration.credentialsFile).write(
                        in: state)
                } catch {
                    logger.error("The API's address could not be written", metadata: ["error": "\(error)"])
                }
                logger.notice("API for administrators", metadata: ["address": "\(url)"])
                started()
            },
            logger: logger)
    }

    private func socket(started: @escaping @Sendable () -> Void) -> some ApplicationProtocol {
        let path = configuration.socketPath
        return Application(
            router: router,
            server: .http1(configuration: .init(additionalChannelHandlers: [TrustedPeers(logger: logger)])),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { [logger] _ in
                do {
                    try UnixSocket.restrict(path: path)
                } catch {
                    // The file mode mask of the server keeps others out all the same.
                    logger.error("The admin socket's mode could not be set", metadata: ["error": "\(error)"])
                }
                started()
            },
            logger: logger)
    }

    private static let mostConnections = 256
}

/// One line a request, and JSON for what no route takes.
struct APIMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: PoolContext, next: (Request, PoolContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = .json(#"{"__type":"UnknownOperationException"}"#, status: error.status)
            response.headers[.amzErrorType] = "UnknownOperationException"
        }
        let duration = (ContinuousClock.now - start).components
        context.logger.info(
            "Answered",
            metadata: [
                "method": "\(request.method.rawValue)", "api": "\(request.headers[.amzTarget]?.prefix(100) ?? "none")",
                "status": "\(response.status.code)",
                "ms": "\(duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000)",
            ])
        return response
    }
}
