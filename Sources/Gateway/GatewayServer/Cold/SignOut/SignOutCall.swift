/// What a browser asks for at `/oauth2/logout`.
struct SignOutCall: Sendable {
    /// The listener's ways to sign in, and the sessions that the browser shows for them; at least one.
    let candidates: [SignInDirectory.Candidate]
    /// `https://host[:port]`
    let origin: String
    /// The page of this site to go on to where the provider has no page of its own for it; validated.
    let returnTarget: String?
    /// All sessions of the user end, not just those of this browser.
    let isEverywhere: Bool
    let wantsJSON: Bool
    let caller: Caller
}
