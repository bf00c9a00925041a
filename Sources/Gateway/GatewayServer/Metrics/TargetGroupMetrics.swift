/// What one worker counts of one target group.
final class TargetGroupMetrics: Sendable {
    let requests = Counter()
    /// Requests that got no answer, or no whole one, through the backend's fault.
    let failures = Counter()
    /// Responses that backends made.
    let answers = StatusCounters()
    private let times = InlineArray<11, Counter> { _ in Counter() }
    private let longer = Counter()
    private let milliseconds = Counter()

    /// Milliseconds of the histogram's bounds.
    static let bounds: InlineArray<11, Int64> = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

    /// A response has begun.
    /// - Parameter milliseconds: since the request was sent, as exactly as the loop's time is.
    @inline(__always)
    func answered(_ status: Int, after milliseconds: Int64) {
        answers.add(status)
        self.milliseconds.add(Int(milliseconds))
        for index in Self.bounds.indices where milliseconds <= Self.bounds[index] { return times[index].add() }
        longer.add()
    }

    var totals: Totals {
        Totals(
            requests: requests.value, failures: failures.value, answers: answers.values,
            times: times.indices.map { times[$0].value } + [longer.value], milliseconds: milliseconds.value)
    }

    /// The figures of several workers together.
    struct Totals {
        var requests = 0
        var failures = 0
        var answers: [Int: Int] = [:]
        /// How many took at most as long as each bound, and longer than the one before; last, those that took longer than all.
        var times = [Int](repeating: 0, count: bounds.count + 1)
        var milliseconds = 0

        mutating func add(_ other: Totals) {
            requests += other.requests
            failures += other.failures
            answers.merge(other.answers, uniquingKeysWith: +)
            for index in times.indices { times[index] += other.times[index] }
            milliseconds += other.milliseconds
        }
    }
}
