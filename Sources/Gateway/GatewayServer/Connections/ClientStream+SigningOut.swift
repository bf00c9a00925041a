import HTTP1
import OpenIDConnect
import Routing
import Wire

/// Where requests leave the hot path for sign-out: the user's own, and the two ways in which a provider says that it has happened there.
extension ClientStream {
    /// `/oauth2/logout`: ends the session here and goes on to end it at the provider.
    ///
    /// A foreign page must not sign users out (attack 79): what a browser says came from another site gets a page with a button.
    func signOut(_ bytes: Span<UInt8>) {
        noteAccept(bytes)
        let method = worker.requestHead.method
        guard method == .get || method == .post else { return refuseMethod(allow: "GET, POST") }
        let isForeign =
            switch requestingSite(bytes) {
            case "same-origin", "none": false
            case nil: method == .post && !originIsOwn(bytes)
            default: true
            }
        let query = queryText(bytes)
        let call = SignOutCall(
            candidates: candidates(bytes), origin: originText(bytes),
            returnTarget: SignOutLink.returnTarget(query: query),
            isEverywhere: SignOutLink.endsEverywhere(query: query), wantsJSON: request.wantsJSON, caller: caller)
        let directory = worker.core.directory
        askColdCode { _, _ in isForeign ? await directory.confirmSignOut(call) : await directory.signOut(call) }
    }

    /// `/oauth2/backchannel-logout`: the provider says whose sessions are over there (OpenID Connect Back-Channel Logout 1.0).
    func signOutByProvider(_ bytes: Span<UInt8>) {
        request.wantsJSON = true
        guard worker.requestHead.method == .post else { return refuseMethod(allow: "POST") }
        guard admitsNotice() else { return }
        let type = worker.requestHead.fields.first { bytes.equals($0.name, ignoringCase: "content-type") }
        let isForm =
            type.map { bytes.text($0.value).lowercased().hasPrefix("application/x-www-form-urlencoded") } ?? false
        let providers = listener.routing.providers
        let directory = worker.core.directory
        guard isForm else {
            let caller = caller
            return askColdCode { _, _ in directory.refused(.badRequest, caller: caller) }
        }
        collectBody(limit: SignOutForm.maximumLength) { stream, body in
            stream.askColdCode { _, caller in
                await directory.signOutByProvider(body: body, providers: providers, caller: caller)
            }
        }
    }

    /// `/oauth2/frontchannel-logout`: a frame in the provider's sign-out page (OpenID Connect Front-Channel Logout 1.0).
    func signOutInFrame(_ bytes: Span<UInt8>) {
        noteAccept(bytes)
        guard worker.requestHead.method == .get else { return refuseMethod(allow: "GET") }
        guard admitsNotice() else { return }
        let call = FrontChannelCall(query: queryText(bytes))
        let candidates = candidates(bytes)
        let directory = worker.core.directory
        askColdCode { await directory.signOutInFrame(call, candidates: candidates, caller: $1) }
    }

    /// Whether the client's address may announce one more sign-out; if not, it is told when.
    private func admitsNotice() -> Bool {
        guard let address = IPAddress(peer.span),
            let seconds = worker.core.directory.signOutLimits.refusal(of: address)
        else { return true }
        let error = GatewayErrors.tooManyNotices(requestID: RequestID.make(), retryAfter: seconds)
        respond(LocalResponse.error(error, asJSON: request.wantsJSON, assets: worker.core.assets))
        return false
    }

    private func refuseMethod(allow: String) {
        respond(error: GatewayErrors.badRequest(.methodNotAllowed, requestID: RequestID.make()), allow: allow)
    }
}
