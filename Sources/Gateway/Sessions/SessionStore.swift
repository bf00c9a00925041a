import Synchronization

/// The sessions of this host, in memory, bounded, found by the hash of their id.
///
/// One lock around an index: workers keep the records they use and ask here only for ids they have not seen, so the lock is
/// off the hot path. Every record that leaves is marked ended (``SessionRecord/isEnded``) before anybody is told. Where there is a
/// ``SessionRecorder``, it learns of every change under that lock, in the order in which they happened.
///
/// Past one of the limits the oldest sign-in goes first.
public final class SessionStore: Sendable {
    /// Told once about every session that ends, on whatever thread ended it and outside the store's lock. It must not wait.
    public typealias EndObserver = @Sendable (SessionRecord, SessionEnd) -> Void

    /// The most that is held.
    public struct Limits: Sendable {
        /// Sessions, at least 1.
        public var count: Int
        /// Bytes of memory that they take together.
        public var bytes: Int

        /// The limits of a store that nobody configured.
        public init(count: Int = 1_000_000, bytes: Int = .max) {
            self.count = count
            self.bytes = bytes
        }
    }

    private struct State {
        var index = SessionIndex()
        var sweptMinute = Int.min
        /// Sealed sessions that were ended, and when their cookies open nothing any more.
        var revoked: [SessionDigest: Int] = [:]
        /// Whose sealed sessions were ended, and until when these began.
        var closed: [SealedScope: Int] = [:]
    }

    private let limits: Limits
    /// Whether sessions are sealed, so that this host need not have seen one that is ended.
    let endsUnseen: Bool
    private let recorder: (any SessionRecorder)?
    private let state = Mutex(State())
    private let observers = Mutex<[EndObserver]>([])

    /// An empty store.
    /// - Parameter endsUnseen: whether browsers hold their sessions, sealed, so that some may come that this host has not seen.
    public init(limits: Limits = Limits(), recorder: (any SessionRecorder)? = nil, endsUnseen: Bool = false) {
        precondition(limits.count >= 1, "a session store holds at least one session")
        self.limits = limits
        self.recorder = recorder
        self.endsUnseen = endsUnseen
    }

    /// Adds an observer for the rest of the store's life.
    public func onEnd(_ observer: @escaping EndObserver) {
        observers.withLock { $0.append(observer) }
    }

    /// How many sessions are held, those included that have expired but were not looked at yet (less than a minute's worth after a sign-in).
    public var count: Int { state.withLock { $0.index.count } }

    /// Bytes of memory that the sessions take, as far as the store knows.
    public var bytes: Int { state.withLock { $0.index.bytes } }

    /// Adds a session. Durable only once ``settled()`` has returned.
    /// - Parameters:
    ///   - record: under a new id; an id that is taken already is a broken random number generator and stops the program.
    ///   - old: the session the same browser had before. It ends: nobody keeps an id across a sign-in.
    public func insert(_ record: SessionRecord, replacing old: SessionDigest? = nil) {
        announce(
            state.withLock { state in
                var ended = removePast(now: record.createdAt, &state)
                if let old { end(old, .replaced, &state, &ended) }
                insert(record, &state, &ended)
                if !record.isSealed { recorder?.record(.began(record)) }
                return ended
            })
    }

    /// Takes sessions in that the recorder has kept, oldest first. Nothing is recorded.
    /// - Parameters:
    ///   - revoked: sealed sessions that were ended, and until when that must be known.
    ///   - closed: whose sealed sessions were ended, and until when these began.
    public func restore(
        _ records: [SessionRecord], revoked: [SessionDigest: Int] = [:], closed: [SealedScope: Int] = [:]
    ) {
        announce(
            state.withLock { state in
                state.revoked.merge(revoked) { max($0, $1) }
                state.closed.merge(closed) { max($0, $1) }
                var ended: [(SessionRecord, SessionEnd)] = []
                for record in records { insert(record, &state, &ended) }
                return ended
            })
    }

