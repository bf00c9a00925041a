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
    /// The ways to the providers, each once.
    let connections: [ProviderConnection]

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

    /// Asks before somebody is signed out whom another site sent.
    func confirmSignOut(candidates: [Candidate], origin: String) async -> LocalResponse {
        let location = await signOutLocation(candidates: candidates, origin: origin)
        return SignOutPage.confirmation(leadsTo: location, assets: answers.assets)
    }

    /// Where ``signOut(candidates:origin:caller:)`` leads, if anywhere, but for what it tells the provider.
    func signOutLocation(candidates: [Candidate], origin: String) async -> String? {
        await leaving(candidates).signOutLocation(idToken: nil, origin: origin)
    }

    /// Ends all sessions that the browser shows, takes their cookies back, and goes on to the sign-out of the first one's provider.
    func signOut(candidates: [Candidate], origin: String, caller: Caller) async -> LocalResponse {
        let service = leaving(candidates)
        var idToken: String?
        var cookies = service.cookie.expiry
        for candidate in candidates {
            guard let id = candidate.session else { continue }
            let own = services[candidate.provider]
            if let record = await own.end(id, caller: caller), own.id == service.id {
                let hint = record.tokens.idToken
                // A sealed session may have none left.
                idToken = hint.isEmpty ? nil : hint
            }
            if !cookies.contains(own.cookie.expiry[0]) { cookies += own.cookie.expiry }
        }
        let location = await service.signOutLocation(idToken: idToken, origin: origin)
        return .redirect(302, to: location ?? "/", cookies: cookies + [NonceCookie.expiry])
    }

    /// At whose provider a sign-out ends: the first with a session that stands, else the first.
    private func leaving(_ candidates: [Candidate]) -> SignInService {
        let signedIn = candidates.first { candidate in
            candidate.session.map(services[candidate.provider].hasLiveSession) ?? false
        }
        return services[(signedIn ?? candidates[0]).provider]
    }
}
