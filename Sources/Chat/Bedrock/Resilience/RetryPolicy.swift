/// How often and when a failed request is repeated.
struct RetryPolicy: Sendable {
    /// Attempts in all, from 1.
    var attempts = 3
    /// The scale of the first wait after a transient failure.
    var transientBase = Duration.milliseconds(50)
    /// The scale of the first wait after throttling.
    var throttlingBase = Duration.seconds(1)
    /// The longest wait of our own choice.
    var longestWait = Duration.seconds(20)

    /// How long to wait before the next attempt: full jitter over a scale that doubles, but what the provider asks for where it asks, up to
    /// five seconds more than ours.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - random: from 0 to 1.
    func wait(after attempt: Int, throttled: Bool, asked: Duration?, random: Double) -> Duration {
        let scale = (throttled ? throttlingBase : transientBase) * Double(1 << min(attempt - 1, 16))
        let own = min(scale, longestWait) * random
        guard let asked else { return own }
        return min(max(asked, own), own + .seconds(5))
    }
}

/// A budget for repetitions that all requests share: where many fail, few are repeated (the token bucket of the AWS SDKs).
struct RetryBudget: Sendable {
    /// What is left, 0 to 500.
    private(set) var tokens = capacity

    private static let capacity = 500
    static let cost = 5
    static let timeoutCost = 10

    /// Pays for one repetition.
    ///
    /// - Returns: the price, to be given back if it succeeds; nil when there is not enough left.
    mutating func pay(isTimeout: Bool) -> Int? {
        let price = isTimeout ? Self.timeoutCost : Self.cost
        guard tokens >= price else { return nil }
        tokens -= price
        return price
    }

    /// A request succeeded.
    ///
    /// - Parameter paid: what its last repetition cost; nil for a first attempt, which earns 1.
    mutating func succeeded(paid: Int?) {
        tokens = min(tokens + (paid ?? 1), Self.capacity)
    }
}
