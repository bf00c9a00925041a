import Accounts
import Identity

/// From the API's words to what the accounts obey.
extension PoolSettings {
    /// The rules that these settings make.
    var rules: PoolRules {
        let policy = members["Policies"]?.object?["PasswordPolicy"]?.object
        let creation = members["AdminCreateUserConfig"]?.object
        let days =
            policy?["TemporaryPasswordValidityDays"]?.integer ?? creation?["UnusedAccountValidityDays"]?.integer ?? 7
        return PoolRules(
            passwordPolicy: Self.passwordPolicy(policy),
            passwordHistorySize: policy?["PasswordHistorySize"]?.integer ?? 0,
            // 0 is Cognito's way of writing the default.
            temporaryPasswordDays: days == 0 ? 7 : days, mfa: mfaMode,
            allowsSelfSignUp: creation?["AllowAdminCreateUserOnly"]?.bool != true,
            aliases: Set((texts("AliasAttributes") + texts("UsernameAttributes")).compactMap(AliasAttribute.init)))
    }

    /// Takes over `rules`, which were changed elsewhere: in the configuration file.
    mutating func apply(_ rules: PoolRules) {
        let classes = rules.passwordPolicy.requiredClasses
        members["Policies"] = [
            "PasswordPolicy": [
                "MinimumLength": .integer(rules.passwordPolicy.minimumLength),
                "RequireLowercase": .bool(classes.contains(.lowercase)),
                "RequireUppercase": .bool(classes.contains(.uppercase)),
                "RequireNumbers": .bool(classes.contains(.number)), "RequireSymbols": .bool(classes.contains(.symbol)),
                "PasswordHistorySize": .integer(rules.passwordHistorySize),
                "TemporaryPasswordValidityDays": .integer(rules.temporaryPasswordDays),
            ]
        ]
        members["AdminCreateUserConfig"] = [
            "AllowAdminCreateUserOnly": .bool(!rules.allowsSelfSignUp),
            "UnusedAccountValidityDays": .integer(rules.temporaryPasswordDays),
        ]
        members["MfaConfiguration"] = .string(rules.mfa.rawValue)
        softwareToken = rules.mfa != .off
        let aliases = rules.aliases.map(\.rawValue).sorted()
        members["AliasAttributes"] = aliases.isEmpty ? nil : .strings(aliases)
    }

    /// Takes over which standard attributes the configuration file requires.
    mutating func require(_ names: [String]) {
        changedStandards = [:]
        for name in names { changedStandards[name] = ["Name": .string(name), "Required": true] }
    }

    /// Whether people sign in with an e-mail address or number in place of a name of their own.
    var namesAreContacts: Bool { !texts("UsernameAttributes").isEmpty }

    private func texts(_ name: String) -> [String] { members[name]?.array?.compactMap(\.string) ?? [] }

    /// A policy that is left out asks for everything; one that is given, for what it says.
    private static func passwordPolicy(_ policy: [String: JSONValue]?) -> PasswordPolicy {
        guard let policy else { return PasswordPolicy(minimumLength: 8) }
        let classes: [(String, PasswordRule.CharacterClass)] = [
            ("RequireLowercase", .lowercase), ("RequireUppercase", .uppercase), ("RequireNumbers", .number),
            ("RequireSymbols", .symbol),
        ]
        return PasswordPolicy(
            minimumLength: policy["MinimumLength"]?.integer ?? 8,
            requiredClasses: classes.filter { policy[$0.0]?.bool == true }.map(\.1))
    }
}

/// What attributes the pool's users may have.
extension PoolSettings {
    /// Judges attributes that are about to be set.
    ///
    /// - Parameter isChange: whether the user exists, so that immutable attributes stay as they are.
    func check(_ attributes: [String: String], isChange: Bool) throws(APIError) {
        if let problem = Attributes.problem(in: attributes) { throw .invalidParameter("\(problem)") }
        for name in attributes.keys.sorted() where name.hasPrefix("custom:") || name.hasPrefix("dev:custom:") {
            guard
                let attribute = customAttributes.lazy.compactMap(\.object).first(where: { $0["Name"]?.string == name })
            else {
                throw .invalidParameter(
                    "Attributes did not conform to the schema: \(name): The attribute is not defined in the schema.")
            }
            if isChange, attribute["Mutable"]?.bool == false { throw Self.immutable(name) }
            try Self.check(attributes[name] ?? "", name, attribute)
        }
        for (name, attribute) in changedStandards {
            if isChange, attributes[name] != nil, attribute.object?["Mutable"]?.bool == false {
                throw Self.immutable(name)
            }
        }
    }

    /// Judges what somebody brings who makes an account for himself. Administrators may leave to the user what is required.
    func checkComplete(_ attributes: [String: String]) throws(APIError) {
        try check(attributes, isChange: false)
        if let name = missing(in: attributes).first {
            throw .invalidParameter("Attributes did not conform to the schema: \(name): The attribute is required")
        }
    }

    /// The required attributes that are not among `attributes`, by name.
    func missing(in attributes: [String: String]) -> [String] {
        requiredAttributes.filter { attributes[$0]?.isEmpty ?? true }
    }

    /// Attributes every user has to have, by name.
    var requiredAttributes: [String] {
        changedStandards.filter { $0.value.object?["Required"]?.bool == true && $0.key != "sub" }.keys.sorted()
    }

    private static func immutable(_ name: String) -> APIError {
        .invalidParameter("user.\(name): Attribute cannot be updated.")
    }

    private static func check(_ value: String, _ name: String, _ attribute: [String: JSONValue]) throws(APIError) {
        guard !value.isEmpty else { return }
        func bound(_ constraints: String, _ name: String) -> Int? {
            attribute[constraints]?.object?[name]?.string.flatMap { Int($0) }
        }
        func refusal(_ text: String) -> APIError {
            .invalidParameter("Attributes did not conform to the schema: \(name): \(text)")
        }
        switch attribute["AttributeDataType"]?.string {
        case "Number":
            guard let number = Double(value) else { throw refusal("The attribute must be a number") }
            if let least = bound("NumberAttributeConstraints", "MinValue"), number < Double(least) {
                throw refusal("The number must be at least \(least)")
            }
            if let most = bound("NumberAttributeConstraints", "MaxValue"), number > Double(most) {
                throw refusal("The number must be at most \(most)")
            }
        case "Boolean":
            guard ["true", "false"].contains(value.lowercased()) else {
                throw refusal("The attribute must be true or false")
            }
        default:
            let count = value.unicodeScalars.count
            if let least = bound("StringAttributeConstraints", "MinLength"), count < least {
                throw refusal("String must have length at least \(least)")
            }
            if let most = bound("StringAttributeConstraints", "MaxLength"), count > most {
                throw refusal("String must be no longer than \(most) characters")
            }
        }
    }
}
