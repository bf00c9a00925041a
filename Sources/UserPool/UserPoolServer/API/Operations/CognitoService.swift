import Accounts
import Foundation
import Identity
import Logging
import Tokens
import UserPoolStore

/// What an operation answers.
enum APIOutput: Sendable, Equatable {
    /// An empty body: operations without an output shape.
    case empty
    /// A JSON object.
    case document(JSONValue)

    /// `{}`: operations whose output shape has no members.
    static let nothing = APIOutput.document([:])
}

/// Does the operations of the JSON API: one method a group of them, each in a file of its own.
struct CognitoService: Sendable {
    let pools: PoolDirectory

    /// Does one operation.
    ///
    /// - Parameters:
    ///   - source: whose attempts to sign in these are.
    /// - Throws: ``APIError`` for what is refused; anything else is the pool's own failure.
    func perform(
        _ operation: APIOperation, _ input: APIInput, source: AttemptSource, logger: Logger
    ) async throws -> APIOutput {
        switch operation {
        case .createUserPool, .listUserPools, .describeUserPoolDomain, .tagResource, .untagResource,
            .listTagsForResource:
            return try await PoolOperations(pools: pools).perform(operation, input)
        case .initiateAuth, .respondToAuthChallenge, .getTokensFromRefreshToken, .revokeToken, .forgotPassword,
            .confirmForgotPassword, .signUp, .confirmSignUp, .resendConfirmationCode:
            let clientID = input.text("ClientId")
            guard let pool = try await pools.pool(ofClient: clientID) else { throw APIError.clientNotFound(clientID) }
            return try await ClientSideOperations(pool: pool, source: source, logger: logger).perform(operation, input)
        case .getUser, .changePassword, .globalSignOut, .deleteUser, .updateUserAttributes, .deleteUserAttributes,
            .associateSoftwareToken, .verifySoftwareToken, .setUserMFAPreference:
            return try await SignedInOperations(pools: pools, source: source).perform(operation, input)
        default:
            let id = input.text("UserPoolId")
            guard let pool = await pools.pool(id) else { throw APIError.poolNotFound(id) }
            return try await perform(operation, input, in: pool, source: source, logger: logger)
        }
    }

    private func perform(
        _ operation: APIOperation, _ input: APIInput, in pool: Pool, source: AttemptSource, logger: Logger
    ) async throws -> APIOutput {
        switch operation {
        case .describeUserPool, .updateUserPool, .deleteUserPool, .addCustomAttributes, .setUserPoolMfaConfig,
            .getUserPoolMfaConfig, .getCSVHeader, .createUserPoolDomain, .updateUserPoolDomain, .deleteUserPoolDomain:
            try await PoolOperations(pools: pools).perform(operation, input, in: pool)
        case .createUserPoolClient, .describeUserPoolClient, .updateUserPoolClient, .deleteUserPoolClient,
            .listUserPoolClients:
            try await ClientOperations(pool: pool).perform(operation, input)
        case .createGroup, .getGroup, .updateGroup, .deleteGroup, .listGroups, .adminAddUserToGroup,
            .adminRemoveUserFromGroup, .adminListGroupsForUser, .listUsersInGroup:
            try await GroupOperations(pool: pool).perform(operation, input)
        case .adminInitiateAuth, .adminRespondToAuthChallenge:
            try await ClientSideOperations(pool: pool, source: source, logger: logger).perform(operation, input)
        case .exportUsers, .importUsers: try await TransferOperations(pool: pool).perform(operation, input)
        default:
            try await UserOperations(pool: pool, logger: logger).perform(operation, input)
        }
    }
}
