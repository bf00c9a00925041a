import OpenIDConnect
import Sessions

/// All of the gateway's ways to sign in, and which of them a callback or a sign-out belongs to.
struct SignInDirectory: Sendable {
    /// One way to sign in that the listener offers, and the session that the browser shows for it.
    struct Candidate: Sendable {
        /// The index of the identity provider.
        let provider: Int
        let session: SessionID?
    }

    /// By index as rules name their provider.
    let services: [SignInService]
    let seal: StateSeal
    let answers: SignInAnswers
    let limits: SignInLimits
    /// Logout tokens are taken once.
    let replays: TakenLogoutTokens
    let signOutLimits: SignOutLimits
    /// Where ended sessions give their tokens back.
    let tokenReturn: TokenReturn

    /// The end of a sign-in, by the settings that began it.
    /// - Parameter candidates: of the listener, at least one.
    func complete(
        query: String, nonceCookie: String?, origin: String, candidates: [Candidate], wantsJSON: Bool, caller: Caller
    ) async -> LocalResponse {
        let callback: SignInCallback
        do throws(SignInError) {
            callback = try seal.callback(query: query, origin: origin)
        } catch {
            // Nothing in it is believed, so it starts nothing; who is signed in just goes on.
            let isSignedIn = candidates.contains { candidate in
                let service = services[candidate.provider]
                return service.relyingParty.configuration.heals
                    && service.standingSession(candidate.session, now: SignInService.now) != nil
            }
            if isSignedIn { return .redirect(302, to: "/") }
            return answers.failed(error, wantsJSON: wantsJSON, endsItsAttempt: true, provider: nil, caller: caller)
        }
        guard let candidate = candidates.first(where: { services[$0.provider].id == callback.provider }) else {
            // The page's own rule says later who really signs in there.
            return await services[candidates[0].provider].recover(
                from: callback.foreign, callback, nonceCookie: nonceCookie, origin: origin, old: candidates[0].session,
                wantsJSON: wantsJSON, caller: caller, now: SignInService.now)
        }
        return await services[candidate.provider].complete(
            callback, nonceCookie: nonceCookie, origin: origin, replacing: candidate.session, wantsJSON: wantsJSON,
            caller: caller)
    }
}
