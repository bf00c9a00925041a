/// What one worker counts on one listener.
final class ListenerMetrics: Sendable {
    let connections = Counter()
    let ended = Counter()
    let failedHandshakes = Counter()
    /// Bytes as they come from clients and go to them, TLS included.
    let received = Counter()
    let sent = Counter()
    /// Responses that no backend made.
    let answers = StatusCounters()

    var totals: Totals {
        // In this order no connection has ended that has not begun.
        let ended = ended.value
        let connections = connections.value
        return Totals(
            connections: connections, open: connections - ended,
            failedHandshakes: failedHandshakes.value, received: received.value, sent: sent.value,
            answers: answers.values)
    }

    /// The figures of several workers together.
    struct Totals {
        var connections = 0
        var open = 0
        var failedHandshakes = 0
        var received = 0
        var sent = 0
        var answers: [Int: Int] = [:]

        mutating func add(_ other: Totals) {
            connections += other.connections
            open += other.open
            failedHandshakes += other.failedHandshakes
            received += other.received
            sent += other.sent
            answers.merge(other.answers, uniquingKeysWith: +)
        }
    }
}
