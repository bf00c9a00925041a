/// What a user has to do next, after the password was right.
///
/// The order is Cognito's: first what forbids the sign-in, then a new password, then the second factor.
public enum SignInStep: Sendable, Equatable {
    /// Nothing more: tokens may be issued.
    case done
    /// Choose a password in place of a temporary one.
    case newPassword
    /// Enter a code of the authenticator app.
    case softwareToken
    /// Set an authenticator app up.
    case softwareTokenSetup
    /// The temporary password's time is over: an administrator must set another one.
    case temporaryPasswordExpired
    /// The password was reset: choose one with a code.
    case resetRequired
    /// The sign-up was never confirmed.
    case notConfirmed

    /// The step after the password, or after the new password where the status is confirmed by then.
    ///
    /// - Parameters:
    ///   - temporaryPasswordExpiresAt: Unix seconds; nil where the password is not temporary.
    ///   - now: Unix seconds.
    public init(
        status: UserStatus, temporaryPasswordExpiresAt expiry: Int?, mfa: MFAState, mode: MFAMode, now: Int
    ) {
        switch status {
        case .unconfirmed: self = .notConfirmed
        case .resetRequired: self = .resetRequired
        case .forceChangePassword:
            self = expiry.map { $0 <= now } == true ? .temporaryPasswordExpired : .newPassword
        case .confirmed: self = Self.secondFactor(mfa, mode)
        }
    }

    private static func secondFactor(_ mfa: MFAState, _ mode: MFAMode) -> SignInStep {
        let isActive = mfa.hasVerifiedToken && mfa.isEnabled
        switch mode {
        case .off: return .done
        case .optional: return isActive ? .softwareToken : .done
        // Whose factor an administrator has switched off has lost the phone and sets up another one.
        case .required: return isActive ? .softwareToken : .softwareTokenSetup
        }
    }
}
