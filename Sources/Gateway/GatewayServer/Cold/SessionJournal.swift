import Foundation
import Logging
import Operations
import Sessions
import Synchronization

/// The journal of sessions on disk: an encrypted file in the state folder that grows, and is written anew when most of it is history.
///
/// Changes are queued by whoever makes them, under the store's lock; one serial queue, in the background, writes what has come together as one
/// frame and syncs it. A disk that fails stops no sign-in: the journal is given up, so that it brings nothing back that was ended meanwhile, and
/// begun anew as soon as the disk lets it.
final class SessionJournal: SessionRecorder {
    /// What callers and the writing queue share.
    private struct Inbox {
        var changes: [SessionChange] = []
        var recorded = 0
        var durable = 0
        var isScheduled = false
        var waiters: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    /// What only the writing queue touches.
    private struct Disk {
        var output: Output?
        /// The file that takes the place of `output`, as far as it is written.
        var renewal: Renewal?
        var hasFailed = false
    }

    /// A file that is being written.
    private struct Output {
        let file: AppendFile
        var writer: SessionJournalWriter
        var length: Int

        /// Writes changes as frames.
        /// - Parameter syncs: after each of them.
        mutating func write(_ changes: [SessionChange], syncs: Bool) throws(OperationsError) {
            var rest = changes[...]
            while !rest.isEmpty {
                let frame = writer.frame(of: &rest, random: RandomText.bytes(12))
                try file.append(frame)
                length += frame.count
                if syncs { try file.sync() }
            }
        }
    }

    private struct Renewal {
        var output: Output
        /// The store's places that were written.
        var position = 0
    }

    private let path: String
    private let keyMaterial: [UInt8]
    /// Bytes the file may have beyond twice what the sessions take.
    private let slack: Int
    private let log: Logger
    private let lock: FileLock
    private let inbox = Mutex(Inbox())
    private let disk = Mutex(Disk())
    private let queue = DispatchQueue(label: "session journal")
    /// Set once, before the first request; the store owns the journal.
    private let store = Mutex<WeakStore>(WeakStore())

    private struct WeakStore {
        weak var store: SessionStore?
    }

    /// Places of the store that are written between two looks at what has come meanwhile.
    static let renewalStep = 512
    /// Seconds until a disk that failed is tried again.
    static let patience = 30

    /// Opens or begins the journal, and gives the sessions in it to a new store.
    ///
    /// - Parameters:
    ///   - endsUnseen: whether browsers hold their sessions, sealed.
    ///   - slack: bytes the file may have beyond twice what the sessions take.
    /// - Throws: a sentence for the operator when the folder cannot be written, or another gateway uses it.
    static func open(
        at path: String, keyMaterial: [UInt8], providers: [SessionProvider], limits: SessionStore.Limits, now: Int,
        endsUnseen: Bool = false, slack: Int = 16 << 20, log: Logger
    ) throws -> SessionStore {
        guard let lock = try FileLock(tryingFor: path + ".lock") else {
            throw OperationsError(
                "Another gateway keeps its sessions in \(path). Stop it, or give this one a state folder of its own (--state)."
            )
        }
        let journal = SessionJournal(path: path, keyMaterial: keyMaterial, slack: slack, lock: lock, log: log)
        let (records, revoked, closed) = try journal.load(providers: providers, now: now)
        let store = SessionStore(limits: limits, recorder: journal, endsUnseen: endsUnseen)
        store.restore(records, revoked: revoked, closed: closed)
        journal.store.withLock { $0.store = store }
        if !records.isEmpty { log.info("sessions go on", metadata: ["count": "\(records.count)"]) }
        return store
    }

    private init(path: String, keyMaterial: [UInt8], slack: Int, lock: FileLock, log: Logger) {
        self.path = path
        self.keyMaterial = keyMaterial
        self.slack = slack
        self.lock = lock
        self.log = log
    }

    // MARK: For the store

    func record(_ change: SessionChange) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.changes.append(change)
            inbox.recorded += 1
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { queue.async { self.writeAll() } }
    }

    func settled() async {
        await withCheckedContinuation { continuation in
            let isDurable = inbox.withLock { inbox in
                if inbox.durable >= inbox.recorded { return true }
                inbox.waiters.append((inbox.recorded, continuation))
                return false
            }
            if isDurable { continuation.resume() }
        }
    }

    // MARK: Opening

