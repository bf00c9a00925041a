/// A cursor on one mapping of a configuration file.
///
/// Getters report what is wrong to the reader and then answer with the default, or with a harmless value where there is
/// none; see ``ConfigurationReader``. A key that is written but left empty (`Port:`), `~` and `null` count as not written.
public struct ConfigurationNode {
    let reader: ConfigurationReader
    let value: ConfigurationValue

    /// Where this mapping stands: `Listeners[0].DefaultActions[1]`; empty at the top.
    public let keyPath: String

    init(reader: ConfigurationReader, value: ConfigurationValue, keyPath: String) {
        self.reader = reader
        self.value = value
        self.keyPath = keyPath
        if case .mapping(_, let id) = value.content { reader.noteAsked(nil, inMapping: id) }
    }

    /// A text. Without a default it must be there and not be empty; the answer is then `""`.
    public func string(_ key: String, default fallback: String? = nil) -> String {
        guard let (text, _) = scalar(key, wanted: "a text", isRequired: fallback == nil) else { return fallback ?? "" }
        if text.isEmpty, fallback == nil { report(key, found: "an empty text", wanted: "a text") }
        return text
    }

    /// A text that may be left out.
    public func optionalString(_ key: String) -> String? {
        scalar(key, wanted: "a text", isRequired: false)?.text
    }

    /// A whole number in decimal digits, in `range`. Without a default it must be there; the answer is then the lower bound.
    public func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
        let wanted = "an integer from \(range.lowerBound) to \(range.upperBound)"
        let answer = fallback ?? range.lowerBound
        guard let (text, shown) = scalar(key, wanted: wanted, isRequired: fallback == nil) else { return answer }
        guard let number = Self.decimal(text), range.contains(number) else {
            report(key, found: shown, wanted: wanted)
            return answer
        }
        return number
    }

    /// `true` or `false`, nothing else.
    public func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let (text, shown) = scalar(key, wanted: "true or false", isRequired: false) else { return fallback }
        switch text {
        case "true": return true
        case "false": return false
        default:
            report(key, found: shown, wanted: "true or false")
            return fallback
        }
    }

    /// A list of texts, none of them empty. Without a default it must be there; the answer is then `[]`.
    public func strings(_ key: String, default fallback: [String]? = nil) -> [String] {
        guard let entry = entry(key, wanted: "a list of texts", isRequired: fallback == nil) else {
            return fallback ?? []
        }
        guard case .sequence(let elements) = entry.content else {
            report(key, found: entry.shown, wanted: "a list of texts")
            return fallback ?? []
        }
        return elements.enumerated().compactMap { index, element in
            if case .scalar(let text, _) = element.content, !element.isNull, !text.isEmpty { return text }
            report("\(key)[\(index)]", found: element.shown, wanted: "a text", line: element.line)
            return nil
        }
    }

    /// One of the names of `T`, written exactly so. Without a default it must be there; nil after a problem.
    public func choice<T: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: T?
    ) -> T? where T.RawValue == String {
        let wanted = Self.alternatives(T.allCases.map(\.rawValue))
        guard let (text, shown) = scalar(key, wanted: wanted, isRequired: fallback == nil) else { return fallback }
        guard let chosen = T(rawValue: text) else {
            report(key, found: shown, wanted: wanted)
            return nil
        }
        return chosen
    }

    /// The mapping under `key`, nil when it is left out.
    public func child(_ key: String) -> ConfigurationNode? {
        guard let entry = entry(key, wanted: "a mapping", isRequired: false) else { return nil }
        guard case .mapping = entry.content else {
            report(key, found: entry.shown, wanted: "a mapping of keys to values")
            return nil
        }
        return ConfigurationNode(reader: reader, value: entry, keyPath: path(key))
    }

    /// The mappings listed under `key`, none when it is left out.
    public func children(_ key: String) -> [ConfigurationNode] {
        guard let entry = entry(key, wanted: "a list", isRequired: false) else { return [] }
        guard case .sequence(let elements) = entry.content else {
            report(key, found: entry.shown, wanted: "a list of mappings (each element beginning with \"- \")")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            guard case .mapping = element.content else {
                report("\(key)[\(index)]", found: element.shown, wanted: "a mapping", line: element.line)
                return nil
            }
            return ConfigurationNode(reader: reader, value: element, keyPath: "\(path(key))[\(index)]")
        }
    }

    /// The texts under `key` with their names, in the file's order; empty when it is left out. Any name is allowed.
    public func texts(_ key: String) -> [(name: String, text: String)] {
        guard let child = child(key), case .mapping(let entries, _) = child.value.content else { return [] }
        return entries.map { ($0.key, child.scalar($0.key, wanted: "a text", isRequired: true)?.text ?? "") }
    }

    /// Whether something is written under `key`. Does not count as asking for it.
    public func has(_ key: String) -> Bool {
        guard case .mapping(let entries, _) = value.content else { return false }
        return entries.contains { $0.key == key && !$0.value.isNull }
    }

    /// Reports a problem that only the caller can see.
    ///
    /// - Parameters:
    ///   - key: The key in this mapping, `""` for the mapping as a whole.
    ///   - found: What stands there, never a secret.
    ///   - wanted: What would be right.
    public func report(_ key: String, found: String, wanted: String) {
        report(key, found: found, wanted: wanted, line: line(of: key))
    }
}

extension ConfigurationNode {
    private func report(_ key: String, found: String, wanted: String, line: Int?) {
        reader.report(ConfigurationProblem(keyPath: path(key), found: found, wanted: wanted, line: line))
    }

    private func path(_ key: String) -> String {
        if key.isEmpty { return keyPath }
        return keyPath.isEmpty ? key : "\(keyPath).\(key)"
    }

    private func line(of key: String) -> Int? {
        guard case .mapping(let entries, _) = value.content else { return value.line }
        return entries.first { $0.key == key }?.line ?? value.line
    }

    /// What is written under `key`; nil, and a problem where it is required, when nothing is.
    private func entry(_ key: String, wanted: String, isRequired: Bool) -> ConfigurationValue? {
        guard case .mapping(let entries, let id) = value.content else { return nil }
        reader.noteAsked(key, inMapping: id)
        if let entry = entries.first(where: { $0.key == key })?.value, !entry.isNull { return entry }
        if isRequired { report(key, found: "nothing", wanted: wanted) }
        return nil
    }

    private func scalar(_ key: String, wanted: String, isRequired: Bool) -> (text: String, shown: String)? {
        guard let entry = entry(key, wanted: wanted, isRequired: isRequired) else { return nil }
        guard case .scalar(let text, _) = entry.content else {
            report(key, found: entry.shown, wanted: wanted)
            return nil
        }
        return (text, entry.shown)
    }

    private static func decimal(_ text: String) -> Int? {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
