import OpenIDConnect
import Pages
import Sessions

/// Sign-ins that went stale: they go on where a session stands, start over once, and then say what is in the way.
extension SignInService {
    /// The session with this id, if it stands and these settings made it.
    func standingSession(_ id: SessionID?, now: Int) -> SessionRecord? {
        guard let id, let record = sessions.session(id, now: now), record.provider == provider else { return nil }
        return record
    }

    /// The answer to a callback that did not end its sign-in.
    /// - Parameter old: the session that the browser shows.
    func recover(
        from error: SignInError, _ callback: SignInCallback, nonceCookie: String?, origin: String, old: SessionID?,
        wantsJSON: Bool, caller: Caller, now: Int
    ) async -> LocalResponse {
        let hasSession = standingSession(old, now: now) != nil
        let remedy = CallbackRemedy(
            canHeal: error.canHeal, isRefusal: callback.isRefusal, restarts: callback.baggage.restarts,
            hasSession: hasSession, heals: relyingParty.configuration.heals)
        switch remedy {
        case .goOn:
            log.debug("a stale sign-in leads to its page", metadata: ["reason": "\(error.code.rawValue)"])
            return arrive(at: callback.target, baggage: callback.baggage, cookies: [])
        case .restart:
            _ = answers.note(error, provider: issuer, caller: caller, outcome: "started over")
            let browser = SignInBrowser(
                nonceCookie: nonceCookie, demand: callback.demand,
                baggage: callback.baggage.restarted(isSameBrowser: error.code == .invalidGrant))
            return await begin(
                target: callback.target, origin: origin, browser: browser, wantsJSON: wantsJSON, caller: caller)
        case .diagnose:
            let requestID = answers.note(error, provider: issuer, caller: caller, outcome: "given up")
            return answers.page(
                SignInDiagnosis(
                    finding: .init(error.code), status: error.status, cause: error.code.rawValue, detail: error.detail,
                    origin: origin, sessionCookie: cookie.name,
                    target: callback.target
                ).page(requestID: requestID, isWaiting: true), wantsJSON: wantsJSON, endsAttempts: true)
        case .report:
            return answers.failed(
                error, wantsJSON: wantsJSON, endsItsAttempt: true, sharesCookie: relyingParty.configuration.heals,
                isWaiting: !hasSession,
                provider: issuer,
                caller: caller)
        }
    }

    /// Leads a signed-in browser to the page the user wanted, where the user wanted it.
    func arrive(at target: String, baggage: SignInBaggage, cookies: [String]) -> LocalResponse {
        guard baggage.keepsFragment else { return .redirect(302, to: target, cookies: cookies) }
        return FragmentPage.restoring(target, cookies: cookies, assets: answers.assets)
    }

    /// Leads a browser that has just signed in to its page, or first to the request that was held meanwhile.
    func arrive(
        _ signedIn: CompletedSignIn, as record: SessionRecord, cookies: [String], now: Int
    ) -> LocalResponse {
        if let id = signedIn.baggage.heldRequest, heldRequests.assign(id, to: .init(record), now: now) {
            return .redirect(302, to: HeldRequestPage.address(id), cookies: cookies)
        }
        return arrive(at: signedIn.originalTarget, baggage: signedIn.baggage, cookies: cookies)
    }

    /// The answer to a browser that signs in over and over and has no session each time; nil for any other.
    func breakLoop(
        target: String, origin: String, browser: SignInBrowser, wantsJSON: Bool, caller: Caller, now: Int
    ) -> LocalResponse? {
        // Who is signed in and has to sign in better loses nothing.
        if case .found(let id) = browser.session, standingSession(id, now: now) != nil { return nil }
        guard browser.baggage.restarts == 0, relyingParty.goesRound(nonceCookie: browser.nonceCookie, now: now) else {
            return nil
        }
        let diagnosis = SignInDiagnosis(
            finding: .sessionLost(browser.session), detail: SignInAnswers.detail(of: browser.session), origin: origin,
            sessionCookie: cookie.name,
            target: SignInLink.returnTarget(target))
        let requestID = answers.note(diagnosis, provider: issuer, caller: caller)
        return answers.page(
            diagnosis.page(requestID: requestID, isWaiting: true), wantsJSON: wantsJSON, endsAttempts: true)
    }
}
