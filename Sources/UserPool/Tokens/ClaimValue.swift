/// The value of a claim, as far as the pool's tokens need.
public enum ClaimValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number, such as a time in Unix seconds.
    case integer(Int)
    /// True or false.
    case boolean(Bool)
    /// A list of texts, such as group names.
    case strings([String])
    /// Members by name.
    case object([String: ClaimValue])
}

extension ClaimValue: Codable {
    /// Reads whichever of the five it is.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: ClaimValue].self) {
            self = .object(value)
        } else {
            self = .strings(try container.decode([String].self))
        }
    }

    /// Writes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .strings(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
