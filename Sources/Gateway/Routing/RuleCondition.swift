import HTTP1
import Wire

/// One condition of a listener rule; it holds when any of its values matches.
///
/// Named as the load balancer's `Field`s.
public enum RuleCondition: Sendable, Equatable {
    /// `path-pattern`: against the canonical path, never the query; letter case counts.
    case pathPattern(TextPatterns)
    /// `host-header`: against the normalised host without its port; letter case does not count.
    case hostHeader(TextPatterns)
    /// `http-header`: against every field of that name, one after the other.
    case httpHeader(name: HeaderFieldName, TextPatterns)
    /// `http-request-method`: exactly, letter case counts.
    case httpRequestMethod([RequestMethod])
    /// `query-string`: against every pair of the query.
    case queryString([QueryPattern])
    /// `source-ip`: against the peer of the TCP connection, never against what a header says.
    case sourceIP([AddressRange])

    /// Whether the condition holds for a request; the parameters are those of ``RuleTable/match(_:_:host:path:query:peer:)``.
    func holds(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>,
        peer: IPAddress?
    ) -> Bool {
        switch self {
        case .pathPattern(let patterns): return patterns.matchPath(path)
        case .hostHeader(let patterns): return patterns.match(host)
        case .httpHeader(let name, let patterns):
            for field in head.fields where name.matches(field, in: bytes) {
                if patterns.match(bytes.extracting(field.value.lowerBound..<field.value.upperBound)) { return true }
            }
        case .httpRequestMethod(let methods):
            let sent = bytes.extracting(head.methodName.lowerBound..<head.methodName.upperBound)
            for index in methods.indices where methods[index].matches(sent) { return true }
        case .queryString(let patterns):
            for index in patterns.indices where patterns[index].matches(query) { return true }
        case .sourceIP(let ranges):
            for index in ranges.indices where peer.map(ranges[index].contains) ?? false { return true }
        }
        return false
    }
}
