import Audit
import Logging
import OpenIDConnect
import Pages
import Sessions

/// Turns what went wrong with a sign-in into a line for the operator and a page for the user.
struct SignInAnswers: Sendable {
    let assets: AssetCatalog
    let audit: AuditLog
    let log: Logger

    /// - Parameters:
    ///   - endsItsAttempt: whether it is the end of a sign-in, and not its beginning, that failed.
    ///   - sharesCookie: whether other tabs may have use for the browser's nonce cookie.
    ///   - isWaiting: whether the page goes on by itself once another tab has signed in.
    ///   - provider: the issuer whose sign-in it was; nil if nobody can tell.
    func failed(
        _ error: SignInError, wantsJSON: Bool, endsItsAttempt: Bool, sharesCookie: Bool = false,
        isWaiting: Bool = true, provider: String?, caller: Caller
    ) -> LocalResponse {
        // A callback that does not belong to the cookie leaves it alone: another tab's sign-in is bound to it.
        let endsAttempt: Bool =
            switch error.code {
            case .missingNonceCookie, .invalidNonceCookie, .missingState, .invalidState: false
            default: endsItsAttempt && !sharesCookie
            }
        let requestID = note(error, provider: provider, caller: caller, outcome: "page")
        var response = page(
            ErrorPage(
                status: error.status, title: error.title, message: error.message, hint: error.hint,
                requestID: requestID,
                action: error.canRetry ? .init(label: retryLabel(error), href: error.retryTarget) : nil,
                cause: error.code.rawValue, detail: error.detail,
                continuesAt: isWaiting && !error.isUnreachable ? error.retryTarget : nil,
                retryAfter: error.isUnreachable ? Self.retryInterval : nil),
            wantsJSON: wantsJSON, endsAttempts: endsAttempt)
        if error.isUnreachable, !wantsJSON {
            // The page asks again by itself, without script; the address is a validated page of this site.
            // A beginning is repeated as it is; the end of a sign-in is not, that sign-in is spent.
            let refresh = "\(Self.retryInterval)" + (endsItsAttempt ? "; url=\(error.retryTarget)" : "")
            response.fields.append(("Refresh", refresh))
        }
        return response
    }

    /// The page as a response.
    /// - Parameter endsAttempts: takes the browser's nonce cookie back.
    func page(_ page: ErrorPage, wantsJSON: Bool, endsAttempts: Bool) -> LocalResponse {
        var response = LocalResponse.error(page, asJSON: wantsJSON, assets: assets)
        if endsAttempts { response.fields.append(("Set-Cookie", NonceCookie.expiry)) }
        return response
    }

    /// Notes a failure in both logs.
    /// - Returns: the request id under which it is found there.
    func note(_ error: SignInError, provider: String?, caller: Caller, outcome: String) -> String {
        note(error.code.rawValue, detail: error.detail, provider: provider, caller: caller, outcome: outcome)
    }

    /// Notes that a browser signs in over and over.
    func note(_ diagnosis: SignInDiagnosis, provider: String?, caller: Caller) -> String {
        note(diagnosis.cause, detail: diagnosis.detail, provider: provider, caller: caller, outcome: "given up")
    }

    /// What a browser's session cookie is like, for the operator.
    static func detail(of session: SessionCookieLookup.Result) -> String {
        switch session {
        case .absent: "the session cookie does not come back"
        case .ambiguous: "several session cookies contradict each other"
        case .found: "the session of its cookie has ended"
        }
    }

    private func note(_ reason: String, detail: String, provider: String?, caller: Caller, outcome: String) -> String {
        let requestID = RequestID.make()
        log.warning(
            "sign-in failed",
            metadata: [
                "reason": "\(reason)", "detail": "\(detail)", "outcome": "\(outcome)", "request": "\(requestID)",
            ])
        audit.record(
            AuditEvent(
                .signInFailed, address: caller.address, request: requestID, provider: provider, reason: reason))
        return requestID
    }

    /// The answer to a sign-in too many.
    /// - Parameters:
    ///   - whose: for the operator: what does too much.
    ///   - seconds: after which it may be again.
    func tooMany(_ whose: String, retryAfter seconds: Int, wantsJSON: Bool) -> LocalResponse {
        let requestID = RequestID.make()
        log.warning("too many sign-ins", metadata: ["of": "\(whose)", "request": "\(requestID)"])
        return .error(
            GatewayErrors.tooManySignIns(requestID: requestID, retryAfter: seconds), asJSON: wantsJSON, assets: assets)
    }

    private func retryLabel(_ error: SignInError) -> String { error.isUnreachable ? "Try again" : "Sign in again" }

    /// Seconds after which the page of a provider that cannot be reached tries again.
    static let retryInterval = 10
}
