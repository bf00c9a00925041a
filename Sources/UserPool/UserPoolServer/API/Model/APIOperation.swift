/// The operations that this pool serves; their names are what follows the dot in `X-Amz-Target`.
enum APIOperation: String, CaseIterable, Sendable {
    // Pools
    case createUserPool, describeUserPool, updateUserPool, deleteUserPool, listUserPools
    case addCustomAttributes, setUserPoolMfaConfig, getUserPoolMfaConfig, getCSVHeader
    case tagResource, untagResource, listTagsForResource
    // App clients and domains
    case createUserPoolClient, describeUserPoolClient, updateUserPoolClient, deleteUserPoolClient, listUserPoolClients
    case createUserPoolDomain, describeUserPoolDomain, updateUserPoolDomain, deleteUserPoolDomain
    // Users
    case adminCreateUser, adminGetUser, adminDeleteUser, adminSetUserPassword, adminConfirmSignUp
    case adminResetUserPassword, adminEnableUser, adminDisableUser, adminUserGlobalSignOut
    case adminUpdateUserAttributes, adminDeleteUserAttributes, adminSetUserMFAPreference, listUsers
    // Groups
    case createGroup, getGroup, updateGroup, deleteGroup, listGroups
    case adminAddUserToGroup, adminRemoveUserFromGroup, adminListGroupsForUser, listUsersInGroup
    // Signing in
    case adminInitiateAuth, adminRespondToAuthChallenge, initiateAuth, respondToAuthChallenge
    case getTokensFromRefreshToken, revokeToken
    // The signed-in user
    case getUser, changePassword, globalSignOut, deleteUser, updateUserAttributes, deleteUserAttributes
    case associateSoftwareToken, verifySoftwareToken, setUserMFAPreference
    // Without a sign-in
    case forgotPassword, confirmForgotPassword, signUp, confirmSignUp, resendConfirmationCode
    // Gatehouse's own, for `gatehouse users`
    case exportUsers, importUsers

    /// The operation `X-Amz-Target` names.
    init?(target: String) {
        guard let dot = target.firstIndex(of: "."),
            let found = APIOperation(name: String(target[target.index(after: dot)...])),
            target[...dot] == found.service
        else { return nil }
        self = found
    }

    /// The operation of this name.
    init?(name: String) {
        guard let found = Self.byName[name] else { return nil }
        self = found
    }

    /// What precedes the name in `X-Amz-Target`.
    var service: String {
        switch self {
        case .exportUsers, .importUsers: Self.gatehouse
        default: Self.cognito
        }
    }

    /// The name as the service model writes it: `AdminGetUser`.
    var name: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Whether only an administrator may call it, who signs his requests (the model's trait `auth`: all but `noAuth`).
    var isSigned: Bool {
        switch self {
        case .initiateAuth, .respondToAuthChallenge, .getTokensFromRefreshToken, .revokeToken, .getUser,
            .changePassword,
            .globalSignOut, .deleteUser, .updateUserAttributes, .deleteUserAttributes, .associateSoftwareToken,
            .verifySoftwareToken, .setUserMFAPreference, .forgotPassword, .confirmForgotPassword, .signUp,
            .confirmSignUp,
            .resendConfirmationCode:
            false
        default: true
        }
    }

    /// The most bytes its body may have: texts of messages make pools large, everything else is small.
    var maximumBody: Int {
        switch self {
        case .createUserPool, .updateUserPool, .createUserPoolClient, .updateUserPoolClient: 512 * 1024
        case .importUsers: 4 * 1024 * 1024
        default: 64 * 1024
        }
    }

    static let cognito = "AWSCognitoIdentityProviderService."
    private static let gatehouse = "GatehouseUserPool."

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}
