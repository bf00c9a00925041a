import Accounts
import Foundation
import Identity
import Logging
import UserPoolStore

/// What app clients do for people who are not signed in yet: signing in and up, and choosing another password by a code.
struct ClientSideOperations: Sendable {
    let pool: Pool
    let source: AttemptSource
    let logger: Logger

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        let id = input.text("ClientId")
        guard let client = try await pool.client(id) else { throw APIError.clientNotFound(id) }
        switch operation {
        case .revokeToken: return try await revoke(input, client)
        case .initiateAuth, .adminInitiateAuth, .respondToAuthChallenge, .adminRespondToAuthChallenge,
            .getTokensFromRefreshToken:
            return try await SignInOperations(pool: pool, source: source).perform(operation, input, client)
        default:
            try SecretHash.check(input.optionalText("SecretHash"), username: input.text("Username"), of: client)
        }
        let accounts = SignUpOperations(pool: pool, source: source, logger: logger)
        switch operation {
        case .forgotPassword: return try await forgotPassword(input, client.application)
        case .confirmForgotPassword: return try await confirmForgotPassword(input, client.application)
        case .signUp: return try await accounts.signUp(input, client.application)
        case .confirmSignUp: return try await accounts.confirm(input, client.application)
        default: return try await accounts.resend(input, client.application)
        }
    }

    private func revoke(_ input: APIInput, _ client: Pool.Client) async throws -> APIOutput {
        try SecretHash.check(secret: input.optionalText("ClientSecret"), of: client)
        let token = input.text("Token")
        guard client.application.allowsRevocation else {
            throw APIError.unsupportedOperation("Token revocation is disabled for this client.")
        }
        // Refresh tokens have no dots; the others are signed, and end by themselves.
        guard !token.contains(".") else { throw APIError.unsupportedTokenType }
        if let owner = try await pool.store.client(ofRefreshToken: token), owner != client.application.id {
            throw APIError.unauthorizedClient
        }
        try await pool.store.revoke(refreshToken: token, clientID: client.application.id, now: pool.now)
        return .nothing
    }

    // MARK: Another password

    /// Where users' existence is masked, the answer is the same for everybody, and the mail is sent after it.
    private func forgotPassword(_ input: APIInput, _ client: AppClient) async throws -> APIOutput {
        let name = input.text("Username")
        guard pool.configuration.mail != nil else { throw APIError.noMail }
        guard client.masksUserExistence else { return try await forgotPassword(unmasked: name) }
        pool.sendResetCode(to: name, language: .english)
        let user = try await pool.store.user(matching: name, orSubject: false)
        let simulated = simulatedAddress(for: name)
        let address = user?.verifiedEmail ?? simulated
        return .document(["CodeDeliveryDetails": CodeDelivery.document(to: address)])
    }

    private func forgotPassword(unmasked name: String) async throws -> APIOutput {
        guard let user = try await pool.store.user(matching: name) else { throw APIError.combinationNotFound }
        guard user.isEnabled else { throw APIError.userDisabled }
        guard user.status == .confirmed || user.status == .resetRequired else {
            throw APIError.notAuthorized("User password cannot be reset in the current state.")
        }
        let address = try await pool.sendCode(.resetPassword, to: user)
        return .document(["CodeDeliveryDetails": CodeDelivery.document(to: address)])
    }

    /// What stands for the address of who does not exist: the same each time. Not made of the salt, which SRP tells everybody.
    private func simulatedAddress(for name: String) -> String {
        let bytes = pool.store.decoy("address", for: name)
        let letters = Array("abcdefghijklmnoprstw")
        return "\(letters[Int(bytes[0]) % letters.count])@\(letters[Int(bytes[1]) % letters.count]).example"
    }

    private func confirmForgotPassword(_ input: APIInput, _ client: AppClient) async throws -> APIOutput {
        let name = input.text("Username")
        let rules = try await pool.rules()
        let password = input.text("Password")
        try rules.passwordPolicy.check(password, username: name, verb: "does")
        if !client.masksUserExistence, try await pool.store.user(matching: name) == nil {
            throw APIError.combinationNotFound
        }
        switch try await pool.resetPassword(
            of: name, code: input.text("ConfirmationCode"), newPassword: password, rules: rules, source: source,
            masking: client.masksUserExistence)
        {
        case .changed: return .nothing
        case .wrongCode: throw APIError.wrongCode
        case .expiredCode: throw APIError.staleCode
        case .limited: throw APIError.codeAttempts
        case .refused: throw APIError.notAuthorized("User password cannot be reset in the current state.")
        case .usedBefore: throw APIError.passwordHistory
        case .overloaded: throw APIError.tooManyRequests
        }
    }
}

/// `CodeDeliveryDetailsType`.
enum CodeDelivery {
    /// That a code goes to `address`, of which the first letters alone are shown.
    static func document(to address: String) -> JSONValue {
        let halves = address.split(separator: "@", maxSplits: 1)
        let masked = halves.map { "\($0.prefix(1))***" }.joined(separator: "@")
        return ["Destination": .string(masked), "DeliveryMedium": "EMAIL", "AttributeName": "email"]
    }
}

extension APIError {
    static let wrongCode = codeMismatch("Invalid verification code provided, please try again.")
    static let staleCode = expiredCode("Invalid code provided, please request a code again.")
    static let noMail = codeDelivery(
        "This user pool sends no mail. Ask your administrator, or configure UserPool.MailCommand.")
}
