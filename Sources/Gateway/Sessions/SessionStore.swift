import Synchronization

/// The sessions of this host, in memory, bounded.
///
/// One lock around a dictionary: workers keep the records they use and ask here only for ids they have not seen, so the lock is
/// off the hot path. Every record that leaves is marked ended (``SessionRecord/isEnded``) before anybody is told.
public final class SessionStore: Sendable {
    /// Told once about every session that ends, on whatever thread ended it and outside the store's lock. It must not wait.
    public typealias EndObserver = @Sendable (SessionRecord, SessionEnd) -> Void

    private let limit: Int
    private let state = Mutex(State())
    private let observers = Mutex<[EndObserver]>([])

    /// - Parameter limit: the most sessions kept, at least 1; past it, the oldest sign-in is evicted.
    public init(limit: Int = 1_000_000) {
        precondition(limit >= 1, "a session store holds at least one session")
        self.limit = limit
    }

    /// Adds an observer for the rest of the store's life.
    public func onEnd(_ observer: @escaping EndObserver) {
        observers.withLock { $0.append(observer) }
    }

    /// How many sessions are held, those included that have expired but were not looked at yet (less than a minute's worth after a sign-in).
    public var count: Int { state.withLock { $0.records.count } }

    /// Adds a session.
    /// - Parameters:
    ///   - record: under a new id; an id that is taken already is a broken random number generator and stops the program.
    ///   - old: the session the same browser had before. It ends: nobody keeps an id across a sign-in.
    public func insert(_ record: SessionRecord, replacing old: SessionID? = nil) {
        let ended = state.withLock { state in
            var ended = state.removeExpired(now: record.createdAt)
            if let old, let replaced = state.remove(old) { ended.append((replaced, .replaced)) }
            if state.records.count >= limit, let oldest = state.removeOldest() { ended.append((oldest, .evicted)) }
            state.insert(record)
            return ended
        }
        announce(ended)
    }

    /// The session of that id, if it stands.
    /// - Parameter now: seconds since 1970.
    public func session(_ id: SessionID, now: Int) -> SessionRecord? {
        let (live, expired) = state.withLock { state -> (SessionRecord?, SessionRecord?) in
            guard let record = state.records[id] else { return (nil, nil) }
            return record.isLive(at: now) ? (record, nil) : (nil, state.remove(id))
        }
        if let expired { announce([(expired, .expired)]) }
        return live
    }

    /// Ends a session; the id is worthless from here on.
    /// - Returns: the record, for signing out at the provider; nil if there was none.
    @discardableResult
    public func end(_ id: SessionID) -> SessionRecord? {
        guard let record = state.withLock({ $0.remove(id) }) else { return nil }
        announce([(record, .signedOut)])
        return record
    }

    /// Every session that stands, in no order.
    /// - Parameter now: seconds since 1970.
    public func list(now: Int) -> [SessionRecord] {
        state.withLock { Array($0.records.values) }.filter { $0.isLive(at: now) }
    }

    /// Ends everything that has expired, to the second. Call it every second or so, so that streams end with their session.
    /// - Parameter now: seconds since 1970.
    public func endExpired(now: Int) {
        announce(state.withLock { $0.removeExpired(now: now) + $0.removeExpired(inMinuteOf: now) })
    }

    private func announce(_ ended: [(SessionRecord, SessionEnd)]) {
        guard !ended.isEmpty else { return }
        let observers = self.observers.withLock { $0 }
        for (record, reason) in ended where record.end() {
            for observer in observers { observer(record, reason) }
        }
    }
}

extension SessionStore {
    /// Records by id, by the minute of their expiry, and by age.
    private struct State {
        private(set) var records: [SessionID: SessionRecord] = [:]
        private var minutes: [Int: Set<SessionID>] = [:]
        /// Ids from the oldest sign-in on; those of sessions that are gone are skipped, and dropped when they are the majority.
        private var order: [SessionID] = []
        private var oldest = 0
        private var sweptMinute = Int.min

        mutating func insert(_ record: SessionRecord) {
            let previous = records.updateValue(record, forKey: record.id)
            precondition(previous == nil, "two sessions drew the same 256 random bits")
            minutes[record.expiresAt / 60, default: []].insert(record.id)
            if order.count > 2 * records.count + 1024 {
                order = order[oldest...].filter { records[$0] != nil }
                oldest = 0
            }
            order.append(record.id)
        }

        mutating func remove(_ id: SessionID) -> SessionRecord? {
            guard let record = records.removeValue(forKey: id) else { return nil }
            let minute = record.expiresAt / 60
            minutes[minute]?.remove(id)
            if minutes[minute]?.isEmpty == true { minutes[minute] = nil }
            return record
        }

        mutating func removeOldest() -> SessionRecord? {
            while oldest < order.count {
                oldest += 1
                if let record = remove(order[oldest - 1]) { return record }
            }
            return nil
        }

        /// Empties the minutes that are over: there are never more of them than `SessionTimeout` has minutes.
        mutating func removeExpired(now: Int) -> [(SessionRecord, SessionEnd)] {
            let minute = now / 60
            guard minute != sweptMinute else { return [] }
            sweptMinute = minute
            var ended: [(SessionRecord, SessionEnd)] = []
            for past in minutes.keys where past < minute {
                for id in minutes.removeValue(forKey: past) ?? [] {
                    if let record = records.removeValue(forKey: id) { ended.append((record, .expired)) }
                }
            }
            return ended
        }

        /// Looks through the one minute that is partly over.
        mutating func removeExpired(inMinuteOf now: Int) -> [(SessionRecord, SessionEnd)] {
            let expired = minutes[now / 60, default: []].filter { id in records[id].map { $0.expiresAt <= now } ?? true
            }
            return expired.compactMap { id in remove(id).map { ($0, .expired) } }
        }
    }
}
