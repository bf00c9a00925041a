import Audit
import Glibc
import Pages
import Sessions

/// What a signed-in user does about his own sessions.
struct OwnSessions: Sendable {
    let directory: SignInDirectory
    let sessions: SessionDirectory
    let formToken: FormToken
    let audit: AuditLog

    /// A browser that is signed in.
    struct Owner: Sendable {
        /// The sessions it holds that stand: one, or one for each provider of the listener. Not empty.
        let current: [SessionRecord]
        /// The listener's ways to sign in, with what the browser shows for each.
        let candidates: [SignInDirectory.Candidate]
        /// `https://host[:port]` as the browser used it.
        let origin: String
    }

    /// What the page's form asks for.
    struct Request: Sendable {
        /// `all` or a short id.
        let end: String
        let token: String

        /// Nil if the query is not one of the page's.
        init?(query: String) {
            var values: [Substring: Substring] = [:]
            for pair in query.split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
            }
            guard let end = values["end"], let token = values["token"] else { return nil }
            self.end = String(end)
            self.token = String(token)
        }
    }

    /// The page.
    func page(_ owner: Owner) async -> LocalResponse {
        let now = Glibc.time(nil)
        let page = SessionsPage(
            sessions: all(of: owner, now: now), current: Set(owner.current.map(\.shortID)),
            token: formToken.make(for: Self.seed(owner)),
            user: owner.current[0].userName ?? owner.current[0].subject, now: now,
            mayBeMore: owner.current[0].isSealed)
        let location = await directory.signOutLocation(candidates: owner.candidates, origin: owner.origin)
        return page.response(signOutTarget: location, assets: directory.answers.assets)
    }

    /// Whether a page that was made for this browser sent the request.
    func isGenuine(_ request: Request, _ owner: Owner) -> Bool {
        formToken.isValid(request.token, for: Self.seed(owner))
    }

    /// Ends what the form names; nothing but the owner's own sessions can be named.
    func end(_ request: Request, _ owner: Owner, caller: Caller) async -> LocalResponse {
        let current = Set(owner.current.map(\.shortID))
        let named = all(of: owner, now: Glibc.time(nil)).filter { request.end == "all" || $0.shortID == request.end }
        for record in sessions.end(named.filter { !current.contains($0.shortID) }) {
            audit.record(AuditEvent(.revoked, of: record, by: caller, reason: "its user, in another browser"))
        }
        await sessions.store.settled()
        if named.contains(where: { current.contains($0.shortID) }) {
            return await directory.signOut(
                SignOutCall(
                    candidates: owner.candidates, origin: owner.origin, returnTarget: nil,
                    isEverywhere: request.end == "all",
                    wantsJSON: false, caller: caller))
        }
        return .redirect(303, to: SessionsPage.path)
    }

    private func all(of owner: Owner, now: Int) -> [SessionRecord] {
        var records: [SessionRecord] = []
        for own in owner.current where !records.contains(where: { $0 === own }) {
            records += sessions.sessions(of: own.subject, issuer: own.issuer, now: now)
        }
        return records
    }

    private static func seed(_ owner: Owner) -> [UInt8] { owner.current[0].formSeed }
}
