/// The profiles of `~/.aws/config` and `~/.aws/credentials`.
struct ProfileFiles: Hashable, Sendable {
    private let config: [String: [String: String]]
    private let credentials: [String: [String: String]]

    /// Reads both files' texts. What is no section and no key is passed over, as AWS's programs do.
    init(config: String, credentials: String) {
        var profiles: [String: [String: String]] = [:]
        for (section, keys) in Self.sections(of: config) {
            if section == "default" {
                profiles["default"] = keys
            } else if section.hasPrefix("profile ") {
                profiles[Self.trimmed(section.dropFirst("profile ".count))] = keys
            }
        }
        self.config = profiles
        self.credentials = Self.sections(of: credentials)
    }

    /// Whether a profile is in one of the files.
    func contains(_ profile: String) -> Bool { config[profile] != nil || credentials[profile] != nil }

    /// A key of a profile; the credentials file goes before the config file.
    func value(_ key: String, of profile: String) -> String? {
        credentialsValue(key, of: profile) ?? configValue(key, of: profile)
    }

    /// A key of a profile in the credentials file alone.
    func credentialsValue(_ key: String, of profile: String) -> String? {
        credentials[profile]?[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func configValue(_ key: String, of profile: String) -> String? {
        config[profile]?[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func sections(of text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var section: String?
        // By bytes: a carriage return and a line feed are one Character.
        for bytes in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = Substring(bytes)
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = line.firstIndex(of: "]").map { trimmed(line[line.index(after: line.startIndex)..<$0]) }
                // Quotes around a profile's name are allowed.
                section = section?.replacing("\"", with: "")
                if let section { sections[section, default: [:]] = sections[section] ?? [:] }
                continue
            }
            // An indented line belongs to the key before it, such as `s3 =`.
            guard let section, first != " ", first != "\t", let equals = line.firstIndex(of: "=") else { continue }
            let key = trimmed(line[..<equals]).lowercased()
            sections[section]?[key] = trimmed(line[line.index(after: equals)...])
        }
        return sections
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

/// Splits a command into words as a shell does, and does nothing else that a shell does.
enum ShellWords {
    /// - Returns: nil when a quote does not end.
    static func split(_ command: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in command {
            if isEscaped {
                // Within double quotes a backslash stands for itself but before these.
                if quote == "\"", character != "\"", character != "\\" { word?.append("\\") }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
                word = word ?? ""
            } else if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if let word { words.append(word) }
        return words
    }
}