    private func load(
        providers: [SessionProvider], now: Int
    ) throws -> (records: [SessionRecord], revoked: [SessionDigest: Int], closed: [SealedScope: Int]) {
        var records: [SessionRecord] = []
        var revoked: [SessionDigest: Int] = [:]
        var closed: [SealedScope: Int] = [:]
        if let file = try AppendFile(existing: path) {
            var reader = SessionJournalReader(keyMaterial: keyMaterial, providers: providers)
            try file.readAll { reader.read($0, isAtEnd: $1) }
            records = reader.records(now: now)
            revoked = reader.revoked(now: now)
            closed = reader.closed(now: now)
            if let writer = reader.writer {
                if reader.state == .torn {
                    log.notice("the last change to the sessions was cut off, and is left out")
                    try file.truncate(to: reader.intactBytes)
                    try file.sync()
                }
                let output = Output(file: file, writer: writer, length: reader.intactBytes)
                disk.withLock { $0.output = output }
                return (records, revoked, closed)
            }
            let aside = path + ".unreadable"
            try AppendFile.move(path, to: aside)
            log.error(
                "the sessions cannot be read: another key, or a damaged file. Users sign in again.",
                metadata: ["file": "\(aside)"])
        }
        var output = try begin()
        try finish(&output)
        disk.withLock { $0.output = output }
        return (records, revoked, closed)
    }

    /// A new file under a name of its own.
    private func begin() throws(OperationsError) -> Output {
        let file = try AppendFile(replacing: path + ".new")
        var beginning: [UInt8] = []
        let writer = SessionJournalWriter(
            keyMaterial: keyMaterial, fileID: RandomText.bytes(16), random: RandomText.bytes(12), beginning: &beginning)
        try file.append(beginning)
        return Output(file: file, writer: writer, length: beginning.count)
    }

    /// Puts a new file into the old one's place.
    private func finish(_ output: inout Output) throws(OperationsError) {
        try output.file.sync()
        try AppendFile.move(output.file.path, to: path)
    }

    // MARK: On the writing queue

    private func writeAll() {
        while true {
            let (changes, ticket) = inbox.withLock { inbox in
                defer { inbox.changes = [] }
                if inbox.changes.isEmpty { inbox.isScheduled = false }
                return (inbox.changes, inbox.recorded)
            }
            if changes.isEmpty { break }
            disk.withLock { write(changes, &$0) }
            let ready = inbox.withLock { inbox in
                inbox.durable = ticket
                let ready = inbox.waiters.filter { $0.ticket <= ticket }
                inbox.waiters.removeAll { $0.ticket <= ticket }
                return ready
            }
            for waiter in ready { waiter.continuation.resume() }
        }
        let begins = disk.withLock { disk in
            guard disk.renewal == nil, let length = disk.output?.length, let held = store.withLock({ $0.store })?.bytes
            else { return false }
            return length > 2 * held + slack
        }
        if begins { renew() }
    }

    private func write(_ changes: [SessionChange], _ disk: inout Disk) {
        do throws(OperationsError) {
            try disk.output?.write(changes, syncs: true)
            try disk.renewal?.output.write(changes, syncs: false)
        } catch {
            fail(error, &disk)
        }
    }

    private func fail(_ error: OperationsError, _ disk: inout Disk) {
        if !disk.hasFailed {
            log.error(
                "sessions cannot be kept: a restart would end them. Tried again every \(Self.patience) seconds.",
                metadata: ["error": "\(error)"])
        }
        disk = Disk(hasFailed: true)
        AppendFile.remove(path)
        AppendFile.remove(path + ".new")
        queue.asyncAfter(deadline: .now() + .seconds(Self.patience)) { self.renew() }
    }

    /// Begins to write the journal anew.
    private func renew() {
        let hasBegun = disk.withLock { disk in
            do throws(OperationsError) {
                disk.renewal = Renewal(output: try begin())
                return true
            } catch {
                fail(error, &disk)
                return false
            }
        }
        if hasBegun { queue.async { self.renewStep() } }
    }

    /// Writes some of the sessions, and lets what has come meanwhile go first before the next ones.
    private func renewStep() {
        guard let store = store.withLock({ $0.store }) else { return }
        let goesOn = disk.withLock { disk in
            guard var renewal = disk.renewal else { return false }
            let (records, next) = store.sessions(from: renewal.position, limit: Self.renewalStep)
            do throws(OperationsError) {
                let changes = records.filter { !$0.isSealed }.map(SessionChange.began)
                try renewal.output.write(changes, syncs: false)
                guard let next else {
                    let revoked = store.revoked.map { SessionChange.revoked($0.key, until: $0.value) }
                    let closed = store.closed.map { SessionChange.closed($0.key, at: $0.value) }
                    try renewal.output.write(revoked + closed, syncs: false)
                    try finish(&renewal.output)
                    if disk.hasFailed { log.notice("sessions are kept again") }
                    disk = Disk(output: renewal.output)
                    return false
                }
                renewal.position = next
                disk.renewal = renewal
                return true
            } catch {
                fail(error, &disk)
                return false
            }
        }
        if goesOn { queue.async { self.renewStep() } }
    }
}
