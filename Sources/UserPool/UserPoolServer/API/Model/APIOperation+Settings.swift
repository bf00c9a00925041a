/// The members of pools and app clients, which are kept and given back as they came.
extension APIOperation {
    /// What a pool is made and changed with.
    static let poolSettings: [Shape.Member] = [
        .optional(
            "Policies",
            .structure([
                .optional(
                    "PasswordPolicy",
                    .structure([
                        .optional("MinimumLength", .integer(6...99)), .optional("RequireUppercase", .boolean),
                        .optional("RequireLowercase", .boolean), .optional("RequireNumbers", .boolean),
                        .optional("RequireSymbols", .boolean), .optional("PasswordHistorySize", .integer(0...24)),
                        .optional("TemporaryPasswordValidityDays", .integer(0...365)),
                    ])),
                .optional(
                    "SignInPolicy",
                    .structure([
                        .optional(
                            "AllowedFirstAuthFactors",
                            .list(of: .oneOf("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"), count: 1...4))
                    ])),
            ])),
        .optional("DeletionProtection", .oneOf("ACTIVE", "INACTIVE")),
        .optional("LambdaConfig", .structure(triggers.map { .optional($0, .arn) })),
        .optional("AutoVerifiedAttributes", .list(of: contact)),
        .optional("SmsVerificationMessage", .message(6...140)),
        .optional("EmailVerificationMessage", .message(6...20_000)),
        .optional("EmailVerificationSubject", subject),
        .optional(
            "VerificationMessageTemplate",
            .structure([
                .optional("SmsMessage", .message(6...140)), .optional("EmailMessage", .message(6...20_000)),
                .optional("EmailSubject", subject), .optional("EmailMessageByLink", .text(6...20_000)),
                .optional("EmailSubjectByLink", subject),
                .optional("DefaultEmailOption", .oneOf("CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE")),
            ])),
        .optional("SmsAuthenticationMessage", .message(6...140)),
        .optional("MfaConfiguration", .oneOf("OFF", "ON", "OPTIONAL")),
        .optional(
            "UserAttributeUpdateSettings",
            .structure([.optional("AttributesRequireVerificationBeforeUpdate", .list(of: contact))])),
        .optional(
            "DeviceConfiguration",
            .structure([
                .optional("ChallengeRequiredOnNewDevice", .boolean),
                .optional("DeviceOnlyRememberedOnUserPrompt", .boolean),
            ])),
        .optional(
            "EmailConfiguration",
            .structure([
                .optional("SourceArn", .arn), .optional("ReplyToEmailAddress", .text(3...320)),
                .optional("EmailSendingAccount", .oneOf("COGNITO_DEFAULT", "DEVELOPER")),
                .optional("From", .text(0...1024)), .optional("ConfigurationSet", .text(1...64)),
            ])),
        .optional("SmsConfiguration", smsConfiguration),
        .optional("UserPoolTags", .tags),
        .optional(
            "AdminCreateUserConfig",
            .structure([
                .optional("AllowAdminCreateUserOnly", .boolean),
                .optional("UnusedAccountValidityDays", .integer(0...365)),
                .optional(
                    "InviteMessageTemplate",
                    .structure([
                        .optional("SMSMessage", .text(6...140)), .optional("EmailMessage", .text(6...20_000)),
                        .optional("EmailSubject", subject),
                    ])),
            ])),
        .optional(
            "UserPoolAddOns",
            .structure([
                .required("AdvancedSecurityMode", .oneOf("OFF", "AUDIT", "ENFORCED")),
                .optional(
                    "AdvancedSecurityAdditionalFlows",
                    .structure([.optional("CustomAuthMode", .oneOf("AUDIT", "ENFORCED"))])),
            ])),
        .optional(
            "AccountRecoverySetting",
            .structure([
                .optional(
                    "RecoveryMechanisms",
                    .list(
                        of: .structure([
                            .required("Priority", .integer(1...2)),
                            .required("Name", .oneOf("verified_email", "verified_phone_number", "admin_only")),
                        ]), count: 1...2))
            ])),
        .optional("UserPoolTier", .oneOf("LITE", "ESSENTIALS", "PLUS")),
    ]

    /// What a pool is made with and keeps for ever.
    static let poolFoundation: [Shape.Member] = [
        .optional("AliasAttributes", .list(of: .oneOf("phone_number", "email", "preferred_username"))),
        .optional("UsernameAttributes", .list(of: contact)),
        .optional("Schema", .list(of: schemaAttribute, count: 1...50)),
        .optional("UsernameConfiguration", .structure([.required("CaseSensitive", .boolean)])),
    ]

