import Foundation

/// Reads one YAML configuration file and collects everything that is wrong with it.
///
/// ```swift
/// let reader = try ConfigurationReader(contentsOf: "config/gateway.yaml", environment: ProcessInfo.processInfo.environment)
/// let workers = reader.root.int("Workers", in: 1...256, default: 1)
/// let listeners = reader.root.children("Listeners").map { $0.int("Port", in: 0...65535) }
/// try reader.finish()   // throws all problems at once, unknown keys among them
/// ```
///
/// Reading never stops at a problem: a getter reports it and answers with a harmless value, and ``finish()`` throws.
/// A result is therefore only to be used once `finish()` has returned.
///
/// Not Sendable: one thread reads a file from beginning to end.
public final class ConfigurationReader {
    /// The largest file read, in bytes.
    public static let sizeLimit = 1 << 20

    /// The file, as the operator named it.
    public let file: String

    private let document: ConfigurationValue
    private var problems: [ConfigurationProblem] = []
    /// Which keys were asked for, by the mapping's id. A mapping that nobody looked into has no entry.
    private var askedKeys: [Int: Set<String>] = [:]

    /// Reads YAML text.
    ///
    /// - Parameters:
    ///   - yaml: The text, at most ``sizeLimit`` bytes.
    ///   - file: Its name for messages.
    ///   - environment: Where `${NAME}` comes from.
    /// - Throws: All problems found, when the text is no YAML, too large, uses anchors or aliases, repeats a key, or names
    ///   a variable that is neither set nor has a default. What the YAML *means* is checked by the getters.
    public init(yaml: String, file: String, environment: [String: String]) throws(ConfigurationProblems) {
        self.file = file
        guard yaml.utf8.count <= Self.sizeLimit else {
            throw ConfigurationProblems(problems: [Self.tooLarge(yaml.utf8.count)], file: file)
        }
        var composer = ConfigurationComposer(environment: environment)
        document = composer.compose(yaml)
        guard composer.problems.isEmpty else {
            throw ConfigurationProblems(problems: Self.sorted(composer.problems), file: file)
        }
    }

    /// Reads a file.
    ///
    /// - Throws: As ``init(yaml:file:environment:)``, and when the file cannot be read or is not UTF-8.
    public convenience init(
        contentsOf file: String, environment: [String: String]
    ) throws(ConfigurationProblems) {
        try self.init(yaml: Self.text(of: file), file: file, environment: environment)
    }

    /// The cursor at the top of the document.
    public var root: ConfigurationNode {
        ConfigurationNode(reader: self, value: document, keyPath: "")
    }

    /// Ends the reading.
    ///
    /// - Throws: Every problem reported so far, and every key that no getter asked for, with the nearest known key.
    public func finish() throws(ConfigurationProblems) {
        let all = problems + unknownKeys(in: document, keyPath: "")
        guard all.isEmpty else { throw ConfigurationProblems(problems: Self.sorted(all), file: file) }
    }
}

extension ConfigurationReader {
    func report(_ problem: ConfigurationProblem) {
        problems.append(problem)
    }

    /// Notes that a getter looked into mapping `id`, for `key` if one is named.
    func noteAsked(_ key: String?, inMapping id: Int) {
        askedKeys[id, default: []].formUnion(key.map { [$0] } ?? [])
    }

    private func unknownKeys(in value: ConfigurationValue, keyPath: String) -> [ConfigurationProblem] {
        switch value.content {
        case .scalar:
            return []
        case .sequence(let elements):
            return elements.enumerated().flatMap { unknownKeys(in: $1, keyPath: "\(keyPath)[\($0)]") }
        case .mapping(let entries, let id):
            guard let known = askedKeys[id] else { return [] }
            return entries.flatMap { entry in
                let path = keyPath.isEmpty ? entry.key : "\(keyPath).\(entry.key)"
                guard !known.contains(entry.key) else { return unknownKeys(in: entry.value, keyPath: path) }
                return [
                    ConfigurationProblem(
                        keyPath: path, found: "an unknown key", wanted: Self.suggestion(for: entry.key, among: known),
                        line: entry.line)
                ]
            }
        }
    }

    private static func suggestion(for key: String, among known: Set<String>) -> String {
        if let nearest = NearestName.find(key, among: known) { return "\(nearest) (did you mean that?)" }
        if known.isEmpty { return "no keys here" }
        return "one of " + known.sorted().joined(separator: ", ")
    }

    private static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        problems.enumerated().sorted { one, other in
            (one.element.line ?? 0, one.offset) < (other.element.line ?? 0, other.offset)
        }.map(\.element)
    }

    private static func text(of file: String) throws(ConfigurationProblems) -> String {
        func refuse(_ found: String, _ wanted: String) -> ConfigurationProblems {
            ConfigurationProblems(
                problems: [ConfigurationProblem(keyPath: "", found: found, wanted: wanted)], file: file)
        }
        let bytes: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: sizeLimit + 1) ?? Data()
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            throw refuse("no such file", "a readable configuration file")
        } catch {
            throw refuse("a file that cannot be read", "a readable configuration file (check its path and its rights)")
        }
        guard bytes.count <= sizeLimit else {
            throw ConfigurationProblems(problems: [tooLarge(bytes.count)], file: file)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refuse("bytes that are not UTF-8", "a text file in UTF-8")
        }
        return text
    }

    private static func tooLarge(_ size: Int) -> ConfigurationProblem {
        ConfigurationProblem(keyPath: "", found: "more than \(sizeLimit) bytes", wanted: "at most 1 MiB of YAML")
    }
}
