public import HTTP1

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
        precondition(defaultRule.transforms == nil, "a default rule has no transforms")
        self.rules = rules.sorted { ($0.priority ?? .max) < ($1.priority ?? .max) } + [defaultRule]
    }

    /// The first rule all of whose conditions hold, as an index into ``rules``.
    ///
    /// Everything is borrowed for the call. Nothing is allocated, but where a rule with a regular expression is tried.
    ///
    /// - Parameters:
    ///   - head: The request's head: its method and fields.
    ///   - bytes: What the head was parsed from.
    ///   - host: The normalised host (``HostName``).
    ///   - path: The canonical path (``CanonicalPath``), without the query.
    ///   - query: The query as sent, without `?`.
    ///   - peer: The other end of the TCP connection; nil meets no `source-ip`.
    public func match(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>,
        peer: IPAddress?
    ) -> Int {
        for index in rules.indices.dropLast()
        where holds(rules[index].conditions, head, bytes, host: host, path: path, query: query, peer: peer) {
            return index
        }
        return rules.count - 1
    }

    private func holds(
        _ conditions: [RuleCondition], _ head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>,
        path: Span<UInt8>, query: Span<UInt8>, peer: IPAddress?
    ) -> Bool {
        for index in conditions.indices
        where !conditions[index].holds(head, bytes, host: host, path: path, query: query, peer: peer) {
            return false
        }
        return true
    }
}
