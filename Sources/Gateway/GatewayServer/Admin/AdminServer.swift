import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Operations

/// What operators and their programs ask the gateway.
struct AdminServer: Sendable {
    private let task: Task<Void, any Error>

    /// Connections at once: their descriptors are the listeners', too.
    private static let connectionLimit = 64

    /// The administration, on a Unix socket of its own, for the user the gateway runs as and for root. It never listens on a port, so no web
    /// page reaches it (attack 121).
    ///
    /// - Throws: a sentence for the operator if something else is at the socket's path.
    static func start(socket path: String, responder: AdminResponder, log: Logger) async throws -> AdminServer {
        try UnixSocket.removeStale(path: path)
        return try await start(
            at: .unixDomainSocket(path: path), named: "admin socket \(path)", responder: responder, log: log
        ) { try UnixSocket.restrict(path: path) }
    }

    /// Metrics and health, on a port: what there is to read only.
    ///
    /// - Throws: a sentence for the operator if the port is taken.
    static func start(
        metrics listener: GatewayConfiguration.MetricsListener, responder: MetricsResponder, log: Logger
    ) async throws -> AdminServer {
        try await start(
            at: .hostname(listener.address, port: listener.port),
            named: "port \(listener.address):\(listener.port) for metrics (Admin.MetricsPort)", responder: responder,
            log: log)
    }

    /// Begins to serve; returns once it listens.
    private static func start<Responder: HTTPResponder>(
        at address: BindAddress, named name: String, responder: Responder, log: Logger,
        whenOpen restrict: @escaping @Sendable () throws -> Void = {}
    ) async throws -> AdminServer where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let (running, continuation) = AsyncThrowingStream.makeStream(of: Void.self)
        // Hummingbird calls an ordered stop an error; what goes wrong here, whoever asks is told.
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: address, serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit)),
            onServerRunning: { channel in
                do {
                    try restrict()
                    continuation.yield()
                } catch {
                    // Better none than one that is open to everybody.
                    channel.close(promise: nil)
                    continuation.finish(throwing: error)
                }
            }, logger: quiet)
        let task = Task {
            do {
                try await application.run()
                continuation.finish(throwing: OperationsError("The \(name) was closed."))
            } catch {
                continuation.finish(throwing: OperationsError("The \(name) cannot be opened: \(error)"))
                throw error
            }
        }
        for try await _ in running { break }
        return AdminServer(task: task)
    }

    /// Ends it.
    func stop() async {
        task.cancel()
        _ = await task.result
    }
}

/// A request on the admin socket: all it knows is its connection.
struct AdminContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    /// Who is at the other end.
    var peer: UnixSocket.Peer {
        get async throws {
            let channel = channel
            return try await channel.eventLoop.submit {
                let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) {
                    try UnixSocket.peer(of: $0)
                }
                guard let peer else { throw OperationsError("The admin connection is no socket.") }
                return peer
            }.get()
        }
    }
}
