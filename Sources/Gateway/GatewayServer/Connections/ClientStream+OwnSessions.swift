import HTTP1
import Sessions
import Wire

extension ClientStream {
    /// `/.gatehouse/sessions`: shows a signed-in user his sessions, and ends those that his form names.
    func showOwnSessions(_ bytes: Span<UInt8>, host: Span<UInt8>) {
        noteAccept(bytes)
        let method = worker.requestHead.method
        guard method == .get || method == .head || method == .post else {
            return respond(
                error: GatewayErrors.badRequest(.methodNotAllowed, requestID: RequestID.make()),
                allow: "GET, HEAD, POST")
        }
        // Borrowed bytes cannot go into a closure.
        var current: [SessionRecord] = []
        for provider in listener.routing.providers {
            if let entry = session(bytes, provider: provider, host: host) { current.append(entry.record) }
        }
        guard !current.isEmpty else {
            let provider = listener.routing.providers[0]
            guard method == .get, CallerKind(worker.requestHead, bytes).isNavigation else {
                return requireSignIn(bytes, page: SessionsPage.path, provider: provider)
            }
            return beginSignIn(target: SessionsPage.path, bytes, provider: provider, authorization: -1)
        }
        let owner = OwnSessions.Owner(current: current, candidates: candidates(bytes), origin: originText(bytes))
        let own = worker.core.ownSessions
        guard method == .post else { return askColdCode { _, _ in await own.page(owner) } }
        // Both of what the browser says and what the form carries have to be right (attack 79).
        let isOwnPage = requestingSite(bytes).map { $0 == "same-origin" } ?? true
        guard isOwnPage, originIsOwn(bytes), let request = OwnSessions.Request(query: queryText(bytes)),
            own.isGenuine(request, owner)
        else {
            let error = GatewayErrors.strangeForm(requestID: RequestID.make())
            noteDenial(error, session: current[0])
            return respond(error: error, session: current[0])
        }
        askColdCode { await own.end(request, owner, caller: $1) }
    }
}
