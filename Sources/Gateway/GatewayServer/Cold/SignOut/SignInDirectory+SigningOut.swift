import Audit
import OpenIDConnect
import Sessions

extension SignInDirectory {
    /// Asks before somebody is signed out whom another site sent.
    func confirmSignOut(_ call: SignOutCall) async -> LocalResponse {
        let location = await signOutLocation(candidates: call.candidates, origin: call.origin)
        return SignOutPage.confirmation(
            action: SignOutLink.address(everywhere: call.isEverywhere), leadsTo: location, assets: answers.assets)
    }

    /// Where ``signOut(_:)`` leads, if anywhere, but for what it tells the provider.
    func signOutLocation(candidates: [Candidate], origin: String) async -> String? {
        await leaving(candidates).signOutLocation(idToken: nil, origin: origin)
    }

    /// Ends all sessions that the browser shows, takes their cookies back, and goes on to the sign-out of the first one's provider.
    ///
    /// A provider that has no such page keeps its own session, and would sign the user in again without asking. So the browser is not sent
    /// where the next sign-in begins, but told so.
    func signOut(_ call: SignOutCall) async -> LocalResponse {
        let service = leaving(call.candidates)
        var idToken: String?
        var cookies = service.cookie.expiry
        for candidate in call.candidates {
            guard let id = candidate.session else { continue }
            let own = services[candidate.provider]
            if call.isEverywhere, own.relyingParty.signsOutGlobally,
                let standing = own.standingSession(id, now: SignInService.now)
            {
                tokenReturn.expectGlobalSignOut(standing)
            }
            if let record = await own.end(id, caller: call.caller) {
                let hint = record.tokens.idToken
                // A sealed session may have none left.
                if own.id == service.id, !hint.isEmpty { idToken = hint }
                if call.isEverywhere { await own.endAll(of: record, caller: call.caller) }
            }
            if !cookies.contains(own.cookie.expiry[0]) { cookies += own.cookie.expiry }
        }
        cookies.append(NonceCookie.expiry)
        let location = await service.signOutLocation(idToken: idToken, origin: call.origin)
        if let target = location ?? call.returnTarget { return .redirect(302, to: target, cookies: cookies) }
        var response = SignOutPage.done(asJSON: call.wantsJSON, assets: answers.assets)
        response.fields += cookies.map { ("Set-Cookie", $0) }
        return response
    }

    /// At whose provider a sign-out ends: the first with a session that stands, else the first.
    private func leaving(_ candidates: [Candidate]) -> SignInService {
        let signedIn = candidates.first { candidate in
            candidate.session.map(services[candidate.provider].hasLiveSession) ?? false
        }
        return services[(signedIn ?? candidates[0]).provider]
    }
}

extension SignInService {
    /// Ends every other session of a session's user, on whatever browser; for good.
    fileprivate func endAll(of record: SessionRecord, caller: Caller) async {
        sessions.endUnseen(SealedScope(user: record.subject, issuer: record.issuer), now: Self.now)
        let ended = sessions.end(user: record.subject, issuer: record.issuer)
        await sessions.settled()
        for other in ended { audit.record(AuditEvent(.revoked, of: other, by: caller, reason: "everywhere")) }
    }
}
