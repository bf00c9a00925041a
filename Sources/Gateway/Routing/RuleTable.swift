/// The rules of one listener, in the order in which they are tried.
public struct RuleTable: Sendable, Equatable {
    /// By priority, lowest first; the default rule last.
    public let rules: [ListenerRule]

    /// Creates a table.
    ///
    /// - Parameters:
    ///   - rules: Rules with distinct priorities, in any order.
    ///   - defaultRule: What applies when no other rule does. It has no conditions, so a table always has an answer.
    public init(rules: [ListenerRule], defaultRule: ListenerRule) {
        precondition(defaultRule.conditions.isEmpty, "a default rule has no conditions")
        self.rules = rules.sorted { ($0.priority ?? .max) < ($1.priority ?? .max) } + [defaultRule]
    }

    /// The first rule all of whose conditions hold, as an index into ``rules``.
    ///
    /// - Parameters:
    ///   - host: The normalised host (``HostName``), empty if the request has none; borrowed for the call.
    ///   - path: The canonical path (``CanonicalPath``), without the query; borrowed for the call.
    public func match(host: Span<UInt8>, path: Span<UInt8>) -> Int {
        for index in rules.indices.dropLast() where holds(rules[index].conditions, host: host, path: path) {
            return index
        }
        return rules.count - 1
    }

    private func holds(_ conditions: [RuleCondition], host: Span<UInt8>, path: Span<UInt8>) -> Bool {
        for index in conditions.indices where !conditions[index].holds(host: host, path: path) { return false }
        return true
    }
}
