/// One condition of a listener rule; it holds when any of its patterns matches.
///
/// Named as the load balancer's `Field`s.
public enum RuleCondition: Sendable, Equatable {
    /// `path-pattern`: against the canonical path, never the query; letter case counts.
    case pathPattern([WildcardPattern])
    /// `host-header`: against the normalised host without its port; letter case does not count.
    case hostHeader([WildcardPattern])

    /// Whether the condition holds for a request.
    ///
    /// - Parameters:
    ///   - host: The normalised host, borrowed for the call.
    ///   - path: The canonical path, borrowed for the call.
    func holds(host: Span<UInt8>, path: Span<UInt8>) -> Bool {
        switch self {
        case .pathPattern(let patterns):
            for index in patterns.indices where patterns[index].matches(path) { return true }
        case .hostHeader(let patterns):
            for index in patterns.indices where patterns[index].matches(host) { return true }
        }
        return false
    }
}
