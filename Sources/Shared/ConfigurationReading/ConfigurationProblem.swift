/// One thing wrong with a configuration file, in words an operator can act on.
///
/// ```
/// Listeners[0].Port: found 99999, wanted an integer from 0 to 65535
/// ```
public struct ConfigurationProblem: Error, Equatable, CustomStringConvertible {
    /// Where: `Listeners[0].Port`; empty when the file as a whole is meant.
    public let keyPath: String
    /// What stands there. Callers never put a secret here.
    public let found: String
    /// What would be right.
    public let wanted: String
    /// The line in the file, from 1; nil when there is none to point to.
    public let line: Int?

    /// Creates a problem.
    public init(keyPath: String, found: String, wanted: String, line: Int? = nil) {
        self.keyPath = keyPath
        self.found = found
        self.wanted = wanted
        self.line = line
    }

    /// `Listeners[0].Port: found 99999, wanted an integer from 0 to 65535`
    public var description: String {
        let place = keyPath.isEmpty ? "" : "\(keyPath): "
        return "\(place)found \(found), wanted \(wanted)"
    }
}

/// Every problem of one configuration file, in the order of its lines.
public struct ConfigurationProblems: Error, Equatable, CustomStringConvertible {
    /// At least one problem.
    public let problems: [ConfigurationProblem]
    /// The file, as the operator named it.
    public let file: String

    /// Creates the list.
    public init(problems: [ConfigurationProblem], file: String) {
        self.problems = problems
        self.file = file
    }

    /// One line a problem, each beginning `FILE:LINE: `, so that editors and terminals make it a link.
    public var description: String {
        problems.map { problem in
            "\(file):\(problem.line.map { "\($0):" } ?? "") \(problem)"
        }.joined(separator: "\n")
    }
}
