/// How many events of a kind are taken: a number at once, and so many per second (a token bucket). It knows no clock.
public struct EventBudget: Equatable, Sendable {
    /// Events taken at once.
    public let burst: Int
    /// Events regained per second.
    public let perSecond: Int

    private var available: Int
    private var lastGain: Int64?

    /// A full budget. Both figures are above 0.
    public init(burst: Int, perSecond: Int) {
        self.burst = burst
        self.perSecond = perSecond
        available = burst
    }

    /// Takes one event at `now`, in milliseconds of a clock that never goes back. False once there are too many.
    public mutating func spend(at now: Int64) -> Bool {
        let gained = (now &- (lastGain ?? now)) &* Int64(perSecond) / 1000
        if lastGain == nil {
            lastGain = now
        } else if gained > 0 {
            available = Int(min(Int64(burst), Int64(available) &+ gained))
            lastGain = available == burst ? now : lastGain! &+ gained &* 1000 / Int64(perSecond)
        }
        guard available > 0 else { return false }
        available &-= 1
        return true
    }
}
