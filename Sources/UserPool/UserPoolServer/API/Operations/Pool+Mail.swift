import Accounts
import Logging
import UserPoolStore

/// The mails that operations of the API send.
extension Pool {
    /// Sends a user a code.
    ///
    /// - Parameter event: what happens to the account with it.
    /// - Returns: the address it goes to.
    /// - Throws: ``APIError`` where there are too many codes, no mail is sent here, or there is no address.
    func sendCode(
        _ purpose: CodePurpose, to user: User, after event: UserStatus.Event? = nil
    ) async throws -> String {
        guard let mail = configuration.mail else { throw APIError.noMail }
        // A sign-up is what verifies the address.
        let address = purpose == .confirmSignUp ? user.attributes["email"] : user.verifiedEmail
        guard let address else {
            throw APIError.invalidParameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number")
        }
        guard case .code(let code) = try await store.issueCode(purpose, for: user.subject, after: event, now: now)
        else {
            throw APIError.codeAttempts
        }
        let poolName = configuration.poolName
        let isTaken = errands.add {
            try await mail.send(
                Mail(
                    recipient: address,
                    subject: purpose == .confirmSignUp ? "\(poolName): your code" : Texts.resetSubject(.english),
                    text: purpose == .confirmSignUp
                        ? "Your code for \(poolName) is \(code). It is good for a day.\n"
                        : Texts.resetMail(code: code, poolName: poolName)(.english)))
        }
        guard isTaken else { throw APIError.tooManyRequests }
        return address
    }

    /// Sends a new user the temporary password.
    ///
    /// - Returns: false where the pool sends no mail or the user has no address.
    func sendInvitation(to user: User, password: String) -> Bool {
        guard let mail = configuration.mail, let address = user.attributes["email"] else { return false }
        let poolName = configuration.poolName
        return errands.add {
            try await mail.send(
                Mail(
                    recipient: address, subject: "\(poolName): your account",
                    text: """
                        You have an account at \(poolName).

                        Username: \(user.username.text)
                        Temporary password: \(password)

                        You choose your own password when you first sign in.

                        """))
        }
    }
}