    /// The session that a browser brought, sealed: the one that is held already, or this one from here on.
    ///
    /// Where both differ, the later tokens count: another gateway may have renewed it.
    /// - Parameter now: seconds since 1970.
    /// - Returns: nil if it was ended, or is over.
    public func adopt(_ brought: SessionRecord, now: Int) -> SessionRecord? {
        precondition(brought.isSealed, "only sealed sessions are brought")
        if let held = session(brought.digest, now: now) {
            let tokens = brought.tokens
            if tokens.grantedAt > held.tokens.grantedAt { update(held.digest, tokens) }
            return held
        }
        guard brought.isLive(at: now) else { return nil }
        let (adopted, ended) = state.withLock { state -> (SessionRecord?, [(SessionRecord, SessionEnd)]) in
            guard state.revoked[brought.digest] == nil, !Self.isClosed(brought, state) else { return (nil, []) }
            // Another worker may have been first.
            if let held = state.index.record(brought.digest) { return (held, []) }
            var ended: [(SessionRecord, SessionEnd)] = []
            insert(brought, &state, &ended)
            return (brought, ended)
        }
        announce(ended)
        return adopted
    }

    /// Sealed sessions that were ended, and until when that must be known.
    public var revoked: [SessionDigest: Int] { state.withLock { $0.revoked } }

    /// Whose sealed sessions were ended, and until when these began, in seconds since 1970.
    public var closed: [SealedScope: Int] { state.withLock { $0.closed } }

    /// The session of that id, if it stands.
    /// - Parameter now: seconds since 1970.
    public func session(_ id: SessionID, now: Int) -> SessionRecord? { session(SessionDigest(of: id), now: now) }

    /// The session of that name, if it stands.
    /// - Parameter now: seconds since 1970.
    public func session(_ digest: SessionDigest, now: Int) -> SessionRecord? {
        let (live, ended) = state.withLock { state -> (SessionRecord?, [(SessionRecord, SessionEnd)]) in
            guard let record = state.index.record(digest) else { return (nil, []) }
            if record.isLive(at: now) { return (record, []) }
            var ended: [(SessionRecord, SessionEnd)] = []
            end(digest, Self.naturalEnd(of: record, now: now), &state, &ended)
            return (nil, ended)
        }
        announce(ended)
        return live
    }

    /// Gives a session the tokens of a refresh. Durable only once ``settled()`` has returned.
    /// - Returns: false if it has ended meanwhile, or the tokens are another user's: nothing is changed then.
    @discardableResult
    public func update(_ digest: SessionDigest, _ tokens: SessionTokens) -> Bool {
        state.withLock { state in
            guard let record = state.index.record(digest), !record.isEnded,
                record.packedTokens.hasSubject(tokens.claims.subject)
            else { return false }
            state.index.grown(by: record.replace(tokens))
            if !record.isSealed { recorder?.record(.changed(record)) }
            return true
        }
    }

    /// Notes that a session was used, for the recorder; see ``SessionRecord/touch(now:)``.
    public func recordSeen(_ record: SessionRecord) {
        state.withLock { state in
            // Not once its end is recorded.
            if !record.isEnded, !record.isSealed { recorder?.record(.seen(record)) }
        }
    }

    /// Ends a session; the id is worthless from here on. Durable only once ``settled()`` has returned.
    /// - Returns: the record, for signing out at the provider; nil if there was none.
    @discardableResult
    public func end(_ id: SessionID, as reason: SessionEnd = .signedOut) -> SessionRecord? {
        end(SessionDigest(of: id), as: reason)
    }

    /// Ends a session by the name that the host knows it by; see ``end(_:as:)-(SessionID,_)``.
    @discardableResult
    public func end(_ digest: SessionDigest, as reason: SessionEnd = .revoked) -> SessionRecord? {
        endAll(as: reason) { $0.record(digest).map { [$0] } ?? [] }.first
    }

    /// Ends everything that has expired, or was idle for too long, to the second. Call it every second or so, so that streams end with their
    /// session.
    /// - Parameter now: seconds since 1970.
    public func endExpired(now: Int) {
        announce(
            state.withLock { state in
                var ended = removePast(now: now, &state)
                removeEnded(inMinute: now / 60, now: now, &state, &ended)
                return ended
            })
    }

