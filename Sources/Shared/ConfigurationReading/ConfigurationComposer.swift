import Yams

/// Turns YAML text into ``ConfigurationValue``, collecting every problem on the way.
///
/// Anchors and aliases are refused: a configuration file does not need them, and nine lines of them can stand for
/// gigabytes. Keys that occur twice, NUL characters and keys that are no plain text are refused too.
struct ConfigurationComposer {
    let environment: [String: String]
    private(set) var problems: [ConfigurationProblem] = []
    private var mappings = 0

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// Returns the root mapping, an empty one when the text holds nothing but comments.
    mutating func compose(_ yaml: String) -> ConfigurationValue {
        let empty = ConfigurationValue(content: .mapping([], id: 0), line: nil)
        mappings = 1
        do {
            let parser = try Parser(yaml: yaml, encoding: .utf8)
            // Yams' nodes hold their anchors weakly; the parser has to outlive the walk for them to be seen.
            return try withExtendedLifetime(parser) {
                guard let node = try parser.singleRoot() else { return empty }
                let root = value(of: node, keyPath: "", depth: 0)
                if case .mapping = root.content { return root }
                if root.isNull { return empty }
                report("", found: root.shown, wanted: "a mapping of keys to values", line: root.line)
                return empty
            }
        } catch {
            problems.append(Self.problem(for: error))
            return empty
        }
    }

    private mutating func value(of node: Node, keyPath: String, depth: Int) -> ConfigurationValue {
        let line = node.mark?.line
        let nothing = ConfigurationValue(content: .scalar("", isPlain: true), line: line)
        if let anchor = node.anchor {
            report(
                keyPath, found: "the YAML anchor &\(anchor.rawValue)", wanted: "the value written out where it is used",
                line: line)
            return nothing
        }
        guard depth < Self.deepestNesting else {
            report(
                keyPath, found: "values nested deeper than \(Self.deepestNesting)", wanted: "a flatter file", line: line
            )
            return nothing
        }
        switch node {
        case .scalar(let scalar):
            let text = substituted(scalar.string, keyPath: keyPath, line: line)
            return ConfigurationValue(content: .scalar(text, isPlain: scalar.style == .plain), line: line)
        case .sequence(let sequence):
            let elements = sequence.enumerated().map { index, element in
                value(of: element, keyPath: "\(keyPath)[\(index)]", depth: depth + 1)
            }
            return ConfigurationValue(content: .sequence(elements), line: line)
        case .mapping(let mapping):
            return ConfigurationValue(content: content(of: mapping, keyPath: keyPath, depth: depth), line: line)
        case .alias(let alias):
            report(
                keyPath, found: "the YAML alias *\(alias.anchor.rawValue)", wanted: "the value written out", line: line)
            return nothing
        }
    }

    private mutating func content(
        of mapping: Node.Mapping, keyPath: String, depth: Int
    ) -> ConfigurationValue.Content {
        let id = mappings
        mappings += 1
        var entries: [ConfigurationValue.Entry] = []
        for (key, element) in mapping {
            guard let name = key.scalar?.string, key.anchor == nil else {
                report(keyPath, found: "a key that is no plain text", wanted: "a name", line: key.mark?.line)
                continue
            }
            let path = keyPath.isEmpty ? name : "\(keyPath).\(name)"
            entries.append(
                ConfigurationValue.Entry(
                    key: name, line: key.mark?.line, value: value(of: element, keyPath: path, depth: depth + 1)))
        }
        return .mapping(entries, id: id)
    }

    private mutating func substituted(_ text: String, keyPath: String, line: Int?) -> String {
        if text.utf8.contains(0) {
            report(keyPath, found: "a NUL character", wanted: "text without one", line: line)
            return ""
        }
        do throws(VariableSubstitution.Failure) {
            return try VariableSubstitution.substitute(text, environment: environment)
        } catch {
            switch error {
            case .missing(let name):
                report(
                    keyPath, found: "${\(name)}, which is not set",
                    wanted: "the environment variable \(name), or a default: ${\(name):-value}", line: line)
            case .malformed:
                // Not repeated: it may be a piece of a password that has these characters in it.
                report(
                    keyPath, found: "a ${ that names no variable",
                    wanted: "${NAME} or ${NAME:-default}, or $${ for the characters themselves", line: line)
            }
            return ""
        }
    }

    private mutating func report(_ keyPath: String, found: String, wanted: String, line: Int?) {
        problems.append(ConfigurationProblem(keyPath: keyPath, found: found, wanted: wanted, line: line))
    }

    private static func problem(for error: any Error) -> ConfigurationProblem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let setting = context.map { "\($0.text.trimmingSpaces) from line \($0.mark.line): " } ?? ""
            return ConfigurationProblem(
                keyPath: "", found: "\(setting)\(problem)", wanted: "valid YAML", line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().joined(separator: ", ")
            return ConfigurationProblem(
                keyPath: "", found: "\(names) twice in one mapping", wanted: "every key once", line: context.mark.line)
        case .reader(let problem, _, _, _):
            return ConfigurationProblem(keyPath: "", found: problem, wanted: "valid YAML in UTF-8")
        default:
            return ConfigurationProblem(keyPath: "", found: "\(error)", wanted: "valid YAML")
        }
    }

    /// The YAML parser has its own, higher bound; this one keeps messages and the walk small.
    private static let deepestNesting = 64
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
