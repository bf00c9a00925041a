/// How many attempts to sign in a source may make, whatever the names: a burst, then one each few seconds.
///
/// Attempts that succeed, or were never looked at, are given back, so only failures wear a source out. The table is
/// bounded: where it is full, the sources that have used least of their burst are forgotten.
public struct SourceThrottle: Sendable {
    private let burst: Int
    private let interval: Int
    private let capacity: Int
    /// When a source's burst will be whole again, Unix time in milliseconds.
    private var wholeAt: [AttemptSource: Int] = [:]

    /// A throttle.
    ///
    /// - Parameters:
    ///   - burst: attempts that may be made at once, from 1.
    ///   - millisecondsPerAttempt: after how long one more may be made.
    ///   - capacity: how many sources are remembered.
    public init(burst: Int, millisecondsPerAttempt: Int, capacity: Int = 10_000) {
        precondition(burst > 0 && millisecondsPerAttempt > 0 && capacity > 0, "a throttle lets something through")
        self.burst = burst
        interval = millisecondsPerAttempt
        self.capacity = capacity
    }

    /// The sources remembered now.
    public var count: Int { wholeAt.count }

    /// An attempt is made at `now` (Unix time in milliseconds).
    ///
    /// - Returns: nil if it may go on and has been counted; else the milliseconds to wait, at least 1.
    public mutating func attemptBegan(by source: AttemptSource, at now: Int) -> Int? {
        // A clock that was set back must not shut anybody out until it has caught up.
        let whole = min(max(wholeAt[source] ?? now, now), now + burst * interval)
        let wait = whole - now - (burst - 1) * interval
        guard wait <= 0 else { return wait }
        if wholeAt[source] == nil, wholeAt.count >= capacity { makeRoom(at: now) }
        wholeAt[source] = whole + interval
        return nil
    }

    /// An attempt that was counted was right, or was never looked at.
    public mutating func attemptTakenBack(by source: AttemptSource) {
        guard let whole = wholeAt[source] else { return }
        wholeAt[source] = whole - interval
    }

    private mutating func makeRoom(at now: Int) {
        wholeAt = wholeAt.filter { $0.value > now }
        guard wholeAt.count >= capacity else { return }
        // Half of them, so that a full table is not searched again for each newcomer.
        let sorted = wholeAt.values.sorted()
        let median = sorted[sorted.count / 2]
        wholeAt = wholeAt.filter { $0.value > median }
        if wholeAt.count >= capacity { wholeAt = [:] }
    }
}
