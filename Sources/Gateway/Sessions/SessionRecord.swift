import Identity
import Synchronization

/// Everything the host knows about one signed-in browser.
///
/// One object for the session's whole life, shared by all workers. What a refresh or the clock changes lies behind atomics that a worker
/// reads without waiting; the tokens lie behind a lock that is taken only when they are signed, sent or replaced.
public final class SessionRecord: Sendable {
    /// The hash of what the browser holds.
    public let digest: SessionDigest

    /// Who vouched for it.
    public let provider: SessionProvider

    /// The sign-in, in seconds since 1970.
    public let createdAt: Int

    /// The end that no activity puts off, in seconds since 1970.
    public let expiresAt: Int

    /// Seconds without a request after which the session ends; 0: never.
    public let idleTimeout: Int

    /// Whether the browser holds all of it, sealed, and the host only a copy: then it is written down nowhere else.
    public let isSealed: Bool

    private let ended = Atomic(false)
    private let versionCounter = Atomic(0)
    private let seen: Atomic<Int>
    private let seenSaved: Atomic<Int>
    private let refreshDue: Atomic<Int>
    private let packed: Mutex<SessionTokens.Packed>

    /// - Parameters:
    ///   - timeout: seconds from `createdAt` until the session ends, 1 to 604,800 (the load balancer's `SessionTimeout`).
    ///   - idleTimeout: seconds without a request until it ends; 0: it does not.
    ///   - isSealed: whether its browser will hold all of it.
    public convenience init(
        id: SessionID, provider: SessionProvider, tokens: SessionTokens, createdAt: Int, timeout: Int,
        idleTimeout: Int = 0, isSealed: Bool = false
    ) {
        self.init(
            digest: SessionDigest(of: id), provider: provider, packed: .init(tokens), createdAt: createdAt,
            expiresAt: createdAt + timeout, idleTimeout: idleTimeout, seenAt: createdAt, isSealed: isSealed)
    }

    init(
        digest: SessionDigest, provider: SessionProvider, packed: SessionTokens.Packed, createdAt: Int, expiresAt: Int,
        idleTimeout: Int, seenAt: Int, isSealed: Bool = false
    ) {
        self.digest = digest
        self.provider = provider
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.idleTimeout = idleTimeout
        self.isSealed = isSealed
        seen = Atomic(seenAt)
        seenSaved = Atomic(seenAt)
        refreshDue = Atomic(packed.tokens.refreshAt)
        self.packed = Mutex(packed)
    }

    /// The provider's issuer.
    public var issuer: String { provider.issuer }

    /// The client id at that provider.
    public var client: String { provider.client }

    /// The user's `sub` at the provider.
    public var subject: String { packed.withLock { $0 }.subject }

    /// The provider's name for its own session, `sid`, if it gave one.
    public var providerSession: String? { packed.withLock { $0 }.providerSession }

    /// The tokens and claims of now.
    public var tokens: SessionTokens { packed.withLock { $0 }.tokens }

    /// Counts the refreshes: whoever keeps something made of ``tokens`` makes it anew when this has changed.
    public var version: Int { versionCounter.load(ordering: .acquiring) }

    // MARK: Its life

    /// Whether the session has been signed out, has been seen to be expired, or was evicted.
    ///
    /// Lets a worker keep the record it found and check it with one load per request.
    public var isEnded: Bool { ended.load(ordering: .acquiring) }

    /// The last request, in seconds since 1970; kept only where there is an ``idleTimeout``.
    public var seenAt: Int { seen.load(ordering: .relaxed) }

    /// Whether the session still stands at `now` (seconds since 1970).
    public func isLive(at now: Int) -> Bool {
        now < expiresAt && !isEnded && (idleTimeout == 0 || now - seenAt < idleTimeout)
    }

    /// Notes a request, or bytes of a WebSocket. Writes at most once a second.
    /// - Returns: whether the journal should be told; true for one caller, every eighth of the idle timeout.
    public func touch(now: Int) -> Bool {
        guard idleTimeout > 0, seenAt < now else { return false }
        seen.store(now, ordering: .relaxed)
        let saved = seenSaved.load(ordering: .relaxed)
        guard now - saved >= seenInterval else { return false }
        return seenSaved.compareExchange(expected: saved, desired: now, ordering: .relaxed).exchanged
    }

    /// Seconds between two notes of activity, in the journal or a sealed cookie.
    public var seenInterval: Int { max(1, idleTimeout / 8) }

    /// When to look whether it has ended.
    var nextCheck: Int { idleTimeout == 0 ? expiresAt : min(expiresAt, seenAt + idleTimeout) }

    /// Marks the end. True for the one call that did it.
    func end() -> Bool { !ended.exchange(true, ordering: .acquiringAndReleasing) }

    // MARK: Its renewal

    /// Whether new tokens should be asked for by now: one load and a comparison.
    public func isRefreshDue(at now: Int) -> Bool { now >= refreshDue.load(ordering: .relaxed) }

    /// Takes the renewal on. True for one caller; the next try is due after `interval` seconds unless ``replace(_:)`` comes first.
    public func claimRefresh(now: Int, interval: Int) -> Bool {
        let due = refreshDue.load(ordering: .relaxed)
        guard now >= due else { return false }
        return refreshDue.compareExchange(expected: due, desired: now + interval, ordering: .relaxed).exchanged
    }

    /// Has the next renewal due then.
    public func scheduleRefresh(at time: Int) { refreshDue.store(time, ordering: .relaxed) }

    /// Puts new tokens in the place of the old ones. The store does that, so that the journal has them.
    /// - Returns: by how many bytes the record has grown.
    func replace(_ tokens: SessionTokens) -> Int {
        let growth = packed.withLock { packed in
            var tokens = tokens
            tokens.providerSession = packed.providerSession
            let new = SessionTokens.Packed(tokens)
            defer { packed = new }
            return new.bytes.count - packed.bytes.count
        }
        versionCounter.add(1, ordering: .releasing)
        refreshDue.store(tokens.refreshAt, ordering: .relaxed)
        return growth
    }

    // MARK: For the store and the journal

    /// Whether this is that user's, byte by byte.
    func belongs(to subject: String, issuer: String) -> Bool {
        provider.issuer.utf8.elementsEqual(issuer.utf8) && packed.withLock { $0 }.hasSubject(subject)
    }

    /// The tokens as one block.
    var packedTokens: SessionTokens.Packed { packed.withLock { $0 } }

    /// Bytes of memory, as far as they are known here: the block of tokens, and what a record and its places in the index take.
    var footprint: Int { packedTokens.bytes.count + Self.overhead }

    /// Measured by the benchmark in `Tests/Benchmarks/Sessions`.
    static let overhead = 312
}
