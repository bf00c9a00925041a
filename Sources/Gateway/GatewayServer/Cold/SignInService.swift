import Audit
import Glibc
import Identity
import Logging
import OpenIDConnect
import Sessions

/// Signing in at one identity provider with one rule's settings: asks the relying party, keeps the sessions, makes the answers.
///
/// A class, since each request with a session reads it: one reference is counted, not one per part.
final class SignInService: Sendable {
    let relyingParty: RelyingParty
    let sessions: SessionStore
    let cookie: SessionCookie
    let heldRequests: HeldRequests
    let answers: SignInAnswers
    let audit: AuditLog
    /// Named in every session of this service.
    let provider: SessionProvider
    /// Seconds without a request after which a session ends; 0: never.
    let idleTimeout: Int
    let limits: SignInLimits
    /// Where browsers hold their sessions themselves.
    let sealing: SessionSealing?
    let log: Logger

    init(
        relyingParty: RelyingParty, sessions: SessionStore, cookie: SessionCookie, heldRequests: HeldRequests,
        answers: SignInAnswers, audit: AuditLog, provider: SessionProvider, idleTimeout: Int, limits: SignInLimits,
        sealing: SessionSealing?, log: Logger
    ) {
        self.relyingParty = relyingParty
        self.sessions = sessions
        self.cookie = cookie
        self.heldRequests = heldRequests
        self.answers = answers
        self.audit = audit
        self.provider = provider
        self.idleTimeout = idleTimeout
        self.limits = limits
        self.sealing = sealing
        self.log = log
    }

    var issuer: String { relyingParty.configuration.issuer }
    var clientID: String { relyingParty.configuration.clientID }
    var id: ProviderID { relyingParty.id }

    /// Sends the browser to the provider.
    func begin(
        target: String, origin: String, browser: SignInBrowser, wantsJSON: Bool, caller: Caller
    ) async -> LocalResponse {
        let now = Self.now
        if let stop = breakLoop(
            target: target, origin: origin, browser: browser, wantsJSON: wantsJSON, caller: caller, now: now)
        {
            return stop
        }
        do throws(SignInError) {
            let redirect = try await relyingParty.beginSignIn(
                originalTarget: target, origin: origin, nonceCookie: browser.nonceCookie, demand: browser.demand,
                baggage: browser.baggage, now: now)
            return .redirect(302, to: redirect.location, cookies: [NonceCookie.issue(redirect.nonceCookie)])
        } catch {
            return answers.failed(error, wantsJSON: wantsJSON, endsItsAttempt: false, provider: issuer, caller: caller)
        }
    }

    /// Ends the sign-in: a session under a new id, and back to where the user wanted to go.
    func complete(
        _ callback: SignInCallback, nonceCookie: String?, origin: String, replacing old: SessionID?, wantsJSON: Bool,
        caller: Caller
    ) async -> LocalResponse {
        let now = Self.now
        do throws(SignInError) {
            let signedIn = try await relyingParty.completeSignIn(callback, nonceCookie: nonceCookie, now: now)
            if let seconds = limits.refusal(ofAccount: signedIn.claims.subject, at: issuer) {
                return answers.tooMany("account", retryAfter: seconds, wantsJSON: wantsJSON)
            }
            // Another tab of the same user was first: its session stays, and what goes on in it.
            if let standing = standingSession(old, now: now), relyingParty.configuration.heals,
                standing.subject == signedIn.claims.subject, standing.createdAt > callback.startedAt,
                callback.demand.isEmpty
            {
                return arrive(signedIn, as: standing, cookies: [], now: now)
            }
            var generator = SystemRandomNumberGenerator()
            let id = SessionID(using: &generator)
            let record = SessionRecord(
                id: id, provider: provider,
                tokens: SessionTokens(
                    claims: signedIn.claims, accessToken: signedIn.accessToken,
                    accessTokenExpiry: signedIn.accessTokenExpiry, idToken: signedIn.idToken,
                    refreshToken: signedIn.refreshToken, grantedAt: now,
                    providerSession: signedIn.providerSession),
                createdAt: sessions.beginning(
                    of: provider, subject: signedIn.claims.subject, providerSession: signedIn.providerSession, now: now),
                timeout: relyingParty.configuration.sessionTimeout, idleTimeout: idleTimeout,
                isSealed: sealing != nil)
            let cookies: [String]
            if let sealing {
                guard
                    let sealed = sealing.cookies(
                        record, id: id, host: SessionSealing.host(ofOrigin: origin), now: now)
                else { throw SignInError.sessionTooLarge }
                cookies = sealed
            } else {
                cookies = [cookie.issue(id, now: now)]
            }
            sessions.insert(record, replacing: old.map(SessionDigest.init(of:)))
            // What the browser is told must outlive a crash of this process.
            await sessions.settled()
            log.info("signed in", metadata: ["session": "\(record.digest)"])
            audit.record(AuditEvent(.signedIn, of: record, by: caller))
            let binding = signedIn.nonceCookie.map(NonceCookie.issue) ?? NonceCookie.expiry
            return arrive(signedIn, as: record, cookies: cookies + [binding], now: now)
        } catch {
            return await recover(
                from: error, callback, nonceCookie: nonceCookie, origin: origin, old: old, wantsJSON: wantsJSON,
                caller: caller, now: now)
        }
    }

    /// Whether that session stands.
    func hasLiveSession(_ id: SessionID) -> Bool { sessions.session(id, now: Self.now) != nil }

    /// Ends a session, for good; the record, if there was one.
    func end(_ id: SessionID, caller: Caller) async -> SessionRecord? {
        guard let record = sessions.end(id) else { return nil }
        await sessions.settled()
        audit.record(AuditEvent(.signedOut, of: record, by: caller))
        return record
    }

    /// Where to send the browser so that its session at the provider ends, too.
    func signOutLocation(idToken: String?, origin: String) async -> String? {
        await relyingParty.signOutLocation(idToken: idToken, origin: origin, now: Self.now)
    }

    static var now: Int { Glibc.time(nil) }
}
