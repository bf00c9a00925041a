import Audit
import Sessions
import Synchronization

/// What the gateway counts, over all workers and reloads. No figure is of a user, and no label comes from a request.
final class GatewayMetrics: Sendable {
    /// What came of a session's renewal.
    enum Renewal: String, CaseIterable {
        case renewed, refused, failed
    }

    /// The figures of cold code.
    struct Events {
        /// By the audit log's names, whether or not a line was written.
        var audited: [AuditEvent.Kind: Int] = [:]
        /// Why sign-ins failed, by the load balancer's reasons and the gateway's own.
        var failedSignIns: [String: Int] = [:]
        var ended: [SessionEnd: Int] = [:]
        var renewals: [Renewal: Int] = [:]
        var reloads = 0
        var failedReloads = 0
        var expiries: [CertificateExpiry] = []
    }

    /// When a certificate in use ends.
    struct CertificateExpiry {
        let listener: String
        let file: String
        /// Seconds since 1970.
        let time: Int
    }

    private struct Workers {
        var running: [ObjectIdentifier: WorkerMetrics] = [:]
        var ended = WorkerMetrics.Totals()
    }

    private let workers = Mutex(Workers())
    private let cold = Mutex(Events())

    /// A worker begins to serve.
    func began(_ worker: WorkerMetrics) { workers.withLock { $0.running[ObjectIdentifier(worker)] = worker } }

    /// A worker has ended: its figures stay.
    func ended(_ worker: WorkerMetrics) {
        workers.withLock { workers in
            guard workers.running.removeValue(forKey: ObjectIdentifier(worker)) != nil else { return }
            workers.ended.add(worker.totals.withoutConnections())
        }
    }

    /// All workers' figures together.
    var totals: WorkerMetrics.Totals {
        workers.withLock { workers in
            var totals = workers.ended
            for worker in workers.running.values { totals.add(worker.totals) }
            return totals
        }
    }

    /// The figures of cold code.
    var events: Events { cold.withLock { $0 } }

    /// Something was recorded for the audit log.
    func audited(_ event: AuditEvent) {
        cold.withLock { cold in
            cold.audited[event.kind, default: 0] += 1
            if event.kind == .signInFailed, let reason = event.reason { cold.failedSignIns[reason, default: 0] += 1 }
        }
    }

    /// A session has ended.
    func sessionEnded(_ reason: SessionEnd) { cold.withLock { $0.ended[reason, default: 0] += 1 } }

    /// A session's renewal has ended.
    func renewal(_ outcome: Renewal) { cold.withLock { $0.renewals[outcome, default: 0] += 1 } }

    /// The configuration was read again.
    func reloaded(isDone: Bool) {
        cold.withLock { cold in
            if isDone { cold.reloads += 1 } else { cold.failedReloads += 1 }
        }
    }

    /// These certificates are in use from now on.
    func uses(_ certificates: [CertificateExpiry]) { cold.withLock { $0.expiries = certificates } }
}