    /// Waits until everything that was changed before is durable; at once where nothing is recorded.
    public func settled() async { await recorder?.settled() }

    /// Ends what `choose` picks.
    func endAll(as reason: SessionEnd, _ choose: (SessionIndex) -> [SessionRecord]) -> [SessionRecord] {
        let ended = state.withLock { state in
            var ended: [(SessionRecord, SessionEnd)] = []
            for record in choose(state.index) { end(record.digest, reason, &state, &ended) }
            return ended
        }
        announce(ended)
        return ended.map(\.0)
    }

    /// Reads the index. Not for long: workers wait meanwhile.
    func withIndex<Value>(_ body: (SessionIndex) -> sending Value) -> sending Value {
        state.withLock { body($0.index) }
    }

    func close(_ scope: SealedScope, at now: Int) {
        state.withLock { state in
            state.closed[scope] = now
            recorder?.record(.closed(scope, at: now))
        }
    }

    // MARK: Under the lock

    private static func isClosed(_ record: SessionRecord, _ state: State) -> Bool {
        guard !state.closed.isEmpty else { return false }
        return SealedScope.all(
            of: record.provider, subject: record.subject, providerSession: record.providerSession
        ).contains { state.closed[$0].map { record.createdAt <= $0 } ?? false }
    }

    private func insert(
        _ record: SessionRecord, _ state: inout State, _ ended: inout [(SessionRecord, SessionEnd)]
    ) {
        while state.index.count >= limits.count || state.index.bytes + record.footprint > limits.bytes,
            let oldest = state.index.oldestRecord
        {
            end(oldest.digest, .evicted, &state, &ended)
        }
        let isNew = state.index.insert(record)
        precondition(isNew, "two sessions drew the same 256 random bits")
    }

    private func end(
        _ digest: SessionDigest, _ reason: SessionEnd, _ state: inout State,
        _ ended: inout [(SessionRecord, SessionEnd)]
    ) {
        guard let record = state.index.remove(digest) else { return }
        noteEnd(of: record, reason, &state)
        ended.append((record, reason))
    }

    private func noteEnd(of record: SessionRecord, _ reason: SessionEnd, _ state: inout State) {
        guard record.isSealed else { return recorder?.record(.ended(record.digest)) ?? () }
        // The browser still holds it. What was evicted may come back; so may what is idle here, if it is in use at another gateway; what has
        // expired opens no more.
        if reason == .evicted || reason == .idle || reason == .expired { return }
        state.revoked[record.digest] = record.expiresAt
        recorder?.record(.revoked(record.digest, until: record.expiresAt))
    }

    /// Empties the minutes that are over: there are never more of them than `SessionTimeout` has minutes.
    private func removePast(now: Int, _ state: inout State) -> [(SessionRecord, SessionEnd)] {
        let minute = now / 60
        guard minute != state.sweptMinute else { return [] }
        state.sweptMinute = minute
        if !state.revoked.isEmpty { state.revoked = state.revoked.filter { $0.value > now } }
        if !state.closed.isEmpty { state.closed = state.closed.filter { $0.value + Self.longestSession > now } }
        var ended: [(SessionRecord, SessionEnd)] = []
        for past in state.index.minutes(through: minute - 1) {
            removeEnded(inMinute: past, now: now, &state, &ended)
        }
        return ended
    }

    private func removeEnded(
        inMinute minute: Int, now: Int, _ state: inout State, _ ended: inout [(SessionRecord, SessionEnd)]
    ) {
        for record in state.index.removeEnded(inMinute: minute, now: now) {
            let reason = Self.naturalEnd(of: record, now: now)
            noteEnd(of: record, reason, &state)
            ended.append((record, reason))
        }
    }

    private static func naturalEnd(of record: SessionRecord, now: Int) -> SessionEnd {
        now >= record.expiresAt ? .expired : .idle
    }

    private func announce(_ ended: [(SessionRecord, SessionEnd)]) {
        guard !ended.isEmpty else { return }
        let observers = self.observers.withLock { $0 }
        for (record, reason) in ended where record.end() {
            for observer in observers { observer(record, reason) }
        }
    }
}
