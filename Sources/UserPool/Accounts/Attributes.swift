/// The rules for attributes of users (service model, and Cognito's standard attributes).
public enum Attributes {
    /// OpenID Connect's standard claims, as a Cognito pool has them from the start.
    public static let standard: Set<String> = [
        "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
        "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
        "phone_number_verified", "address", "updated_at",
    ]

    /// Those of them that people can say of themselves.
    public static let entered = standard.subtracting(["sub", "email_verified", "phone_number_verified", "updated_at"])

    /// The longest value, in Unicode scalars.
    public static let maximumValueLength = 2048

    /// What is wrong with an attribute; the texts are Cognito's where it is known to have one.
    public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// Neither a standard attribute nor `custom:` or `dev:custom:` with 1–20 characters.
        case unknown(String)
        /// `sub` never changes.
        case immutable(String)
        /// Longer than ``maximumValueLength``.
        case tooLong(String)
        /// No e-mail address.
        case email
        /// No E.164 number.
        case phoneNumber
        /// Neither `true` nor `false`.
        case boolean(String)
        /// Not YYYY-MM-DD in length.
        case birthdate

        /// A sentence for people.
        public var description: String {
            switch self {
            case .unknown(let name):
                "Attributes did not conform to the schema: Type for attribute {\(name)} could not be determined"
            case .immutable(let name): "Cannot modify an immutable attribute: \(name)"
            case .tooLong(let name):
                "Attributes did not conform to the schema: \(name): String must be no longer than 2048 characters"
            case .email: "Invalid email address format."
            case .phoneNumber: "Invalid phone number format."
            case .boolean(let name):
                "Attributes did not conform to the schema: \(name): The attribute must be true or false"
            case .birthdate:
                "Attributes did not conform to the schema: birthdate: The attribute must be of the form YYYY-MM-DD"
            }
        }
    }

    /// Whether `name` is an attribute a pool can have.
    public static func isKnown(_ name: String) -> Bool {
        if standard.contains(name) { return true }
        for prefix in ["custom:", "dev:custom:"] where name.hasPrefix(prefix) {
            return (1...20).contains(name.unicodeScalars.count - prefix.unicodeScalars.count)
        }
        return false
    }

    /// Judges attributes that are about to be set. An empty value removes an attribute and is good.
    ///
    /// - Returns: what is wrong with one of them, or nil.
    public static func problem(in attributes: [String: String]) -> Problem? {
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            guard isKnown(name) else { return .unknown(name) }
            guard name != "sub" else { return .immutable(name) }
            guard value.unicodeScalars.count <= maximumValueLength else { return .tooLong(name) }
            guard !value.isEmpty else { continue }
            switch name {
            case "email" where !isEmail(value): return .email
            case "phone_number" where !isPhoneNumber(value): return .phoneNumber
            case "email_verified", "phone_number_verified":
                if value.lowercased() != "true", value.lowercased() != "false" { return .boolean(name) }
            case "birthdate" where value.unicodeScalars.count != 10: return .birthdate
            default: break
            }
        }
        return nil
    }

    /// The attributes after a change: what is set or removed, and what stops being verified because its value is another.
    public static func changed(
        _ old: [String: String], setting new: [String: String], removing removed: [String] = []
    ) -> [String: String] {
        var result = old
        for name in removed {
            result[name] = nil
            if let verification = verification(of: name) { result[verification] = nil }
        }
        for (name, value) in new where !value.isEmpty {
            if let verification = verification(of: name), old[name] != value { result[verification] = "false" }
            result[name] = value
        }
        // Last, so that a value and its verification can be set in one call.
        for name in ["email_verified", "phone_number_verified"] {
            if let value = new[name], !value.isEmpty { result[name] = value.lowercased() }
        }
        for (name, value) in new where value.isEmpty {
            result[name] = nil
            if let verification = verification(of: name) { result[verification] = nil }
        }
        return result
    }

    private static func verification(of name: String) -> String? {
        ["email", "phone_number"].contains(name) ? "\(name)_verified" : nil
    }

    /// One `@` with something on both sides and no blanks or control characters.
    public static func isEmail(_ text: String) -> Bool {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { !$0.isEmpty }
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace }
            && !text.contains(where: { ["<", ">", ",", ";", "\""].contains($0) })
    }

    /// E.164: a plus sign and 2–15 digits.
    static func isPhoneNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (2...15).contains(digits.count)
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
