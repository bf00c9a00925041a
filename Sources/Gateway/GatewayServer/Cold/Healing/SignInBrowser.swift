import OpenIDConnect
import Sessions

/// What a browser that signs in shows of itself, and what is asked of it.
struct SignInBrowser: Sendable {
    /// The value of `AWSALBAuthNonce`.
    var nonceCookie: String?
    /// What its cookies say about a session of the rule's name.
    var session = SessionCookieLookup.Result.absent
    /// How its user has to sign in.
    var demand = AuthenticationDemand()
    /// What the sign-in takes along.
    var baggage = SignInBaggage()
}
