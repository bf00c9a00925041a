/// What the user is told about a failed sign-in.
struct SignInText {
    let title: String
    let message: String
    let hint: String
    let canRetry: Bool

    init(_ title: String, _ message: String, _ hint: String, canRetry: Bool) {
        self.title = title
        self.message = message
        self.hint = hint
        self.canRetry = canRetry
    }

    /// The usual text of a failure.
    init(_ code: SignInFailure) {
        switch code {
        case .invalidState, .missingState:
            self = .notOurs
        case .missingNonceCookie, .invalidNonceCookie:
            self.init(
                "This sign-in belongs to another tab or browser",
                "The cookie that ties the sign-in to this browser is missing or belongs to a later attempt.",
                "Sign in again in this tab. If it keeps happening, allow cookies for this site.", canRetry: true)
        case .missingCode:
            self.init(
                "Sign-in was not completed", "The sign-in service sent you back without a confirmation.",
                "Start again from here.", canRetry: true)
        case .missingHost:
            self.init(
                "The address is incomplete", "The request does not say which site it is for.",
                "Open the site by its full address.", canRetry: false)
        case .invalidGrant:
            self.init(
                "The sign-in has been used already",
                "The sign-in service did not accept its own confirmation a second time.",
                "Sign in again. Going back or reloading in the middle of a sign-in leads here.", canRetry: true)
        case .invalidIDToken:
            self.init(
                "Your identity could not be confirmed",
                "What the sign-in service said about you did not pass the checks, so you were not signed in.",
                "Sign in again. If it keeps happening, tell the operator the request id below.", canRetry: true)
        case .userInfoTooLarge:
            self.init(
                "Your profile is too large", "The sign-in service sent more about you than can be passed on (11 KB).",
                "Ask the operator to have fewer attributes or groups sent for your account.", canRetry: false)
        case .tokenEndpointTimeout, .userInfoEndpointTimeout, .keysTimeout, .unhandled:
            self.init(
                "The sign-in service does not answer", "It could not be reached, or took too long.",
                "Wait a moment and try again.", canRetry: true)
        case .tokenEndpointFailed, .userInfoEndpointFailed, .keysFailed, .invalidTokenResponse,
            .invalidUserInfoResponse,
            .keysInvalid, .keysTooLarge:
            self.init(
                "The sign-in service reported an error", "It answered, but not with what is needed to sign you in.",
                "Try again. If it keeps happening, tell the operator the request id below.", canRetry: true)
        }
    }

    static let notOurs = SignInText(
        "This sign-in cannot be continued",
        "The link that brought you here was not made for this browser and this site, or is damaged.",
        "Start again from here.", canRetry: true)

    static let tooLate = SignInText(
        "The sign-in took too long", "A sign-in has to be finished within 15 minutes.", "Start again from here.",
        canRetry: true)

    static let tooWeak = SignInText(
        "This sign-in is not enough",
        "The page asks for a fresh or stronger sign-in, and the sign-in service did not confirm one.",
        "Sign in again with your second factor. If it keeps happening, tell the operator the request id below.",
        canRetry: true)

    static let denied = SignInText(
        "You were not let in", "The sign-in service refused access to this application, or you declined.",
        "Sign in with another account, or ask the operator for access.", canRetry: true)

    static let unreachable = SignInText(
        "The sign-in service cannot be reached",
        "Nobody can sign in until it answers again. Whoever is signed in stays so.",
        "This page tries again by itself every few seconds.", canRetry: true)

    static let unavailable = SignInText(
        "The sign-in service is not available", "It says it cannot sign anybody in at the moment.",
        "Wait a moment and try again.", canRetry: true)
}
