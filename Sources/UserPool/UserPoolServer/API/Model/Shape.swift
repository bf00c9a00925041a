import Identity

/// What a member of a request may be: Cognito's service model (2016-04-18), as far as this pool serves it.
indirect enum Shape: Sendable {
    case text(TextRule)
    case integer(ClosedRange<Int>)
    case boolean
    case list(of: Shape, count: ClosedRange<Int> = 0...1000)
    case map(key: TextRule, value: TextRule)
    case structure([Member])

    /// A member of a structure.
    struct Member: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool
    }
}

/// What a text has to keep to.
struct TextRule: Sendable {
    /// The length in UTF-16 units, which is what the service counts.
    var length: ClosedRange<Int> = 0...131_072
    /// The regular expression as errors quote it, and what decides.
    var pattern: (text: String, matches: @Sendable (String) -> Bool)?
    /// The values of an enumeration.
    var values: [String]?
    /// Whether errors must not repeat the value (the model's trait `sensitive`).
    var isSecret = false

    /// One of `values`.
    static func oneOf(_ values: String...) -> TextRule { TextRule(values: values) }
}

extension Shape.Member {
    /// A member that must be there.
    static func required(_ name: String, _ shape: Shape) -> Self { Self(name: name, shape: shape, isRequired: true) }

    /// A member that may be left out.
    static func optional(_ name: String, _ shape: Shape) -> Self { Self(name: name, shape: shape, isRequired: false) }
}

/// Checks a request against its shape and drops what the shape does not know, as the service does.
struct ShapeCheck {
    /// Where and how the request breaks its shape, in the service's words.
    private(set) var problems: [String] = []

    /// `value` without unknown members.
    ///
    /// - Parameters:
    ///   - path: where it stands: `userAttributes.1.member.name`.
    /// - Throws: ``APIError`` of type `SerializationException` where a value has the wrong JSON type.
    mutating func check(_ value: JSONValue, _ shape: Shape, at path: String) throws(APIError) -> JSONValue {
        switch (shape, value) {
        case (.text(let rule), .string(let text)):
            check(text, rule, at: path)
            return value
        case (.integer(let range), .integer(let number)):
            if number < range.lowerBound {
                report("\(number)", path, "Member must have value greater than or equal to \(range.lowerBound)")
            } else if number > range.upperBound {
                report("\(number)", path, "Member must have value less than or equal to \(range.upperBound)")
            }
            return value
        case (.boolean, .bool):
            return value
        case (.list(let element, let count), .array(let elements)):
            checkCount(elements.count, count, at: path)
            var checked: [JSONValue] = []
            for (index, value) in elements.enumerated() {
                checked.append(try check(value, element, at: "\(path).\(index + 1).member"))
            }
            return .array(checked)
        case (.map(let key, let rule), .object(let members)):
            var checked: [String: JSONValue] = [:]
            // Sorted, so that errors come in one order.
            for (name, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
                check(name, key, at: "\(path).key")
                checked[name] = try check(value, .text(rule), at: "\(path).value")
            }
            return .object(checked)
        case (.structure(let declared), .object(let members)):
            var checked: [String: JSONValue] = [:]
            for member in declared {
                let place = path.isEmpty ? Self.lowerCamel(member.name) : "\(path).\(Self.lowerCamel(member.name))"
                guard let value = members[member.name], value != .null else {
                    if member.isRequired { reportMissing(place) }
                    continue
                }
                checked[member.name] = try check(value, member.shape, at: place)
            }
            return .object(checked)
        default:
            throw .serialization(at: path)
        }
    }

    private mutating func check(_ text: String, _ rule: TextRule, at path: String) {
        let shown = rule.isSecret ? nil : text
        if let values = rule.values, !values.contains(text) {
            report(shown, path, "Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
        let count = text.utf16.count
        if count < rule.length.lowerBound {
            report(shown, path, "Member must have length greater than or equal to \(rule.length.lowerBound)")
        } else if count > rule.length.upperBound {
            report(shown, path, "Member must have length less than or equal to \(rule.length.upperBound)")
        }
        if let pattern = rule.pattern, !pattern.matches(text) {
            report(shown, path, "Member must satisfy regular expression pattern: \(pattern.text)")
        }
    }

    private mutating func checkCount(_ count: Int, _ range: ClosedRange<Int>, at path: String) {
        if count < range.lowerBound {
            report(nil, path, "Member must have length greater than or equal to \(range.lowerBound)")
        } else if count > range.upperBound {
            report(nil, path, "Member must have length less than or equal to \(range.upperBound)")
        }
    }

    private mutating func reportMissing(_ path: String) {
        problems.append("Value null at '\(path)' failed to satisfy constraint: Member must not be null")
    }

    private mutating func report(_ value: String?, _ path: String, _ constraint: String) {
        // A caller needs to see which value it was, not all of a long one.
        let shown = value.map { " '\($0.prefix(256))'" } ?? ""
        problems.append("Value\(shown) at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    /// `UserPoolId` → `userPoolId`, `MFAOptions` → `mFAOptions`: how the service names members in errors.
    private static func lowerCamel(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }
}