    /// An attribute users may have.
    static let schemaAttribute = Shape.structure([
        .optional("Name", .text(TextRule(length: 1...20, pattern: TextRule.printable))),
        .optional("AttributeDataType", .oneOf("String", "Number", "DateTime", "Boolean")),
        .optional("DeveloperOnlyAttribute", .boolean), .optional("Mutable", .boolean), .optional("Required", .boolean),
        .optional(
            "NumberAttributeConstraints",
            .structure([.optional("MinValue", .text(0...131_072)), .optional("MaxValue", .text(0...131_072))])),
        .optional(
            "StringAttributeConstraints",
            .structure([.optional("MinLength", .text(0...131_072)), .optional("MaxLength", .text(0...131_072))])),
    ])

    /// The second factors of a pool.
    static let mfaConfiguration: [Shape.Member] = [
        .optional(
            "SmsMfaConfiguration",
            .structure([
                .optional("SmsAuthenticationMessage", .message(6...140)),
                .optional("SmsConfiguration", smsConfiguration),
            ])),
        .optional("SoftwareTokenMfaConfiguration", .structure([.optional("Enabled", .boolean)])),
        .optional(
            "EmailMfaConfiguration",
            .structure([.optional("Message", .message(6...20_000)), .optional("Subject", .text(1...140))])),
        .optional("MfaConfiguration", .oneOf("OFF", "ON", "OPTIONAL")),
        .optional(
            "WebAuthnConfiguration",
            .structure([
                .optional("RelyingPartyId", .text(1...127)),
                .optional("UserVerification", .oneOf("required", "preferred")),
            ])),
    ]

    /// What an app client is made and changed with.
    static let clientSettings: [Shape.Member] = [
        .optional("RefreshTokenValidity", .integer(0...315_360_000)),
        .optional("AccessTokenValidity", .integer(1...86_400)),
        .optional("IdTokenValidity", .integer(1...86_400)),
        .optional(
            "TokenValidityUnits",
            .structure(["AccessToken", "IdToken", "RefreshToken"].map { .optional($0, unit) })),
        .optional("ReadAttributes", .list(of: .text(1...2048))),
        .optional("WriteAttributes", .list(of: .text(1...2048))),
        .optional(
            "ExplicitAuthFlows",
            .list(
                of: .oneOf(
                    "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH",
                    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                    "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
                    "ALLOW_USER_AUTH"))),
        .optional("SupportedIdentityProviders", .list(of: .text(1...32))),
        .optional("CallbackURLs", .list(of: .redirectURL, count: 0...100)),
        .optional("LogoutURLs", .list(of: .redirectURL, count: 0...100)),
        .optional("DefaultRedirectURI", .redirectURL),
        .optional("AllowedOAuthFlows", .list(of: .oneOf("code", "implicit", "client_credentials"), count: 0...3)),
        .optional("AllowedOAuthScopes", .list(of: scope, count: 0...50)),
        .optional("AllowedOAuthFlowsUserPoolClient", .boolean),
        .optional(
            "AnalyticsConfiguration",
            .structure([
                .optional("ApplicationId", .text(0...256)), .optional("ApplicationArn", .arn),
                .optional("RoleArn", .arn), .optional("ExternalId", .text(0...256)),
                .optional("UserDataShared", .boolean),
            ])),
        .optional("PreventUserExistenceErrors", .oneOf("LEGACY", "ENABLED")),
        .optional("EnableTokenRevocation", .boolean),
        .optional("EnablePropagateAdditionalUserContextData", .boolean),
        .optional("AuthSessionValidity", .integer(3...15)),
        .optional(
            "RefreshTokenRotation",
            .structure([
                .required("Feature", .oneOf("ENABLED", "DISABLED")),
                .optional("RetryGracePeriodSeconds", .integer(0...60)),
            ])),
    ]

    private static let contact = Shape.oneOf("phone_number", "email")
    private static let unit = Shape.oneOf("seconds", "minutes", "hours", "days")
    private static let subject = Shape.text(TextRule(length: 1...140, pattern: TextRule.printableOrSpace))
    private static let scope = Shape.text(
        TextRule(
            length: 1...256,
            pattern: (
                #"[\x21\x23-\x5B\x5D-\x7E]+"#,
                { TextRule.all($0) { ("!"..."~").contains($0) && $0 != "\"" && $0 != "\\" } }
            )))
    private static let smsConfiguration = Shape.structure([
        .required("SnsCallerArn", .arn), .optional("ExternalId", .text(0...1024)),
        .optional("SnsRegion", .text(5...32)),
    ])
    private static let triggers = [
        "PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication",
        "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "PreTokenGeneration",
        "UserMigration",
    ]
}
