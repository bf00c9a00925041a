/// What InitiateAuth and RespondToAuthChallenge answer.
enum ChallengeAnswer: Sendable, Equatable {
    /// There is something left to do.
    case challenge(name: ChallengeName, session: String?, parameters: [String: String])
    /// The user is signed in.
    case result(AuthenticationResult)
}

/// The challenges there are here; the names are Cognito's.
enum ChallengeName: String, Sendable {
    /// Choose a password in place of a temporary one.
    case newPasswordRequired = "NEW_PASSWORD_REQUIRED"
    /// Show that the password is known (SRP).
    case passwordVerifier = "PASSWORD_VERIFIER"
    /// A code of the authenticator app.
    case softwareToken = "SOFTWARE_TOKEN_MFA"
    /// Say which second factor; there is only one here, so nobody is asked.
    case selectMFA = "SELECT_MFA_TYPE"
    /// Set an authenticator app up.
    case setUpMFA = "MFA_SETUP"
}

/// The tokens of a sign-in (`AuthenticationResultType`; `TokenType` is `Bearer`).
struct AuthenticationResult: Sendable, Equatable {
    let accessToken: String
    let idToken: String?
    /// Only where there is a new one.
    let refreshToken: String?
    /// Seconds.
    let expiresIn: Int
}
