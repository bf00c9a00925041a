/// The time a client gets that moves slowly: some at the start, and more for each byte it sends or takes.
///
/// A client that drips a byte at a time never meets an idle timeout, so that one is not enough against slow bodies and slow readers
/// (attack 105). Credit is earned by bytes and capped, so a fast client may pause for the idle timeout and no longer.
public struct Pace: Sendable, Equatable {
    /// What is asked of a client.
    public struct Limits: Sendable, Equatable {
        /// Milliseconds a client has before bytes count.
        public var grace: Int64
        /// Bytes per second at least; 0 asks for none.
        public var minimumRate: Int64
        /// Milliseconds without a byte, however fast the client was before.
        public var idle: Int64

        /// Limits; times in milliseconds, the rate in bytes per second.
        public init(grace: Int64, minimumRate: Int64, idle: Int64) {
            self.grace = grace
            self.minimumRate = minimumRate
            self.idle = idle
        }
    }

    /// Loop time in milliseconds at which the credit is used up.
    private var credit: Int64 = 0

    /// A client that owes nothing yet.
    public init() {}

    /// Begins at `now`; the deadline then.
    public mutating func begin(now: Int64, _ limits: Limits) -> Int64 {
        credit = now + (limits.minimumRate > 0 ? limits.grace : limits.idle)
        return deadline(now: now, limits)
    }

    /// `count` bytes went in either direction; the deadline then.
    public mutating func moved(_ count: Int, now: Int64, _ limits: Limits) -> Int64 {
        if limits.minimumRate > 0 {
            // What exceeds the cap is cut off anyway, so counts are cut before they can overflow.
            credit += Int64(min(count, 1 << 40)) * 1000 / limits.minimumRate
        } else if count > 0 {
            credit = now + limits.idle
        }
        return deadline(now: now, limits)
    }

    private mutating func deadline(now: Int64, _ limits: Limits) -> Int64 {
        credit = min(credit, now + max(limits.idle, limits.grace))
        return min(credit, now + limits.idle)
    }
}
