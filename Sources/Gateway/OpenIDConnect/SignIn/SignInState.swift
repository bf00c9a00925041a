/// What a sign-in has to remember between its two halves. The host stores nothing: it travels, sealed, in `state`.
struct SignInState: Equatable, Sendable {
    /// Which settings began it.
    var provider: ProviderID
    /// When it began, in seconds since 1970.
    var startedAt: Int
    /// PKCE's code verifier; nil without PKCE.
    var verifier: String?
    /// `nonce`, which must come back in the ID token; nil if none was sent.
    var nonce: String?
    /// SHA-256 of the nonce cookie's value: 32 bytes.
    var cookieHash: [UInt8]
    /// Where the user wanted to go.
    var target: OriginalTarget
    /// What was asked of the sign-in.
    var demand = AuthenticationDemand()
    /// What it takes along besides.
    var baggage = SignInBaggage()

    /// Whether `now` is within the 15 minutes the load balancer gives a sign-in. A minute of clock set back is forgiven.
    func isTimely(at now: Int) -> Bool {
        (-60...Self.maximumAge).contains(now - startedAt)
    }

    static let maximumAge = 900
}
