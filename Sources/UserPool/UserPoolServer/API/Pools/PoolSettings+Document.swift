import Identity

/// How DescribeUserPool writes a pool.
extension PoolSettings {
    /// The whole of `UserPoolType`.
    ///
    /// - Parameters:
    ///   - id: the pool's id.
    ///   - userCount: how many users it has.
    func document(id: String, userCount: Int) -> JSONValue {
        var document = members
        document["PoolName"] = nil
        document["Id"] = .string(id)
        document["Name"] = members["PoolName"]
        document["Arn"] = .string(Self.arn(ofPool: id))
        document["CreationDate"] = .integer(createdAt)
        document["LastModifiedDate"] = .integer(modifiedAt)
        document["EstimatedNumberOfUsers"] = .integer(userCount)
        document["SchemaAttributes"] = .array(Self.standardSchema.map(changed) + customAttributes)
        document["UserPoolTags"] = .object(tags.mapValues(JSONValue.string))
        document["MfaConfiguration"] = .string(mfaMode.rawValue)
        document["Policies"] = policies
        document["AdminCreateUserConfig"] = adminCreateUserConfig
        document["Domain"] = domain.map { .string($0.name) }
        let defaults: [String: JSONValue] = [
            "LambdaConfig": [:], "DeletionProtection": "INACTIVE", "UserPoolTier": "ESSENTIALS",
            "EmailConfiguration": ["EmailSendingAccount": "COGNITO_DEFAULT"],
        ]
        for (name, value) in defaults where document[name] == nil { document[name] = value }
        var template = members["VerificationMessageTemplate"]?.object ?? [:]
        if template["DefaultEmailOption"] == nil { template["DefaultEmailOption"] = "CONFIRM_WITH_CODE" }
        document["VerificationMessageTemplate"] = .object(template)
        return .object(document)
    }

    /// A line of ListUserPools.
    func summary(id: String) -> JSONValue {
        [
            "Id": .string(id), "Name": members["PoolName"] ?? "", "LambdaConfig": [:],
            "CreationDate": .integer(createdAt), "LastModifiedDate": .integer(modifiedAt),
        ]
    }

    private var policies: JSONValue {
        let given = members["Policies"]?.object ?? [:]
        let policy = rules.passwordPolicy
        var password: [String: JSONValue] = [
            "MinimumLength": .integer(policy.minimumLength),
            "RequireUppercase": .bool(policy.requiredClasses.contains(.uppercase)),
            "RequireLowercase": .bool(policy.requiredClasses.contains(.lowercase)),
            "RequireNumbers": .bool(policy.requiredClasses.contains(.number)),
            "RequireSymbols": .bool(policy.requiredClasses.contains(.symbol)),
            "TemporaryPasswordValidityDays": .integer(rules.temporaryPasswordDays),
        ]
        if let size = given["PasswordPolicy"]?.object?["PasswordHistorySize"] { password["PasswordHistorySize"] = size }
        return [
            "PasswordPolicy": .object(password),
            "SignInPolicy": given["SignInPolicy"] ?? ["AllowedFirstAuthFactors": ["PASSWORD"]],
        ]
    }

    private var adminCreateUserConfig: JSONValue {
        var configuration = members["AdminCreateUserConfig"]?.object ?? [:]
        // Both names of one setting, as Cognito answers.
        configuration["UnusedAccountValidityDays"] = .integer(rules.temporaryPasswordDays)
        configuration["AllowAdminCreateUserOnly"] = .bool(!rules.allowsSelfSignUp)
        return .object(configuration)
    }

    private func changed(_ standard: [String: JSONValue]) -> JSONValue {
        guard let name = standard["Name"]?.string, let change = changedStandards[name]?.object else {
            return .object(standard)
        }
        return .object(standard.merging(change) { $1 })
    }

    /// `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`; the region is what stands before the underscore.
    static func arn(ofPool id: String) -> String {
        let region = id.split(separator: "_").first ?? "local"
        return "arn:aws:cognito-idp:\(region):\(account):userpool/\(id)"
    }

    /// There are no accounts here.
    static let account = "000000000000"

    /// The attributes every pool has.
    private static let standardSchema: [[String: JSONValue]] =
        [attribute("sub", required: true, mutable: false, length: ("1", "2048"))]
        + [
            "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
            "website", "email",
        ].map { attribute($0) }
        + [
            attribute("email_verified", type: "Boolean"), attribute("gender"),
            attribute("birthdate", length: ("10", "10")),
        ]
        + ["zoneinfo", "locale", "phone_number"].map { attribute($0) }
        + [
            attribute("phone_number_verified", type: "Boolean"), attribute("address"),
            attribute("updated_at", type: "Number"),
        ]

    private static func attribute(
        _ name: String, type: String = "String", required: Bool = false, mutable: Bool = true,
        length: (String, String) = ("0", "2048")
    ) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "Name": .string(name), "AttributeDataType": .string(type), "DeveloperOnlyAttribute": false,
            "Mutable": .bool(mutable), "Required": .bool(required),
        ]
        switch type {
        case "String":
            members["StringAttributeConstraints"] = [
                "MinLength": .string(length.0), "MaxLength": .string(length.1),
            ]
        case "Number": members["NumberAttributeConstraints"] = ["MinValue": "0"]
        default: break
        }
        return members
    }
}
