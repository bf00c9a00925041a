import Audit
import Foundation
import Logging
import Operations
import Synchronization

/// Writes the audit log, `logs/audit.jsonl`: whoever has something to record hands it over and goes on; a queue of its own writes, what has come
/// together within a tenth of a second at once: a line by itself costs 0.2 ms of CPU time, most of it the sync.
///
/// A file that is full is set aside (``AuditFiles``), and the chain goes on in a new one. What strangers cause is bounded: ``strangersBurst`` lines at once and one more a second; beyond that a line says how many are left out.
final class AuditLog: Sendable {
    private let pending = Mutex(PendingEvents())
    private let writer: Mutex<AuditWriter>
    private let queue = DispatchQueue(label: "audit")
    private let log: Logger
    private let observer: @Sendable (AuditEvent) -> Void

    /// Lines that strangers may cause at once.
    static let strangersBurst = 120
    /// Milliseconds an event waits for others.
    static let patience = 100
    /// Events that wait at most; the disk does not keep up if there are more.
    static let longestQueue = 20_000

    /// Opens the log, goes on with its chain, and writes the first line.
    ///
    /// - Parameters:
    ///   - fileLimit: bytes from which on a file is set aside.
    ///   - observer: told of every event, also of those that are left out.
    /// - Throws: a sentence for the operator.
    init(
        path: String, fileLimit: Int = .max, log: Logger, observer: @escaping @Sendable (AuditEvent) -> Void = { _ in }
    ) throws(OperationsError) {
        self.log = log
        self.observer = observer
        var writer = AuditWriter(file: try JournalFile(path: path), fileLimit: fileLimit)
        _ = try writer.write([(AuditEvent(.resumed, reason: "the gateway starts"), Self.timestamp)])
        self.writer = Mutex(writer)
    }

    /// Records an event. Never waits.
    func record(_ event: AuditEvent) {
        observer(event)
        let time = Self.timestamp
        let isDue = pending.withLock { $0.add(event, time: time) }
        if isDue { queue.asyncAfter(deadline: .now() + .milliseconds(Self.patience)) { self.writePending() } }
    }

    /// Writes what waits, and returns when it is on disk.
    func flush() {
        queue.sync {
            pending.withLock { $0.noteOmitted(time: Self.timestamp) }
            writePending()
        }
    }

    private func writePending() {
        let events = pending.withLock { $0.takeAll() }
        guard !events.isEmpty else { return }
        do throws(OperationsError) {
            let problem = try writer.withLock { writer throws(OperationsError) in try writer.write(events) }
            if let problem { log.warning("a full audit log cannot be set aside", metadata: ["error": "\(problem)"]) }
        } catch {
            log.critical("the audit log cannot be written", metadata: ["error": "\(error)", "lost": "\(events.count)"])
        }
    }

    /// Now, as RFC 3339 in UTC.
    private static var timestamp: String {
        Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
    }
}

/// Events that wait to be written.
private struct PendingEvents {
    private var events: [(event: AuditEvent, time: String)] = []
    private var isScheduled = false
    private var omitted = 0
    /// How many lines strangers may still cause; a new one every second.
    private var allowance = Double(AuditLog.strangersBurst)
    private var lastLook = ContinuousClock.now

    /// Adds an event, or counts it where there is no room. True if somebody has to be sent to write.
    mutating func add(_ event: AuditEvent, time: String) -> Bool {
        guard takes(event) else {
            omitted += 1
            return false
        }
        noteOmitted(time: time)
        events.append((event, time))
        defer { isScheduled = true }
        return !isScheduled
    }

    /// Adds the line that says how many events are left out, if some are.
    mutating func noteOmitted(time: String) {
        guard omitted > 0 else { return }
        events.append((AuditEvent(.omitted, reason: "\(omitted) events are left out: too many at once"), time))
        omitted = 0
    }

    mutating func takeAll() -> [(event: AuditEvent, time: String)] {
        isScheduled = false
        defer { events = [] }
        return events
    }

    private mutating func takes(_ event: AuditEvent) -> Bool {
        guard events.count < AuditLog.longestQueue else { return false }
        guard event.isAnonymous else { return true }
        let now = ContinuousClock.now
        allowance = min(Double(AuditLog.strangersBurst), allowance + (now - lastLook) / .seconds(1))
        lastLook = now
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }
}
