/// Lets each key do something so many times a minute, the whole minute's worth at once if it likes (GCRA, a leaky bucket that holds
/// one number for each key).
///
/// Memory is bounded: keys lie in two generations, and when the younger is full the older is forgotten. So whoever comes under ever new
/// keys makes the limiter forget, but never grow.
public struct RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Times at which a key's bucket is empty again.
    private var young: [Key: Int] = [:]
    private var old: [Key: Int] = [:]
    /// Microseconds in which one unit leaks out; 0: there is no limit.
    private let interval: Int
    private let generation: Int

    private static var minute: Int { 60_000_000 }

    /// - Parameters:
    ///   - perMinute: 0 is no limit.
    ///   - capacity: keys remembered at most, 2 or more.
    public init(perMinute: Int, capacity: Int) {
        precondition(perMinute >= 0 && capacity >= 2, "a limiter counts at least two keys, and no negative times")
        interval = perMinute == 0 ? 0 : max(1, Self.minute / perMinute)
        generation = capacity / 2
    }

    /// How many keys are remembered.
    public var count: Int { young.count + old.count }

    /// Counts one more use, unless it is one too many.
    /// - Parameter now: microseconds of a clock that is never set back.
    /// - Returns: nil if it may be; else after how many seconds it may be again, 1 to 60.
    public mutating func refusal(of key: Key, now: Int) -> Int? {
        guard interval > 0 else { return nil }
        let emptyAt = max(now, young[key] ?? old[key] ?? now) + interval
        let excess = emptyAt - now - Self.minute
        guard excess <= 0 else { return (excess + 999_999) / 1_000_000 }
        if young[key] == nil, young.count >= generation {
            old = young
            young.removeAll()
        }
        young[key] = emptyAt
        return nil
    }
}
