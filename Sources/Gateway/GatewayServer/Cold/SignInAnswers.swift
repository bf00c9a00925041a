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
    ///   - endsItsAttempt: whether the browser's nonce cookie is of no more use.
    ///   - provider: the issuer whose sign-in it was; nil if nobody can tell.
    func failed(
        _ error: SignInError, wantsJSON: Bool, endsItsAttempt: Bool, provider: String?, caller: Caller
    ) -> LocalResponse {
        // A callback that does not belong to the cookie leaves it alone: another tab's sign-in is bound to it.
        let endsAttempt: Bool =
            switch error.code {
            case .missingNonceCookie, .invalidNonceCookie, .missingState, .invalidState: false
            default: endsItsAttempt
            }
        let requestID = RequestID.make()
        log.warning(
            "sign-in failed",
            metadata: ["reason": "\(error.code.rawValue)", "detail": "\(error.detail)", "request": "\(requestID)"])
        audit.record(
            AuditEvent(
                .signInFailed, address: caller.address, request: requestID, provider: provider,
                reason: error.code.rawValue))
        let page = ErrorPage(
            status: error.status, title: error.title, message: error.message, hint: error.hint, requestID: requestID,
            action: error.canRetry ? .init(label: retryLabel(error), href: error.retryTarget) : nil,
            cause: error.code.rawValue, detail: error.detail)
        var response = LocalResponse.error(page, asJSON: wantsJSON, assets: assets)
        if error.isUnreachable {
            response.fields.append(("Retry-After", "\(Self.retryInterval)"))
            // The page asks again by itself, without script; the address is a validated page of this site.
            // A beginning is repeated as it is; the end of a sign-in is not, that sign-in is spent.
            let refresh = "\(Self.retryInterval)" + (endsItsAttempt ? "; url=\(error.retryTarget)" : "")
            if !wantsJSON { response.fields.append(("Refresh", refresh)) }
        }
        if endsAttempt { response.fields.append(("Set-Cookie", NonceCookie.expiry)) }
        return response
    }

    /// The answer to a sign-in too many.
    /// - Parameters:
    ///   - whose: for the operator: what does too much.
    ///   - seconds: after which it may be again.
    func tooMany(_ whose: String, retryAfter seconds: Int, wantsJSON: Bool) -> LocalResponse {
        let requestID = RequestID.make()
        log.warning("too many sign-ins", metadata: ["of": "\(whose)", "request": "\(requestID)"])
        var response = LocalResponse.error(
            GatewayErrors.tooManySignIns(requestID: requestID), asJSON: wantsJSON, assets: assets)
        response.fields.append(("Retry-After", "\(seconds)"))
        return response
    }

    private func retryLabel(_ error: SignInError) -> String { error.isUnreachable ? "Try again" : "Sign in again" }

    /// Seconds after which the page of a provider that cannot be reached tries again.
    static let retryInterval = 10
}
