import UserPoolStore

/// Reads the filter of ListUsers: `attribute = "value"`, or `^=` for values that begin so; one condition.
enum UserFilterParser {
    /// The condition in `text`; nil for an empty one, which lets all pass.
    ///
    /// - Throws: ``APIError`` of type `InvalidParameterException`.
    static func parse(_ text: String) throws(APIError) -> UserFilter? {
        var rest = Substring(text).drop(while: \.isWhitespace)
        guard !rest.isEmpty else { return nil }
        // The CLI's examples write the name bare; SDKs' examples put quotes around it.
        let name: String
        if rest.first == "\"" {
            name = try quoted(&rest)
        } else {
            let bare = rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "^" }
            name = String(bare)
            rest = rest.dropFirst(bare.count)
        }
        rest = rest.drop(while: \.isWhitespace)
        let isPrefix = rest.first == "^"
        if isPrefix { rest = rest.dropFirst() }
        guard rest.first == "=" else { throw malformed }
        rest = rest.dropFirst().drop(while: \.isWhitespace)
        let value = try quoted(&rest)
        guard rest.allSatisfy(\.isWhitespace) else { throw malformed }
        return UserFilter(attribute: try attribute(name), value: value, isPrefix: isPrefix)
    }

    /// The attributes that can be searched (service model).
    private static func attribute(_ name: String) throws(APIError) -> UserFilter.Attribute {
        switch name {
        case "username": .username
        case "sub": .subject
        case "cognito:user_status": .status
        case "status": .isEnabled
        case "email", "phone_number", "name", "given_name", "family_name", "preferred_username": .attribute(name)
        default: throw .invalidParameter("Invalid search attribute: \(name.prefix(64))")
        }
    }

    /// A text in quotes, `\` before a quote or backslash that belongs to it.
    private static func quoted(_ rest: inout Substring) throws(APIError) -> String {
        guard rest.first == "\"" else { throw malformed }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { throw malformed }
                value.append(escaped)
            default: value.append(character)
            }
        }
        throw malformed
    }

    private static let malformed = APIError.invalidParameter("Error while parsing filter.")
}
