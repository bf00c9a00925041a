/// What is held against attempts to sign in under one name from one source.
///
/// A stranger's attempts count twice: against the name from this source, by Cognito's rule, and against the name from
/// everywhere, by a lenient one that only many sources together reach. A browser known for the name is subject to the
/// first alone, so that the crowd cannot lock out who usually signs in.
public struct NameLockout: Sendable, Equatable {
    /// Failures of this source.
    public private(set) var own: Lockout
    /// Failures of all strangers; nil for a known browser.
    public private(set) var everyone: Lockout?

    /// Failures of all strangers together that cost nothing, for a name.
    public static let freeFailuresOfStrangers = 49

    /// A state as it was stored.
    public init(own: Lockout, everyone: Lockout?) {
        self.own = own
        self.everyone = everyone
    }

    /// Whether an attempt at `now` (Unix time in milliseconds) may go on. Counts nothing.
    public func verdict(at now: Int) -> Lockout.Verdict {
        var copy = self
        return copy.attemptBegan(at: now)
    }

    /// An attempt begins at `now` (Unix time in milliseconds): counts it, unless it is locked out.
    public mutating func attemptBegan(at now: Int) -> Lockout.Verdict {
        var counted = self
        switch (counted.own.attemptBegan(at: now), counted.everyone?.attemptBegan(at: now) ?? .allowed) {
        case (.allowed, .allowed):
            self = counted
            return .allowed
        case (.locked(let one), .locked(let other)):
            return .locked(millisecondsLeft: max(one, other))
        case (.locked(let left), .allowed), (.allowed, .locked(let left)):
            return .locked(millisecondsLeft: left)
        }
    }

    /// The attempt counted last succeeded. What strangers failed at is not forgiven for it.
    public mutating func attemptSucceeded() {
        own.attemptSucceeded()
        everyone?.attemptTakenBack()
    }
}
