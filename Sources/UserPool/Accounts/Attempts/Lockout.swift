/// A count of failed password attempts, with Cognito's back-off.
///
/// From the fifth failure in a row on (or a later one, see ``init(freeFailures:)``), attempts are locked out for
/// 2^(n−5) seconds after the n-th, at most 15 minutes. Attempts during a lock are refused, right or wrong, and neither
/// count nor extend it. A success or 15 quiet minutes clear all.
///
/// An attempt is counted as failed when it **begins** and cleared when it succeeds: otherwise many guesses sent at once
/// would all be let in before the first of them had failed.
public struct Lockout: Sendable, Equatable {
    /// Whether an attempt may go on.
    public enum Verdict: Sendable, Equatable {
        /// The password may be looked at.
        case allowed
        /// It may not, for so many milliseconds more (at least 1).
        case locked(millisecondsLeft: Int)
    }

    /// Failures in a row.
    public private(set) var failures: Int
    /// When the last counted attempt was made, Unix time in milliseconds.
    public private(set) var lastAttemptAt: Int

    /// Failures that cost nothing; the next one locks.
    public let freeFailures: Int

    /// Cognito's: the fifth failure locks.
    public static let strict = 4
    /// The longest lock, and the quiet time after which failures are forgotten, in milliseconds.
    public static let longestLock = 15 * 60 * 1000

    /// A count nobody has added to.
    ///
    /// - Parameter freeFailures: how many failures cost nothing.
    public init(freeFailures: Int = Lockout.strict) {
        self.init(failures: 0, lastAttemptAt: 0, freeFailures: freeFailures)
    }

    /// A stored state; negative numbers are taken as 0.
    public init(failures: Int, lastAttemptAt: Int, freeFailures: Int = Lockout.strict) {
        self.failures = max(failures, 0)
        self.lastAttemptAt = max(lastAttemptAt, 0)
        self.freeFailures = freeFailures
    }

    /// Whether an attempt at `now` (Unix time in milliseconds) would go on. Counts nothing.
    public func verdict(at now: Int) -> Verdict {
        var copy = self
        return copy.attemptBegan(at: now)
    }

    /// An attempt begins at `now` (Unix time in milliseconds): counts it, unless the name is locked.
    public mutating func attemptBegan(at now: Int) -> Verdict {
        // A clock that was set back must not keep a name locked until it has caught up: the lock starts anew instead.
        lastAttemptAt = min(lastAttemptAt, now)
        let quiet = now - lastAttemptAt
        if quiet >= Self.longestLock { failures = 0 }
        if quiet < lockLength { return .locked(millisecondsLeft: lockLength - quiet) }
        failures += 1
        lastAttemptAt = now
        return .allowed
    }

    /// The attempt succeeded: nothing is held against anybody any more.
    public mutating func attemptSucceeded() {
        self = Lockout(freeFailures: freeFailures)
    }

    /// The attempt that was counted last turned out to be none: it was right, but failures of others stay counted.
    public mutating func attemptTakenBack() {
        failures = max(failures - 1, 0)
    }

    /// The lock after the last failure, in milliseconds.
    private var lockLength: Int {
        let beyond = failures - freeFailures
        guard beyond > 0 else { return 0 }
        // 2^10 s is already longer than 15 minutes.
        return beyond > 10 ? Self.longestLock : min(1000 << (beyond - 1), Self.longestLock)
    }
}
