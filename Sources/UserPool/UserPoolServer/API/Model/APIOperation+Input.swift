extension APIOperation {
    /// The members of its request.
    var input: [Shape.Member] {
        switch self {
        case .createUserPool: [.required("PoolName", .poolName)] + Self.poolSettings + Self.poolFoundation
        case .updateUserPool: [Self.pool, .optional("PoolName", .poolName)] + Self.poolSettings
        case .describeUserPool, .deleteUserPool, .getUserPoolMfaConfig, .getCSVHeader: [Self.pool]
        case .listUserPools: [.required("MaxResults", .integer(1...60)), .optional("NextToken", .pageToken)]
        case .addCustomAttributes:
            [Self.pool, .required("CustomAttributes", .list(of: Self.schemaAttribute, count: 1...25))]
        case .setUserPoolMfaConfig: [Self.pool] + Self.mfaConfiguration
        case .tagResource: [.required("ResourceArn", .arn), .required("Tags", .tags)]
        case .untagResource: [.required("ResourceArn", .arn), .required("TagKeys", .list(of: .text(1...128)))]
        case .listTagsForResource: [.required("ResourceArn", .arn)]
        case .createUserPoolClient:
            [
                Self.pool, .required("ClientName", .clientName), .optional("GenerateSecret", .boolean),
                .optional("ClientSecret", .clientSecret),
            ] + Self.clientSettings
        case .updateUserPoolClient:
            [Self.pool, Self.client, .optional("ClientName", .clientName)] + Self.clientSettings
        case .describeUserPoolClient, .deleteUserPoolClient: [Self.pool, Self.client]
        case .listUserPoolClients:
            [Self.pool, .optional("MaxResults", .integer(1...60)), .optional("NextToken", .pageToken)]
        case .createUserPoolDomain, .updateUserPoolDomain:
            [
                .required("Domain", .domain), Self.pool, .optional("ManagedLoginVersion", .integer(1...2)),
                .optional("CustomDomainConfig", .structure([.required("CertificateArn", .arn)])),
            ]
        case .describeUserPoolDomain: [.required("Domain", .domain)]
        case .exportUsers: [Self.pool, .optional("NextToken", .pageToken)]
        case .importUsers: [Self.pool, .required("Users", .list(of: UserRecord.shape, count: 1...500))]
        case .deleteUserPoolDomain: [.required("Domain", .domain), Self.pool]
        default: usersInput
        }
    }

    private var usersInput: [Shape.Member] {
        switch self {
        case .adminCreateUser:
            [
                Self.pool, Self.user, .optional("UserAttributes", .attributes),
                .optional("ValidationData", .attributes),
                .optional("TemporaryPassword", .password), .optional("ForceAliasCreation", .boolean),
                .optional("MessageAction", .oneOf("RESEND", "SUPPRESS")),
                .optional("DesiredDeliveryMediums", .list(of: .oneOf("SMS", "EMAIL"))), Self.metadata,
            ]
        case .adminGetUser, .adminDeleteUser, .adminEnableUser, .adminDisableUser, .adminUserGlobalSignOut:
            [Self.pool, Self.user]
        case .adminConfirmSignUp, .adminResetUserPassword: [Self.pool, Self.user, Self.metadata]
        case .adminSetUserPassword:
            [Self.pool, Self.user, .required("Password", .password), .optional("Permanent", .boolean)]
        case .adminUpdateUserAttributes:
            [Self.pool, Self.user, .required("UserAttributes", .attributes), Self.metadata]
        case .adminDeleteUserAttributes: [Self.pool, Self.user, .required("UserAttributeNames", .attributeNames)]
        case .adminSetUserMFAPreference: [Self.pool, Self.user] + Self.factors
        case .listUsers:
            [
                Self.pool, .optional("AttributesToGet", .attributeNames), .optional("Limit", .limit),
                .optional("PaginationToken", .pageToken), .optional("Filter", .text(0...256)),
            ]
        case .createGroup, .updateGroup:
            [
                Self.group, Self.pool, .optional("Description", .text(0...2048)), .optional("RoleArn", .arn),
                .optional("Precedence", .integer(0...2_147_483_647)),
            ]
        case .getGroup, .deleteGroup: [Self.group, Self.pool]
        case .listGroups: [Self.pool] + Self.page
        case .adminAddUserToGroup, .adminRemoveUserFromGroup: [Self.pool, Self.user, Self.group]
        case .adminListGroupsForUser: [Self.user, Self.pool] + Self.page
        case .listUsersInGroup: [Self.pool, Self.group] + Self.page
        default: authenticationInput
        }
    }

    private var authenticationInput: [Shape.Member] {
        switch self {
        case .adminInitiateAuth, .initiateAuth:
            (self == .adminInitiateAuth ? [Self.pool] : []) + [
                Self.client, .required("AuthFlow", .text(Self.flows)), .optional("AuthParameters", .parameters),
                Self.metadata, .optional("Session", .session),
            ]
        case .adminRespondToAuthChallenge, .respondToAuthChallenge:
            (self == .adminRespondToAuthChallenge ? [Self.pool] : []) + [
                Self.client, .required("ChallengeName", .text(Self.challenges)),
                .optional("ChallengeResponses", .parameters), Self.metadata, .optional("Session", .session),
            ]
        case .getTokensFromRefreshToken:
            [
                .required("RefreshToken", .token), Self.client, .optional("ClientSecret", .clientSecret), Self.metadata,
            ]
        case .revokeToken: [.required("Token", .token), Self.client, .optional("ClientSecret", .clientSecret)]
        case .changePassword:
            [
                .optional("PreviousPassword", .password), .required("ProposedPassword", .password), Self.accessToken,
            ]
        case .updateUserAttributes: [.required("UserAttributes", .attributes), Self.accessToken, Self.metadata]
        case .deleteUserAttributes: [.required("UserAttributeNames", .attributeNames), Self.accessToken]
        case .associateSoftwareToken: [.optional("AccessToken", .token), .optional("Session", .session)]
        case .verifySoftwareToken:
            [
                .optional("AccessToken", .token), .optional("Session", .session), .required("UserCode", Self.userCode),
                .optional("FriendlyDeviceName", .text(0...256)),
            ]
        case .setUserMFAPreference: [Self.accessToken] + Self.factors
        case .forgotPassword, .resendConfirmationCode: [Self.client, Self.user, Self.hash, Self.metadata]
        case .confirmForgotPassword:
            [
                Self.client, Self.user, Self.hash, .required("ConfirmationCode", .code),
                .required("Password", .password),
                Self.metadata,
            ]
        case .signUp:
            [
                Self.client, Self.user, Self.hash, .optional("Password", .password),
                .optional("UserAttributes", .attributes), .optional("ValidationData", .attributes), Self.metadata,
            ]
        case .confirmSignUp:
            [
                Self.client, Self.user, Self.hash, .required("ConfirmationCode", .code),
                .optional("ForceAliasCreation", .boolean), Self.metadata, .optional("Session", .session),
            ]
        default: [Self.accessToken]
        }
    }

    private static let pool = Shape.Member.required("UserPoolId", .poolID)
    private static let client = Shape.Member.required("ClientId", .clientID)
    private static let user = Shape.Member.required("Username", .username)
    private static let group = Shape.Member.required("GroupName", .groupName)
    private static let hash = Shape.Member.optional("SecretHash", .secretHash)
    private static let accessToken = Shape.Member.required("AccessToken", .token)
    private static let metadata = Shape.Member.optional("ClientMetadata", .metadata)
    private static let page: [Shape.Member] = [.optional("Limit", .limit), .optional("NextToken", .pageToken)]
    private static let factors: [Shape.Member] = [
        .optional("SMSMfaSettings", .factorSettings), .optional("SoftwareTokenMfaSettings", .factorSettings),
        .optional("EmailMfaSettings", .factorSettings), .optional("WebAuthnMfaSettings", .factorSettings),
    ]
    private static let userCode = Shape.text(
        TextRule(
            length: 6...6,
            pattern: ("[0-9]+", { TextRule.all($0) { ("0"..."9").contains($0) } }), isSecret: true))
    private static let flows = TextRule.oneOf(
        "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH",
        "USER_PASSWORD_AUTH",
        "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH")
    private static let challenges = TextRule.oneOf(
        "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "PASSWORD_VERIFIER",
        "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH",
        "NEW_PASSWORD_REQUIRED", "SMS_OTP", "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP")
}
