import Audit
import Glibc
import Identity
import Logging
import OpenIDConnect
import Pages
import Sessions

/// Sign-in, its callback and sign-out for one identity provider: asks the relying party, keeps the sessions, makes the answers.
struct SignInService: Sendable {
    let relyingParty: RelyingParty
    let sessions: SessionStore
    let cookie: SessionCookie
    let assets: AssetCatalog
    let audit: AuditLog
    let log: Logger

    var issuer: String { relyingParty.configuration.issuer }
    var clientID: String { relyingParty.configuration.clientID }

    /// Sends the browser to the provider.
    func begin(target: String, origin: String, wantsJSON: Bool, caller: Caller) async -> LocalResponse {
        do throws(SignInError) {
            let redirect = try await relyingParty.beginSignIn(originalTarget: target, origin: origin, now: Self.now)
            return .redirect(302, to: redirect.location, cookies: [NonceCookie.issue(redirect.nonceCookie)])
        } catch {
            return failed(error, wantsJSON: wantsJSON, endsItsAttempt: false, caller: caller)
        }
    }

    /// Ends the sign-in: a session under a new id, and back to where the user wanted to go.
    func complete(
        query: String, nonceCookie: String?, origin: String, replacing old: SessionID?, wantsJSON: Bool,
        caller: Caller
    ) async -> LocalResponse {
        do throws(SignInError) {
            let now = Self.now
            let signedIn = try await relyingParty.completeSignIn(
                query: query, nonceCookie: nonceCookie, origin: origin, now: now)
            var generator = SystemRandomNumberGenerator()
            let record = SessionRecord(
                id: SessionID(using: &generator), claims: signedIn.claims, issuer: issuer, client: clientID,
                accessToken: signedIn.accessToken, accessTokenExpiry: signedIn.accessTokenExpiry,
                idToken: signedIn.idToken, refreshToken: signedIn.refreshToken, createdAt: now,
                timeout: relyingParty.configuration.sessionTimeout)
            sessions.insert(record, replacing: old)
            log.info("signed in", metadata: ["session": "\(record.id)"])
            audit.record(AuditEvent(.signedIn, of: record, by: caller))
            return .redirect(
                302, to: signedIn.originalTarget, cookies: [cookie.issue(record.id, now: now), NonceCookie.expiry])
        } catch {
            return failed(error, wantsJSON: wantsJSON, endsItsAttempt: true, caller: caller)
        }
    }

    /// Asks before somebody is signed out whom another site sent.
    func confirmSignOut(origin: String) async -> LocalResponse {
        let location = await relyingParty.signOutLocation(idToken: nil, origin: origin, now: Self.now)
        return SignOutPage.confirmation(leadsTo: location, assets: assets)
    }

    /// Ends the session here, takes the cookies back, and goes on to the provider's sign-out where there is one.
    func signOut(_ id: SessionID?, origin: String, caller: Caller) async -> LocalResponse {
        var idToken: String?
        if let id, let record = sessions.end(id) {
            idToken = record.idToken
            log.info("signed out", metadata: ["session": "\(id)"])
            audit.record(AuditEvent(.signedOut, of: record, by: caller))
        }
        let location = await relyingParty.signOutLocation(idToken: idToken, origin: origin, now: Self.now)
        return .redirect(302, to: location ?? "/", cookies: cookie.expiry + [NonceCookie.expiry])
    }

    private func failed(_ error: SignInError, wantsJSON: Bool, endsItsAttempt: Bool, caller: Caller) -> LocalResponse {
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
                .signInFailed, address: caller.address, request: requestID, provider: issuer,
                reason: error.code.rawValue))
        let page = ErrorPage(
            status: error.status, title: error.title, message: error.message, hint: error.hint, requestID: requestID,
            action: error.canRetry ? .init(label: "Sign in again", href: error.retryTarget) : nil,
            cause: error.code.rawValue, detail: error.detail)
        var response = LocalResponse.error(page, asJSON: wantsJSON, assets: assets)
        if endsAttempt { response.fields.append(("Set-Cookie", NonceCookie.expiry)) }
        return response
    }

    private static var now: Int { Glibc.time(nil) }
}
