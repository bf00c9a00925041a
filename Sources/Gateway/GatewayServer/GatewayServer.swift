import Audit
import CNGHTTP2
import EventLoop
import Foundation
import Logging
import Operations
import Synchronization
import TLS

/// The running gateway: one worker per core, each with its own listeners.
public final class GatewayServer: Sendable {
    private let generations: Generations
    private let reloader: Reloader
    private let lasting: LastingParts
    private let workers: Int
    /// Ends expired sessions, every second.
    private let expiry: Task<Void, Never>
    /// Looks after the certificates, every minute.
    private let renewal: Task<Void, Never>
    private let log: Logger
    private let admin = Mutex<[AdminServer]>([])
    private let startedAt = Date()
    private let descriptorLimit: Int

    /// The ports the listeners got at the start, in the configuration's order.
    public let ports: [UInt16]

    /// Seconds running exchanges have to end after ``drain()``.
    public static let drainTime = 30

    /// Opens the listeners and starts the workers.
    ///
    /// - Parameter load: reads the configuration again, for ``reload()``; throws every problem with it.
    /// - Throws: a sentence for the operator if a port is taken or a file cannot be used; nothing runs then.
    public init(
        core: GatewayCore, log: Logger, load: @escaping @Sendable () throws -> GatewayConfiguration
    ) throws {
        self.log = log
        lasting = core.lasting
        descriptorLimit = Sockets.raiseDescriptorLimit()
        let listeners = core.configuration.listeners
        workers = core.configuration.workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
        let sockets = try ListenerSockets().covering(listeners, workers: workers)
        ports = try sockets.ports(of: listeners)
        let first = try Generation(
            core: core, sockets: sockets.descriptors(of: listeners), workers: workers, log: log)
        generations = Generations(first)
        core.begin()
        Task { await core.prepare() }
        lasting.sessionStore.onEnd { [generations] record, _ in generations.post(.forget(record.digest)) }
        first.start()
        expiry = Task.detached { [store = core.sessionStore, held = core.heldRequests] in
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                store.endExpired(now: time(nil))
                held.dropExpired(now: time(nil))
            }
        }
        reloader = Reloader(generations, sockets: sockets, workers: workers, load: load, log: log)
        renewal = Task.detached { [reloader] in
            while (try? await Task.sleep(for: .seconds(CertificateWatch.interval))) != nil {
                reloader.lookAtCertificates()
            }
        }
    }

    /// Versions of the libraries the data plane stands on.
    public static var libraryVersions: String {
        "\(TLSContext.libraryVersion), nghttp2 \(String(cString: nghttp2_version(0).pointee.version_str))"
    }

    /// Opens the admin socket, and the port for metrics where there is one.
    ///
    /// - Throws: a sentence for the operator if something else is at its path, or the port is taken.
    public func openAdmin() async throws {
        let configuration = generations.current.core.configuration
        let metrics: @Sendable () -> String = { [self] in metricsText() }
        let responder = AdminResponder(
            core: { [generations] in generations.current.core }, reload: reload(for:), metrics: metrics,
            workers: workers, startedAt: startedAt, log: log)
        let socket = try await AdminServer.start(socket: configuration.adminSocket, responder: responder, log: log)
        admin.withLock { $0.append(socket) }
        if let listener = configuration.metricsListener {
            let port = try await AdminServer.start(
                metrics: listener, responder: MetricsResponder(metrics: metrics), log: log)
            admin.withLock { $0.append(port) }
            log.info("metrics", metadata: ["address": "\(listener.address):\(listener.port)"])
        }
    }

    private func metricsText() -> String {
        lasting.metrics.text(
            GatewayMetrics.Gauges(
                sessions: lasting.sessionStore.count, sessionBytes: lasting.sessionStore.bytes, workers: workers,
                earlierConfigurations: generations.retiredCount,
                process: ProcessFigures(startedAt: startedAt, descriptorLimit: descriptorLimit)))
    }

    /// Reads the configuration again, and what it names, and puts it in force (SIGHUP). The logs say what came of it.
    ///
    /// - Throws: every problem, for the operator; nothing has changed then.
    @discardableResult
    public func reload() async throws -> ReloadOutcome { try await reload(for: Caller(address: "SIGHUP")) }

    private func reload(for caller: Caller) async throws -> ReloadOutcome {
        do {
            let outcome = try await reloader.reload()
            log.notice("reloaded", metadata: ["outcome": "\(outcome.text)", "operator": "\(caller.address)"])
            note("reloaded", by: caller)
            lasting.metrics.reloaded(isDone: true)
            return outcome
        } catch {
            log.error(
                "not reloaded: all stays as it was",
                metadata: ["error": "\(error)", "operator": "\(caller.address)"])
            note("could not reload", by: caller)
            lasting.metrics.reloaded(isDone: false)
            throw error
        }
    }

    private func note(_ what: String, by caller: Caller) {
        lasting.audit.record(
            AuditEvent(.administration, address: caller.address, request: RequestID.make(), reason: what))
    }

    /// Takes no new connections; running exchanges end, at most ``drainTime`` seconds long. Blocks until the workers have ended.
    public func drain() {
        reloader.stop()
        generations.drain(seconds: Self.drainTime)
    }

    /// Writes what waits to be written, and gives tokens back that ended sessions leave; after ``drain()``.
    public func shutDown() async {
        expiry.cancel()
        renewal.cancel()
        for server in admin.withLock({ $0 }) { await server.stop() }
        lasting.audit.flush()
        lasting.accessLog?.flush()
        await lasting.sessionStore.settled()
        await lasting.tokenReturn.finish()
    }
}
