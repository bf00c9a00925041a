import ConfigurationReading
import Routing

/// Reads a rule's `Conditions`, with the load balancer's limits.
///
/// One difference: a host pattern need not contain a dot, because `localhost` is a host here.
struct ConditionReader {
    enum Field: String, CaseIterable {
        case pathPattern = "path-pattern"
        case hostHeader = "host-header"
        case httpHeader = "http-header"
        case httpRequestMethod = "http-request-method"
        case queryString = "query-string"
        case sourceIP = "source-ip"

        /// Where CloudFormation keeps the values; for the first two also, as in its older form, beside `Field`.
        var configurationKey: String {
            switch self {
            case .pathPattern: "PathPatternConfig"
            case .hostHeader: "HostHeaderConfig"
            case .httpHeader: "HttpHeaderConfig"
            case .httpRequestMethod: "HttpRequestMethodConfig"
            case .queryString: "QueryStringConfig"
            case .sourceIP: "SourceIpConfig"
            }
        }

        /// Whether a rule may have several conditions of this kind.
        var mayRepeat: Bool { self == .httpHeader || self == .queryString }
        var hasPlainValues: Bool { self == .pathPattern || self == .hostHeader }
    }

    static let valuesOfCondition = 1...3
    static let valuesOfRuleLimit = 5
    /// The documents disagree (5 or 6); the larger one cannot refuse what works there.
    static let wildcardsOfRuleLimit = 6

    /// Values and wildcards of the rule so far.
    var values = 0
    var wildcards = 0

    static func read(_ rule: ConfigurationNode) -> [RuleCondition] {
        var reader = ConditionReader()
        return reader.readAll(rule)
    }

    private mutating func readAll(_ rule: ConfigurationNode) -> [RuleCondition] {
        let nodes = rule.children("Conditions")
        var seen: [Field] = []
        var conditions: [RuleCondition] = []
        for node in nodes {
            guard let field = node.choice("Field", default: nil as Field?) else {
                Self.passOver(node)
                continue
            }
            if seen.contains(field), !field.mayRepeat {
                node.report(
                    "Field", found: "\(field.rawValue) a second time",
                    wanted: "each kind of condition but http-header and query-string once a rule")
            }
            seen.append(field)
            if let condition = read(node, field) { conditions.append(condition) }
        }
        check(rule, conditions: nodes.count)
        return conditions
    }

    private func check(_ rule: ConfigurationNode, conditions: Int) {
        if conditions == 0 {
            rule.report(
                "Conditions", found: "none", wanted: "at least one condition (DefaultActions apply without any)")
        }
        if values > Self.valuesOfRuleLimit {
            rule.report(
                "Conditions", found: "\(values) values",
                wanted: "at most \(Self.valuesOfRuleLimit) values in one rule")
        }
        if wildcards > Self.wildcardsOfRuleLimit {
            rule.report(
                "Conditions", found: "\(wildcards) wildcards",
                wanted: "at most \(Self.wildcardsOfRuleLimit) wildcards in one rule")
        }
    }

    private mutating func read(_ node: ConfigurationNode, _ field: Field) -> RuleCondition? {
        let nested = node.child(field.configurationKey)
        if field.hasPlainValues, nested != nil, node.has("Values") || node.has("RegexValues") {
            node.report(
                "Values", found: "values here and in \(field.configurationKey)", wanted: "them in one of the two places"
            )
            _ = node.strings("Values", default: [])
            _ = node.strings("RegexValues", default: [])
        }
        guard let place = nested ?? (field.hasPlainValues ? node : nil) else {
            node.report(field.configurationKey, found: "nothing", wanted: "the condition's Values")
            return nil
        }
        switch field {
        case .pathPattern: return .pathPattern(readPatterns(place, field))
        case .hostHeader: return .hostHeader(readPatterns(place, field))
        case .httpHeader:
            let name = Self.readHeaderName(place)
            let patterns = readPatterns(place, field)
            return name.map { .httpHeader(name: $0, patterns) }
        case .httpRequestMethod: return .httpRequestMethod(readMethods(place))
        case .queryString: return .queryString(readPairs(place))
        case .sourceIP: return .sourceIP(readBlocks(place))
        }
    }

    /// Notes the keys of a condition whose kind cannot be read as known: one message about the kind is enough.
    private static func passOver(_ node: ConfigurationNode) {
        for key in ["Values", "RegexValues"] { _ = node.strings(key, default: []) }
        for field in Field.allCases {
            guard let nested = node.child(field.configurationKey) else { continue }
            _ = nested.optionalString("HttpHeaderName")
            _ = nested.strings("RegexValues", default: [])
            if field == .queryString {
                for pair in nested.children("Values") {
                    _ = pair.optionalString("Key")
                    _ = pair.optionalString("Value")
                }
            } else {
                _ = nested.strings("Values", default: [])
            }
        }
    }
}
