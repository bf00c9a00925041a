import Crypto

/// The end of a chain of lines, and how the next line is made.
///
/// A line is a JSON object on one line: its number, the hash of the line before, the time, the event, and at its end the SHA-256 of all
/// its bytes before `,"hash"`. Since the hash of each line covers the hash before it, no line can be changed, taken out, put in or moved
/// without every later line, and the ``AuditHead``, telling.
public struct AuditChain: Sendable, Equatable {
    /// The last line's number and hash.
    public private(set) var head: AuditHead

    /// A chain that goes on after `head`.
    public init(after head: AuditHead = .empty) {
        self.head = head
    }

    /// The next line, its line feed included.
    ///
    /// - Parameters:
    ///   - event: what it says. Texts beyond ``longestText`` bytes are cut.
    ///   - time: RFC 3339, in UTC.
    public mutating func append(_ event: AuditEvent, time: String) -> [UInt8] {
        let sequence = head.sequence + 1
        var text = "{\"sequence\":\(sequence),\"previous\":\"\(head.hash)\",\"time\":"
        text += Self.quoted(time) + ",\"event\":" + Self.quoted(event.kind.rawValue)
        for (name, value) in [
            ("subject", event.subject), ("user", event.user), ("address", event.address), ("session", event.session),
            ("request", event.request), ("provider", event.provider), ("reason", event.reason),
        ] {
            if let value { text += ",\"\(name)\":" + Self.quoted(value) }
        }
        let hash = Self.hash(Array(text.utf8))
        head = AuditHead(sequence: sequence, hash: hash)
        return Array((text + ",\"hash\":\"\(hash)\"}\n").utf8)
    }

    /// SHA-256 in hexadecimal.
    static func hash(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A JSON string (RFC 8259 §7) in which nothing moves a terminal's cursor or ends the line.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= longestText else {
                quoted += "…"
                break
            }
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                default: quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    /// Bytes of the longest text in a line.
    public static let longestText = 512
}
