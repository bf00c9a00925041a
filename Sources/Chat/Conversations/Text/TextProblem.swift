/// Why a text was refused. The description is a sentence for the person who wrote it; it never repeats the text.
public enum TextProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing visible is in it.
    case empty(TextKind)
    /// More characters (extended grapheme clusters) than allowed.
    case tooManyCharacters(TextKind, limit: Int, actual: Int)
    /// More UTF-8 bytes than allowed, which happens when single characters hold many code points.
    case tooManyBytes(TextKind, limit: Int, actual: Int)
    /// A control character other than tab and line feed.
    case controlCharacter(TextKind, codePoint: UInt32)
    /// A code point that Unicode reserves for no use in text.
    case noncharacter(TextKind, codePoint: UInt32)
    /// A line break or tab where one line is wanted.
    case notOneLine(TextKind)

    /// A name that programs can rely on, for the `errors` of a problem document.
    public var code: String {
        switch self {
        case .empty: "empty"
        case .tooManyCharacters: "too-many-characters"
        case .tooManyBytes: "too-many-bytes"
        case .controlCharacter: "control-character"
        case .noncharacter: "noncharacter"
        case .notOneLine: "not-one-line"
        }
    }

    /// What was checked.
    public var kind: TextKind {
        switch self {
        case .empty(let kind), .tooManyCharacters(let kind, _, _), .tooManyBytes(let kind, _, _),
            .controlCharacter(let kind, _), .noncharacter(let kind, _), .notOneLine(let kind):
            kind
        }
    }

    /// A sentence for the person who wrote the text.
    public var description: String {
        switch self {
        case .empty(let kind):
            "The \(kind.rawValue) is empty. Write at least one visible character."
        case .tooManyCharacters(let kind, let limit, let actual):
            "The \(kind.rawValue) has \(grouped(actual)) characters; the limit is \(grouped(limit)). "
                + "Shorten it and send it again."
        case .tooManyBytes(let kind, let limit, let actual):
            "The \(kind.rawValue) takes \(grouped(actual)) bytes; the limit is \(grouped(limit)). "
                + "Shorten it and send it again."
        case .controlCharacter(let kind, let codePoint):
            "The \(kind.rawValue) contains the control character \(named(codePoint)). "
                + "Remove it; only tabs and line breaks are allowed."
        case .noncharacter(let kind, let codePoint):
            "The \(kind.rawValue) contains \(named(codePoint)), which is not a character. Remove it."
        case .notOneLine(let kind):
            "The \(kind.rawValue) must be a single line without tabs."
        }
    }

    private func named(_ codePoint: UInt32) -> String {
        let hex = String(codePoint, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }

    private func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

/// What a checked text is, as the person calls it.
public enum TextKind: String, Sendable {
    /// A message to the model.
    case message
    /// A conversation's title.
    case title
    /// What the model is told before the first message.
    case instructions = "text of the instructions"
    /// What is looked for.
    case search = "search text"
    /// An answer that is imported.
    case answer
}
