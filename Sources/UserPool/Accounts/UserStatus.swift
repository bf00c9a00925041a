/// Where a user's account stands; the names are Cognito's.
public enum UserStatus: String, Sendable, CaseIterable {
    /// Has a password of their own.
    case confirmed = "CONFIRMED"
    /// Has a temporary password that must be replaced at the next sign-in.
    case forceChangePassword = "FORCE_CHANGE_PASSWORD"
    /// Must set a new password by a code before signing in.
    case resetRequired = "RESET_REQUIRED"
    /// Signed up but not yet confirmed; only imported accounts can be so here.
    case unconfirmed = "UNCONFIRMED"

    /// What can happen to an account.
    public enum Event: Sendable, CaseIterable {
        /// AdminConfirmSignUp, ConfirmSignUp.
        case signUpConfirmed
        /// The user replaced a temporary password.
        case newPasswordChosen
        /// AdminSetUserPassword with Permanent.
        case permanentPasswordSet
        /// AdminSetUserPassword without Permanent.
        case temporaryPasswordSet
        /// AdminResetUserPassword.
        case passwordReset
        /// ConfirmForgotPassword.
        case resetConfirmed
    }

    /// The status after `event`, or nil where Cognito refuses it.
    public func after(_ event: Event) -> UserStatus? {
        switch (self, event) {
        case (_, .permanentPasswordSet): .confirmed
        case (_, .temporaryPasswordSet): .forceChangePassword
        case (.unconfirmed, .signUpConfirmed): .confirmed
        case (.forceChangePassword, .newPasswordChosen): .confirmed
        case (.confirmed, .passwordReset): .resetRequired
        case (.resetRequired, .resetConfirmed), (.confirmed, .resetConfirmed): .confirmed
        default: nil
        }
    }
}
