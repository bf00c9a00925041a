import CNGHTTP2
import EventLoop
import Foundation
import Logging
import Operations
import Synchronization
import TLS

/// The running gateway: one worker per core, each with its own listeners.
public final class GatewayServer: Sendable {
    private let mailboxes: [Mailbox<WorkerMessage>]
    private let core: GatewayCore
    private let ended = DispatchGroup()
    /// Ends expired sessions, every second.
    private let expiry: Task<Void, Never>
    private let certificates: CertificateWatch
    /// Looks after the certificates, every minute.
    private let renewal: Task<Void, Never>
    private let log: Logger
    private let admin = Mutex<AdminServer?>(nil)

    /// The ports the listeners got, in the configuration's order.
    public let ports: [UInt16]

    /// Seconds running exchanges have to end after ``drain()``.
    public static let drainTime = 30

    /// Opens the listeners and starts the workers.
    ///
    /// - Throws: a sentence for the operator if a port is taken or a file cannot be used; nothing runs then.
    public init(core: GatewayCore, log: Logger) throws {
        self.core = core
        self.log = log
        Sockets.raiseDescriptorLimit()
        let workerCount = core.configuration.workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
        var descriptors: [[Int32]] = []
        var ports: [UInt16] = []
        for listener in core.configuration.listeners {
            let first = try Self.listen(listener, port: UInt16(listener.port))
            let port = try Sockets.port(of: first)
            ports.append(port)
            descriptors.append([first] + (try (1..<workerCount).map { _ in try Self.listen(listener, port: port) }))
        }
        self.ports = ports
        mailboxes = try (0..<workerCount).map { _ in try Mailbox<WorkerMessage>() }
        let mailboxes = mailboxes
        core.sessionStore.onEnd { record, _ in
            for mailbox in mailboxes { mailbox.post(.forget(record.digest)) }
        }
        expiry = Task.detached { [store = core.sessionStore, held = core.heldRequests] in
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                store.endExpired(now: time(nil))
                held.dropExpired(now: time(nil))
            }
        }
        certificates = CertificateWatch(core: core, workers: mailboxes, log: log)
        renewal = Task.detached { [certificates] in
            while (try? await Task.sleep(for: .seconds(CertificateWatch.interval))) != nil { certificates.look() }
        }
        for bearer in core.bearers { Task { await bearer.prepare(now: time(nil)) } }
        for index in 0..<workerCount {
            try startWorker(index, descriptors: descriptors.map { $0[index] }, log: log)
        }
    }

    /// Versions of the libraries the data plane stands on.
    public static var libraryVersions: String {
        "\(TLSContext.libraryVersion), nghttp2 \(String(cString: nghttp2_version(0).pointee.version_str))"
    }

    /// Opens the admin socket.
    ///
    /// - Throws: a sentence for the operator if something else is at its path.
    public func openAdminSocket() async throws {
        let responder = AdminResponder(core: core, workers: mailboxes.count, startedAt: Date(), log: log)
        let server = try await AdminServer.start(
            socket: core.configuration.adminSocket, responder: responder, log: log)
        admin.withLock { $0 = server }
    }

    /// Reads certificates and keys again, and says in the log what came of it. Connections stay as they are.
    public func readCertificates() { certificates.look(isAsked: true) }

    /// Takes no new connections; running exchanges end, at most ``drainTime`` seconds long. Blocks until the workers have ended.
    public func drain() {
        for mailbox in mailboxes { mailbox.post(.drain) }
        if ended.wait(timeout: .now() + .seconds(Self.drainTime)) == .timedOut {
            for mailbox in mailboxes { mailbox.post(.stop) }
            ended.wait()
        }
    }

    /// Writes what waits to be written, and gives tokens back that ended sessions leave; after ``drain()``.
    public func shutDown() async {
        expiry.cancel()
        renewal.cancel()
        await admin.withLock { $0 }?.stop()
        core.audit.flush()
        core.accessLog?.flush()
        await core.sessionStore.settled()
        await core.directory.tokenReturn.finish()
    }

    private func startWorker(_ index: Int, descriptors: [Int32], log: Logger) throws {
        let worker = try Worker(core: core, mailbox: mailboxes[index], listenerDescriptors: descriptors, log: log)
        // The worker is handed over whole: nothing here touches it afterwards.
        nonisolated(unsafe) let handedOver = worker
        let ended = ended
        ended.enter()
        let thread = Thread {
            handedOver.run()
            ended.leave()
        }
        thread.name = "worker-\(index)"
        thread.start()
    }

    private static func listen(_ listener: GatewayConfiguration.Listener, port: UInt16) throws -> Int32 {
        do {
            return try Sockets.listen(address: listener.address, port: port)
        } catch {
            let place = "\(listener.address):\(port)"
            switch error.code {
            case EADDRINUSE:
                throw OperationsError(
                    "\(place) is in use (listener \(listener.name)). Stop the program that uses it or choose another port."
                )
            case EACCES:
                throw OperationsError(
                    "\(place) needs a right this user lacks (listener \(listener.name)). Choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE."
                )
            default:
                throw OperationsError("listener \(listener.name) cannot listen on \(place): \(error)")
            }
        }
    }
}
