import Accounts
import Foundation
import Identity

/// What CreateUserPool and UpdateUserPool say of a pool, kept as it came and given back so.
///
/// What is left out has Cognito's default. What this pool cannot do is refused rather than kept: nobody is to believe in it.
struct PoolSettings: Sendable, Equatable, Codable {
    /// The members by their names in the API, checked against the service model; never `UserPoolTags` and `Schema`.
    var members: [String: JSONValue] = [:]
    var tags: [String: String] = [:]
    /// The attributes beside the standard ones, each with its `custom:` name.
    var customAttributes: [JSONValue] = []
    /// Standard attributes that were made required or immutable, by name.
    var changedStandards: [String: JSONValue] = [:]
    var softwareToken = false
    var domain: PoolDomain?
    /// Unix seconds.
    var createdAt: Int
    /// Unix seconds.
    var modifiedAt: Int

    /// A domain of a pool. It is kept and described; the pages are where the configuration says.
    struct PoolDomain: Sendable, Equatable, Codable {
        var name: String
        var managedLoginVersion: Int?
        var certificate: String?
    }

    /// The settings of a new pool.
    ///
    /// - Throws: ``APIError`` for what contradicts itself and for what this pool cannot do.
    init(creating input: APIInput, now: Int) throws(APIError) {
        createdAt = now
        modifiedAt = now
        try Self.refuseUnavailable(input)
        guard input.texts("AliasAttributes")?.isEmpty ?? true || input.texts("UsernameAttributes")?.isEmpty ?? true
        else {
            throw .invalidParameter("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
        }
        if input.structure("UsernameConfiguration")?.boolean("CaseSensitive") == true {
            throw .invalidParameter(
                "This user pool compares names without regard to case. Leave UsernameConfiguration out, or set CaseSensitive to false."
            )
        }
        guard ["OFF", nil].contains(input.optionalText("MfaConfiguration")) else {
            throw .invalidParameter(
                "SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
        }
        members = Self.kept(input, APIOperation.poolSettings + APIOperation.poolFoundation)
        members["PoolName"] = .string(input.text("PoolName"))
        members["MfaConfiguration"] = nil
        tags = try Self.checkedTags(input.map("UserPoolTags") ?? [:], of: "UserPoolTaggingException")
        for attribute in input.list("Schema") ?? [] { try add(attribute, isNewPool: true) }
    }

    /// The settings of the pool in the configuration file, until they are changed.
    init(name: String, rules: PoolRules, now: Int) {
        createdAt = now
        modifiedAt = now
        members["PoolName"] = .string(name)
        members["DeletionProtection"] = "ACTIVE"
        members["UsernameConfiguration"] = ["CaseSensitive": false]
        apply(rules)
    }

    /// Replaces what UpdateUserPool may change: what it leaves out goes back to its default, as with Cognito, but for the
    /// second factor, the name and the tags.
    mutating func update(_ input: APIInput, now: Int) throws(APIError) {
        try Self.refuseUnavailable(input)
        if let mode = input.optionalText("MfaConfiguration"), mode != mfaMode.rawValue {
            guard mode == "OFF" || softwareToken else {
                throw .invalidParameter(
                    "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
                )
            }
            members["MfaConfiguration"] = .string(mode)
        }
        if let name = input.optionalText("PoolName") { members["PoolName"] = .string(name) }
        if let tags = input.map("UserPoolTags") {
            self.tags = try Self.checkedTags(tags, of: "UserPoolTaggingException")
        }
        for member in APIOperation.poolSettings where !["MfaConfiguration", "UserPoolTags"].contains(member.name) {
            members[member.name] = input.object[member.name]
        }
        modifiedAt = now
    }

    /// Whether a second factor is asked for.
    var mfaMode: MFAMode { members["MfaConfiguration"]?.string.flatMap(MFAMode.init) ?? .off }

    /// SetUserPoolMfaConfig.
    mutating func setMFA(_ input: APIInput, now: Int) throws(APIError) {
        for name in ["SmsMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"] where input.has(name) {
            throw .invalidParameter("\(name): this user pool has software tokens as its only second factor.")
        }
        let isTokenEnabled = input.structure("SoftwareTokenMfaConfiguration")?.boolean("Enabled") ?? false
        let mode = input.optionalText("MfaConfiguration") ?? "OFF"
        if mode == "OFF", isTokenEnabled {
            throw .invalidParameter(
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
        }
        guard mode == "OFF" || isTokenEnabled else {
            throw .invalidParameter(
                "Invalid MFA configuration given, can't turn on MFA without an MFA method. Enable "
                    + "SoftwareTokenMfaConfiguration.")
        }
        members["MfaConfiguration"] = .string(mode)
        softwareToken = isTokenEnabled
        modifiedAt = now
    }

    /// The answer of SetUserPoolMfaConfig and GetUserPoolMfaConfig.
    var mfaDocument: JSONValue {
        .members([
            "MfaConfiguration": .string(mfaMode.rawValue),
            "SoftwareTokenMfaConfiguration": mfaMode == .off && !softwareToken
                ? nil : ["Enabled": .bool(softwareToken)],
        ])
    }

    /// AddCustomAttributes, and the part of CreateUserPool's schema that names one attribute.
    mutating func add(_ attribute: APIInput, isNewPool: Bool = false) throws(APIError) {
        guard let name = attribute.optionalText("Name") else {
            throw .invalidParameter("Invalid Attribute given: an attribute has a Name.")
        }
        if isNewPool, Attributes.standard.contains(name) {
            changedStandards[name] = .object(attribute.object)
            return
        }
        let type = attribute.optionalText("AttributeDataType") ?? "String"
        if attribute.boolean("Required") == true {
            throw .invalidParameter("Required custom attributes are not supported currently.")
        }
        let fullName = (attribute.boolean("DeveloperOnlyAttribute") == true ? "dev:custom:" : "custom:") + name
        guard !customAttributes.contains(where: { $0.object?["Name"]?.string == fullName }) else {
            throw .invalidParameter("\(fullName): Existing attribute already has name \(fullName).")
        }
        guard customAttributes.count < 50 else { throw .limitExceeded("A user pool has at most 50 custom attributes.") }
        var members = attribute.object
        members["Name"] = .string(fullName)
        members["AttributeDataType"] = .string(type)
        members["DeveloperOnlyAttribute"] = .bool(attribute.boolean("DeveloperOnlyAttribute") ?? false)
        members["Mutable"] = .bool(attribute.boolean("Mutable") ?? true)
        members["Required"] = false
        let constraints = "\(type)AttributeConstraints"
        if ["String", "Number"].contains(type), members[constraints] == nil { members[constraints] = [:] }
        customAttributes.append(.object(members))
    }

    private static func kept(_ input: APIInput, _ shape: [Shape.Member]) -> [String: JSONValue] {
        let names = Set(shape.map(\.name)).subtracting(["UserPoolTags", "Schema"])
        return input.object.filter { names.contains($0.key) }
    }

    /// At most 50 tags; the prefix is AWS's own.
    ///
    /// - Parameter type: what a refusal is called: a pool's own operations have a name for it, TagResource has not.
    static func checkedTags(
        _ tags: [String: String], of type: String = "InvalidParameterException"
    ) throws(APIError) -> [String: String] {
        guard tags.count <= 50 else { throw APIError(type, "A user pool has at most 50 tags.") }
        guard !tags.keys.contains(where: { $0.lowercased().hasPrefix("aws:") }) else {
            throw APIError(type, "Tag keys must not begin with aws:")
        }
        return tags
    }

    private static func refuseUnavailable(_ input: APIInput) throws(APIError) {
        if let triggers = input.structure("LambdaConfig"), !triggers.object.isEmpty {
            throw .invalidParameter("LambdaConfig: this user pool runs no Lambda functions.")
        }
        let factors = input.structure("Policies")?.structure("SignInPolicy")?.texts("AllowedFirstAuthFactors") ?? []
        if factors.contains(where: { $0 != "PASSWORD" }) {
            throw .invalidParameter("AllowedFirstAuthFactors: this user pool has PASSWORD as its only first factor.")
        }
    }
}
