import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Operations

/// The gateway's administration on a Unix socket of its own, for the user the gateway runs as and for root.
///
/// It never listens on a port, so no web page reaches it (attack 121).
struct AdminServer: Sendable {
    private let task: Task<Void, any Error>

    /// Begins to serve; returns once the socket is open.
    ///
    /// - Throws: a sentence for the operator if something else is at the socket's path.
    static func start(socket path: String, responder: AdminResponder, log: Logger) async throws -> AdminServer {
        try UnixSocket.removeStale(path: path)
        let (running, continuation) = AsyncThrowingStream.makeStream(of: Void.self)
        // Hummingbird calls an ordered stop an error; what goes wrong here, whoever asks is told.
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path), serverName: nil),
            onServerRunning: { channel in
                do {
                    try UnixSocket.restrict(path: path)
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
                continuation.finish(throwing: OperationsError("The admin socket \(path) was closed."))
            } catch {
                continuation.finish(throwing: OperationsError("The admin socket \(path) cannot be opened: \(error)"))
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
