public import Accounts

/// What a sign-in is for.
public enum SignInKind: Sendable, Equatable {
    /// A browser's session at the pool, from which clients get their codes.
    case browser
    /// Tokens for a client that asks by the API.
    case api(AppClient)

    /// The client's id; nil for a browser.
    var clientID: String? {
        if case .api(let client) = self { client.id } else { nil }
    }
}

/// What a user still has to do; the store keeps it under a token that works once.
public enum ChallengeStep: String, Sendable, Equatable {
    /// Choose a password in place of a temporary one.
    case newPassword
    /// Enter a code of the authenticator app, or a recovery code.
    case softwareToken
    /// Set an authenticator app up.
    case softwareTokenSetup
    /// The app set up has shown a right code; only the API has this between.
    case softwareTokenVerified
}

/// How far a user has come.
public enum SignInResult: Sendable, Equatable {
    /// All the way: the browser has a new session.
    case browser(User, session: OpaqueToken)
    /// All the way: tokens may be made.
    case tokens(SignIn, refreshToken: OpaqueToken)
    /// There is something left to do.
    case challenge(User, ChallengeStep, token: OpaqueToken)
}

/// How an attempt to sign in with a password ended.
public enum SignInOutcome: Sendable, Equatable {
    /// The password is right and the user may go on.
    case passed(SignInResult)
    /// Wrong password or no such user: the two cannot be told apart, not by time either.
    case incorrect
    /// Too many attempts under this name; nothing was looked at. Seconds to wait, at least 1.
    case locked(seconds: Int)
    /// Too many failures of this source, whatever the names; nothing was looked at. Seconds to wait, at least 1.
    case throttled(seconds: Int)
    /// The password is right, the user may not sign in.
    case disabled
    /// The password is right but of no use: why.
    case unusable(SignInStep)
    /// Too many sign-ins at this moment.
    case overloaded
}

/// What looking at a password came to.
enum PasswordCheck<Value: Sendable & Equatable>: Sendable, Equatable {
    case correct(Value)
    case incorrect
    case locked(seconds: Int)
    case throttled(seconds: Int)
    case overloaded
}
