import EventLoop
import Glibc
import TLS

/// Accepts connections of one listener on one worker.
final class ListenerChannel: Channel {
    private let context: ListenerContext
    private unowned let worker: Worker
    private var moreMayWait = false

    /// Connections taken per wake, so that a flood of them leaves time for those that are open.
    private static let batch = 64
    /// Milliseconds of rest when the process has no descriptor left.
    private static let rest: Int64 = 200

    init(descriptor: Int32, context: ListenerContext, worker: Worker) {
        self.context = context
        self.worker = worker
        super.init(descriptor: descriptor)
    }

    /// The server keeps the socket, for the workers of a later configuration.
    override var isShared: Bool { true }

    override func ready(_ readiness: Readiness) { acceptConnections() }

    override func deadlineReached() { acceptConnections() }

    /// Connections that come from now on get this context's certificate.
    func use(_ tls: TLSContext?) { context.tls = tls }

    private func acceptConnections() {
        do {
            for _ in 0..<Self.batch {
                guard let (descriptor, peer, port) = try Sockets.accept(self.descriptor) else { return }
                open(descriptor, peer: peer, port: port)
            }
            worker.loop.callAgain(self)
        } catch {
            worker.log.error("cannot accept connections", metadata: ["error": "\(error)"])
            worker.loop.setDeadline(worker.loop.now + Self.rest, of: self)
        }
    }

    private func open(_ descriptor: Int32, peer: String, port: UInt16) {
        do {
            let client = try ClientConnection(
                descriptor: descriptor, peer: peer, peerPort: port, listener: context, worker: worker)
            try worker.loop.register(client)
            client.opened()
        } catch {
            worker.log.error("cannot serve a connection", metadata: ["error": "\(error)"])
            Glibc.close(descriptor)
        }
    }
}
