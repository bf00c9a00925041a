/// What one worker counts. The worker alone changes the numbers; anybody reads them.
final class WorkerMetrics: Sendable {
    /// By index, as the configuration has them.
    let listeners: [ListenerMetrics]
    let targetGroups: [TargetGroupMetrics]
    private let listenerNames: [String]
    private let targetGroupNames: [String]

    init(_ configuration: GatewayConfiguration) {
        listenerNames = configuration.listeners.map(\.name)
        targetGroupNames = configuration.targetGroups.map(\.name)
        listeners = listenerNames.map { _ in ListenerMetrics() }
        targetGroups = targetGroupNames.map { _ in TargetGroupMetrics() }
    }

    var totals: Totals {
        var totals = Totals()
        for (name, metrics) in zip(listenerNames, listeners) { totals.listeners[name] = metrics.totals }
        for (name, metrics) in zip(targetGroupNames, targetGroups) { totals.targetGroups[name] = metrics.totals }
        return totals
    }

    /// The figures of several workers together, by name.
    struct Totals {
        var listeners: [String: ListenerMetrics.Totals] = [:]
        var targetGroups: [String: TargetGroupMetrics.Totals] = [:]

        mutating func add(_ other: Totals) {
            for (name, totals) in other.listeners { listeners[name, default: .init()].add(totals) }
            for (name, totals) in other.targetGroups { targetGroups[name, default: .init()].add(totals) }
        }

        /// Connections of a worker that has ended have ended, too, however that was.
        func withoutConnections() -> Totals {
            var totals = self
            for name in listeners.keys { totals.listeners[name]?.open = 0 }
            return totals
        }
    }
}
