import ConfigurationReading
import Routing

/// Reads a rule's `Conditions`, with the load balancer's limits.
///
/// One difference: a host pattern need not contain a dot, because `localhost` is a host here.
enum ConditionReader {
    private enum Field: String, CaseIterable {
        case pathPattern = "path-pattern"
        case hostHeader = "host-header"

        /// Where CloudFormation keeps the values, beside the older plain `Values`.
        var configurationKey: String {
            switch self {
            case .pathPattern: "PathPatternConfig"
            case .hostHeader: "HostHeaderConfig"
            }
        }

        var comparison: WildcardPattern.Comparison {
            switch self {
            case .pathPattern: .path
            case .hostHeader: .caseInsensitive
            }
        }

        var punctuation: String {
            switch self {
            case .pathPattern: "_-.$/~\"'@:+&*?"
            case .hostHeader: "-.*?"
            }
        }
    }

    static let valuesOfCondition = 1...3
    static let valuesOfRuleLimit = 5
    /// The documents disagree (5 or 6); the larger one cannot refuse what works there.
    static let wildcardsOfRuleLimit = 6

    static func read(_ rule: ConfigurationNode) -> [RuleCondition] {
        var seen: [Field?] = []
        var patterns: [WildcardPattern] = []
        var conditions: [RuleCondition] = []
        for node in rule.children("Conditions") {
            guard let field = node.choice("Field", default: nil as Field?) else {
                // Noted as known keys: one message about the field is enough.
                _ = node.strings("Values", default: [])
                for field in Field.allCases { _ = node.child(field.configurationKey)?.strings("Values", default: []) }
                seen.append(nil)
                continue
            }
            if seen.contains(field) {
                node.report(
                    "Field", found: "\(field.rawValue) a second time", wanted: "each kind of condition once a rule")
            }
            seen.append(field)
            let read = readPatterns(node, field)
            patterns += read
            switch field {
            case .pathPattern: conditions.append(.pathPattern(read))
            case .hostHeader: conditions.append(.hostHeader(read))
            }
        }
        check(rule, conditions: seen.count, patterns: patterns)
        return conditions
    }

    private static func check(_ rule: ConfigurationNode, conditions: Int, patterns: [WildcardPattern]) {
        if conditions == 0 {
            rule.report(
                "Conditions", found: "none", wanted: "at least one condition (DefaultActions apply without any)")
        }
        if patterns.count > valuesOfRuleLimit {
            rule.report(
                "Conditions", found: "\(patterns.count) values",
                wanted: "at most \(valuesOfRuleLimit) values in one rule")
        }
        let wildcards = patterns.reduce(0) { $0 + $1.wildcardCount }
        if wildcards > wildcardsOfRuleLimit {
            rule.report(
                "Conditions", found: "\(wildcards) wildcards",
                wanted: "at most \(wildcardsOfRuleLimit) wildcards in one rule")
        }
    }

    private static func readPatterns(_ node: ConfigurationNode, _ field: Field) -> [WildcardPattern] {
        let nested = node.child(field.configurationKey)
        if nested != nil, !node.strings("Values", default: []).isEmpty {
            node.report(
                "Values", found: "values here and in \(field.configurationKey)", wanted: "them in one of the two places"
            )
        }
        let values = nested?.strings("Values") ?? node.strings("Values")
        if !values.isEmpty, !valuesOfCondition.contains(values.count) {
            node.report(
                "Values", found: "\(values.count) values",
                wanted: "at most \(valuesOfCondition.upperBound) in one condition")
        }
        return values.compactMap { value in
            let isWritable = value.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || field.punctuation.unicodeScalars.contains(scalar))
            }
            guard isWritable, let pattern = WildcardPattern(value, comparison: field.comparison) else {
                node.report(
                    "Values", found: value,
                    wanted: "at most \(WildcardPattern.lengthLimit) letters, digits and \(field.punctuation)")
                return nil
            }
            if field == .pathPattern, value.utf8.first != UInt8(ascii: "/"), value.utf8.first != UInt8(ascii: "*") {
                node.report("Values", found: value, wanted: "a path pattern that begins with / or *")
            }
            return pattern
        }
    }
}
