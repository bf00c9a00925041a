import Audit
import Glibc
import OpenIDConnect
import Pages
import Sessions

/// What providers say of sign-outs that happened there.
extension SignInDirectory {
    /// A back-channel call: verified, taken once, and then the sessions it names end in every worker, with their streams.
    ///
    /// - Parameters:
    ///   - body: a form.
    ///   - providers: the listener's; of any other's tokens nothing is known here.
    func signOutByProvider(body: [UInt8], providers: [Int], caller: Caller) async -> LocalResponse {
        do throws(LogoutTokenProblem) {
            let text = try SignOutForm.logoutToken(body: body)
            let now = Glibc.time(nil)
            let (service, token) = try await verified(text, providers: providers, now: now)
            guard replays.take(token, issuer: service.issuer, now: now) else { throw .replayed }
            if let scope = SealedScope(
                issuer: service.issuer, client: service.clientID, subject: token.subject,
                providerSession: token.session)
            {
                service.sessions.endUnseen(scope, now: now)
            }
            let ended = service.sessions.endByProvider(
                issuer: service.issuer, client: service.clientID, subject: token.subject,
                providerSession: token.session)
            await service.sessions.settled()
            answers.log.info("the provider ended sessions", metadata: ["count": "\(ended.count)"])
            for record in ended {
                answers.audit.record(AuditEvent(.revoked, of: record, by: caller, reason: "provider"))
            }
            var response = LocalResponse(status: 200)
            response.fields = [("Cache-Control", "no-store")]
            return response
        } catch {
            return refused(error, caller: caller)
        }
    }

    /// Of the listener's clients at the issuer that the token names, the one that it is for.
    private func verified(
        _ text: String, providers: [Int], now: Int
    ) async throws(LogoutTokenProblem) -> (SignInService, LogoutToken) {
        guard let issuer = RelyingParty.claimedIssuer(ofLogoutToken: text) else {
            // Says what is wrong with it as a token; none of them can take it.
            guard let first = providers.first else { throw .issuer }
            return (services[first], try await services[first].relyingParty.logoutToken(text, now: now))
        }
        var problem = LogoutTokenProblem.issuer
        for provider in providers where services[provider].issuer.utf8.elementsEqual(issuer.utf8) {
            do throws(LogoutTokenProblem) {
                return (services[provider], try await services[provider].relyingParty.logoutToken(text, now: now))
            } catch {
                problem = error
                // Another client at the same issuer may be meant; every other fault is one for all of them.
                guard error == .audience else { throw error }
            }
        }
        throw problem
    }

    /// 400 with the reason as JSON, uncached, as §2.8 has it for every failure.
    func refused(_ problem: LogoutTokenProblem, caller: Caller) -> LocalResponse {
        answers.log.warning(
            "a back-channel sign-out was refused",
            metadata: ["reason": "\(problem.rawValue)", "client": "\(caller.address)"])
        let code = problem == .unavailable ? "temporarily_unavailable" : "invalid_request"
        var response = LocalResponse(status: 400)
        response.body = Array(#"{"error":"\#(code)","error_description":"\#(problem.rawValue)"}"#.utf8)
        response.fields = [
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ]
        return response
    }

    /// A front-channel call: ends the session that this browser shows, if it is the one that is named, and says the same in any case.
    ///
    /// Nothing is asked of the provider, and none of its tokens is given back: the call is not authenticated (attack 64).
    func signOutInFrame(_ call: FrontChannelCall?, candidates: [Candidate], caller: Caller) async -> LocalResponse {
        guard let call else { return SignOutPage.frame(status: 400, ancestors: []) }
        var cookies: [String] = []
        var ancestors: [String] = []
        let now = Glibc.time(nil)
        for candidate in candidates {
            let service = services[candidate.provider]
            guard service.issuer.utf8.elementsEqual(call.issuer.utf8) else { continue }
            if ancestors.isEmpty { ancestors = await service.relyingParty.pageOrigins(now: now) }
            guard let id = candidate.session, let record = service.sessions.session(id, now: now),
                record.provider == service.provider, call.names(session: record.providerSession, of: record.issuer),
                service.sessions.end(id, as: .endedByProvider) != nil
            else { continue }
            await service.sessions.settled()
            service.audit.record(AuditEvent(.revoked, of: record, by: caller, reason: "provider, by a frame"))
            cookies += service.cookie.expiry
        }
        var response = SignOutPage.frame(status: 200, ancestors: ancestors)
        response.fields += cookies.map { ("Set-Cookie", $0) }
        return response
    }
}
