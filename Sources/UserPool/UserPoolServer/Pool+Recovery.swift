import Accounts
import Foundation
import UserPoolStore

extension Pool {
    /// Sends a code for a new password to who is called `username`, after the answer has been given: neither the answer nor its time
    /// tells whether there is such a user, with a verified address and a password that can be reset.
    func sendResetCode(to username: String, language: Language) {
        guard let mail = configuration.mail else { return }
        let poolName = configuration.poolName
        errands.add { [store, clock] in
            guard let user = try await store.user(matching: username, orSubject: false), user.isEnabled,
                let address = user.verifiedEmail,
                user.status == .confirmed || user.status == .resetRequired,
                case .code(let code) = try await store.issueCode(
                    .resetPassword, for: user.subject, now: clock() / 1000)
            else { return }
            try await mail.send(
                Mail(
                    recipient: address, subject: Texts.resetSubject(language),
                    text: Texts.resetMail(code: code, poolName: poolName)(language)))
        }
    }

    /// Sets the password of who is called `username` and shows a code. Where users' existence is masked, who does not exist, has no
    /// code or has tried too often is as one with a wrong code.
    ///
    /// The password is taken as it is: whoever calls has checked it against the policy.
    func resetPassword(
        of username: String, code: String, newPassword: String, rules: PoolRules, source: AttemptSource,
        masking: Bool = true
    ) async throws -> UserPoolStore.ResetOutcome {
        guard let user = try await store.user(matching: username), user.isEnabled else {
            // A write like that of a wrong code.
            _ = try await store.useOnce(UUID().uuidString, until: now)
            return masking ? .wrongCode : .expiredCode
        }
        let outcome = try await store.resetPassword(
            of: user.subject, code: code, newPassword: newPassword, historySize: rules.passwordHistorySize,
            from: source, now: now)
        return masking && [.expiredCode, .limited].contains(outcome) ? .wrongCode : outcome
    }
}

extension User {
    /// The address mails may go to.
    var verifiedEmail: String? {
        attributes["email_verified"] == "true" ? attributes["email"] : nil
    }
}
