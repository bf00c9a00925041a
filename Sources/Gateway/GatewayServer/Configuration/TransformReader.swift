import ConfigurationReading
import Routing

/// Reads a rule's `Transforms`: at most one of each kind, in front of a backend.
enum TransformReader {
    private enum Kind: String, CaseIterable {
        case host = "host-header-rewrite"
        case url = "url-rewrite"

        var configurationKey: String {
            switch self {
            case .host: "HostHeaderRewriteConfig"
            case .url: "UrlRewriteConfig"
            }
        }
    }

    static func read(_ rule: ConfigurationNode, action: RuleAction) -> RequestTransforms? {
        let nodes = rule.children("Transforms")
        guard !nodes.isEmpty else { return nil }
        var rewrites: [Kind: RewriteRule] = [:]
        var seen: Set<Kind> = []
        for node in nodes {
            guard let kind = node.choice("Type", default: nil as Kind?) else {
                for kind in Kind.allCases { _ = node.child(kind.configurationKey).map { readRewrite($0, kind) } }
                continue
            }
            if !seen.insert(kind).inserted {
                node.report(
                    "Type", found: "\(kind.rawValue) a second time", wanted: "each kind of transform once a rule")
            }
            guard let config = node.child(kind.configurationKey) else {
                node.report(kind.configurationKey, found: "nothing", wanted: "Rewrites with a Regex and a Replace")
                continue
            }
            rewrites[kind] = readRewrite(config, kind)
        }
        if case .forward = action {
        } else {
            rule.report(
                "Transforms", found: "transforms without a backend",
                wanted: "them on a rule that forwards (a redirect makes its own address)")
        }
        return RequestTransforms(host: rewrites[.host], url: rewrites[.url])
    }

    private static func readRewrite(_ node: ConfigurationNode, _ kind: Kind) -> RewriteRule? {
        let nodes = node.children("Rewrites")
        guard nodes.count == 1 else {
            for rewrite in nodes { for key in ["Regex", "Replace"] { _ = rewrite.optionalString(key) } }
            node.report("Rewrites", found: nodes.isEmpty ? "none" : "\(nodes.count)", wanted: "exactly one")
            return nil
        }
        let rewrite = nodes[0]
        let regex = rewrite.string("Regex")
        if !rewrite.has("Replace") {
            rewrite.report("Replace", found: "nothing", wanted: "a replacement (\"\" to cut the match out)")
        }
        let replace = rewrite.optionalString("Replace") ?? ""
        guard !regex.isEmpty,
            let expression = ConditionReader.expression(
                regex, rewrite, "Regex", ignoresCase: kind == .host, limit: RegularExpression.lengthLimit)
        else { return nil }
        do throws(RegularExpressionError) {
            return RewriteRule(
                expression: expression,
                replacement: try ReplacementTemplate(replace, groupCount: expression.groupCount))
        } catch {
            rewrite.report(
                "Replace", found: "\(replace.prefix(80)): \(error)",
                wanted: "visible ASCII with $1 to $\(max(1, expression.groupCount)) for groups and $$ for a dollar sign"
            )
            return nil
        }
    }
}
