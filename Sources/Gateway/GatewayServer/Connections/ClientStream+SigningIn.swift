import EventLoop
import HTTP1
import OpenIDConnect
import Pages
import Routing
import Sessions
import Wire

/// Where requests leave the hot path for sign-in and its callback: everything needed is copied, cold code answers by mail.
extension ClientStream {
    /// A request without a session where one is needed: on to the provider, or 401.
    func signIn(_ bytes: Span<UInt8>, canonicalTarget: [UInt8]?, step: ListenerRouting.Step) {
        let caller = CallerKind(worker.requestHead, bytes)
        // Nobody follows a WebSocket's redirect to a page.
        let isNavigation = caller.isNavigation && !request.opensWebSocket
        request.wantsJSON = caller.wantsJSON || !isNavigation
        guard step.onUnauthenticated == .authenticate, isNavigation else {
            let page = isNavigation ? targetText(bytes, canonicalTarget) : referringPage(bytes)
            return requireSignIn(bytes, page: page, provider: Int(step.provider))
        }
        let target = targetText(bytes, canonicalTarget)
        if remembersFragment(bytes), SignInLink.returnTarget(target) == target {
            return respond(FragmentPage.keeping(target, assets: worker.core.assets))
        }
        beginSignIn(target: target, bytes, provider: Int(step.provider), authorization: step.authorization)
    }

    /// On to the provider, with what the rule asks of its users, and back to `target`. A form is held meanwhile.
    func beginSignIn(
        target: String, _ bytes: Span<UInt8>, provider: Int, authorization: Int32, keepsFragment: Bool = false
    ) {
        guard admits(.start) else { return }
        let origin = originText(bytes)
        let service = worker.core.signIns[provider]
        noteInvalidCookie(bytes, service)
        let browser = SignInBrowser(
            nonceCookie: cookie(NonceCookie.nameBytes, bytes), session: sessionCookie(bytes, service),
            demand: authorization < 0
                ? AuthenticationDemand() : worker.core.configuration.authorizations[Int(authorization)].authentication,
            baggage: SignInBaggage(keepsFragment: keepsFragment))
        if holdRequest(bytes, target: target, service: service, browser: browser) { return }
        askColdCode(on: worker.executor) {
            await service.begin(target: target, origin: origin, browser: browser, wantsJSON: $0, caller: $1)
        }
    }

    /// Whether a page stands before the sign-in that remembers the `#fragment`: for browsers that show whole pages, where it is asked for.
    private func remembersFragment(_ bytes: Span<UInt8>) -> Bool {
        let head = worker.requestHead
        return worker.core.configuration.attributes.keepsFragment && head.method == .get
            && head.first(.secFetchMode) != nil
            && head.fields.contains {
                bytes.equals($0.name, ignoringCase: "sec-fetch-dest")
                    && bytes.equals($0.value, ignoringCase: "document")
            }
    }

    /// 401 with all that a program needs to have its user sign in.
    func requireSignIn(_ bytes: Span<UInt8>, page: String, provider: Int) {
        let service = worker.core.signIns[provider]
        var error = GatewayErrors.signInRequired(
            hadSession: showsSession(bytes, service), origin: originText(bytes), page: page,
            requestID: RequestID.make())
        if !request.wantsJSON { error.continuesAt = SignInLink.returnTarget(page) }
        noteDenial(error, session: nil)
        noteFailure(error)
        var response = LocalResponse.error(error, asJSON: request.wantsJSON, assets: worker.core.assets)
        // RFC 9110 §11.6.1 wants a challenge; this scheme is unknown to browsers, so none asks for a password.
        response.fields.append(("WWW-Authenticate", "Cookie realm=\"\(SignInLink.path)\""))
        respond(response)
    }

    /// The page of this site that a script's request came from, as far as it says so, else `/`.
    func referringPage(_ bytes: Span<UInt8>) -> String {
        let own = originText(bytes) + "/"
        for field in worker.requestHead.fields where bytes.equals(field.name, ignoringCase: "referer") {
            let page = bytes.text(field.value)
            if page.hasPrefix(own) { return String(page.dropFirst(own.count - 1)) }
        }
        return "/"
    }

    /// `/oauth2/login`: on to the provider of the page that `return_to` names, and back to that page.
    func beginSignIn(_ bytes: Span<UInt8>, host: Span<UInt8>) {
        noteAccept(bytes)
        guard worker.requestHead.method == .get else {
            return respond(
                error: GatewayErrors.badRequest(.methodNotAllowed, requestID: RequestID.make()), allow: "GET")
        }
        let target = SignInLink.returnTarget(query: queryText(bytes))
        let (provider, authorization) = listener.routing.provider(
            forPage: Array(target.utf8), worker.requestHead, bytes, host: host,
            peer: listener.routing.looksAtPeer ? IPAddress(peer.span) : nil)
        beginSignIn(
            target: target, bytes, provider: provider, authorization: authorization,
            keepsFragment: SignInLink.keepsFragment(query: queryText(bytes)))
    }

    /// The raw query of the request's target, without `?`.
    func queryText(_ bytes: Span<UInt8>) -> String {
        let target = bytes.text(worker.requestHead.target)
        return target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) } ?? ""
    }

    /// `/.gatehouse/session`: whether a session stands for the page that `return_to` names, and nothing more of it. Waiting tabs ask.
    func tellSession(_ bytes: Span<UInt8>, host: Span<UInt8>) {
        noteAccept(bytes)
        let site = worker.requestHead.first(.secFetchSite)
        guard
            site.map({ bytes.equals($0, ignoringCase: "same-origin") || bytes.equals($0, ignoringCase: "none") })
                ?? true
        else {
            return respond(error: GatewayErrors.notFound(requestID: RequestID.make()))
        }
        let (provider, _) = listener.routing.provider(
            forPage: Array(SignInLink.returnTarget(query: queryText(bytes)).utf8), worker.requestHead, bytes,
            host: host, peer: listener.routing.looksAtPeer ? IPAddress(peer.span) : nil)
        respond(.json(#"{"signed_in":\#(session(bytes, provider: provider, host: host) != nil)}"#))
    }

    /// `/oauth2/idpresponse`: the provider sends the browser back.
    func completeSignIn(_ bytes: Span<UInt8>) {
        noteAccept(bytes)
        guard worker.requestHead.method == .get else {
            return respond(
                error: GatewayErrors.badRequest(.methodNotAllowed, requestID: RequestID.make()), allow: "GET")
        }
        request.access?.entry.actions.append(.authenticate)
        guard admits(.callback) else { return }
        let query = queryText(bytes)
        let origin = originText(bytes)
        let nonce = cookie(NonceCookie.nameBytes, bytes)
        let candidates = candidates(bytes)
        let directory = worker.core.directory
        askColdCode(on: worker.executor) {
            await directory.complete(
                query: query, nonceCookie: nonce, origin: origin, candidates: candidates, wantsJSON: $0, caller: $1)
        }
    }

    /// `Sec-Fetch-Site`: how far away the page is that caused the request, where the browser says so.
    func requestingSite(_ bytes: Span<UInt8>) -> String? {
        worker.requestHead.first(.secFetchSite).map { bytes.text($0).lowercased() }
    }

    /// The listener's ways to sign in, and the sessions that the request's cookies name.
    func candidates(_ bytes: Span<UInt8>) -> [SignInDirectory.Candidate] {
        listener.routing.providers.map { .init(provider: $0, session: sessionID(bytes, worker.core.signIns[$0])) }
    }

    /// Whether the client's address may do this once more; if not, it is told so.
    private func admits(_ step: SignInLimits.Step) -> Bool {
        let directory = worker.core.directory
        guard let address = IPAddress(peer.span), let seconds = directory.limits.refusal(of: step, by: address) else {
            return true
        }
        respond(directory.answers.tooMany("address", retryAfter: seconds, wantsJSON: request.wantsJSON))
        return false
    }

    /// Tells the operator of a session cookie that never was one of ours. Its sender is one without a session.
    private func noteInvalidCookie(_ bytes: Span<UInt8>, _ service: SignInService) {
        guard cookie(service.cookie.nameBytes, bytes) != nil, sessionID(bytes, service) == nil else { return }
        worker.log.info(
            "a session cookie is not valid", metadata: ["reason": "\(SignInFailure.invalidCookieReason)"])
    }

    /// Has cold code make the answer.
    /// - Parameter executor: the worker's own for what is short and bounded between two waits, and frequent: the beginning and the end of a
    ///   sign-in, which so change no thread. Everything else keeps off the workers' threads.
    func askColdCode(
        on executor: LoopExecutor = ProviderLoop.shared,
        _ work: @escaping @Sendable (_ wantsJSON: Bool, _ caller: Caller) async -> LocalResponse
    ) {
        awaitAnswer()
        worker.coldWorkBegan()
        let ticket = ticket
        let mailbox = worker.mailbox
        let wantsJSON = request.wantsJSON
        let caller = caller
        Task(executorPreference: executor) { mailbox.post(.respond(ticket, await work(wantsJSON, caller))) }
    }

    /// Who sent the current request.
    var caller: Caller { Caller(address: String(decoding: peer, as: UTF8.self)) }

    private func cookie(_ name: [UInt8], _ bytes: Span<UInt8>) -> String? {
        for field in worker.requestHead.fields where field.known == .cookie {
            let header = bytes.extracting(field.value.lowerBound..<field.value.upperBound)
            if let range = CookieHeader.firstValue(of: name.span, in: header) { return text(header.extracting(range)) }
        }
        return nil
    }

    /// Whether the request brings something that may have been a session.
    private func showsSession(_ bytes: Span<UInt8>, _ service: SignInService) -> Bool {
        service.sealing == nil ? sessionID(bytes, service) != nil : shards(bytes, service).count != nil
    }

    private func sessionID(_ bytes: Span<UInt8>, _ service: SignInService) -> SessionID? {
        guard case .found(let id) = sessionCookie(bytes, service) else { return nil }
        return id
    }

    private func sessionCookie(_ bytes: Span<UInt8>, _ service: SignInService) -> SessionCookieLookup.Result {
        if let sealing = service.sealing {
            return sealedSessionID(bytes, service, sealing.seal).map { .found($0) } ?? .absent
        }
        var lookup = SessionCookieLookup()
        let name = service.cookie.nameBytes
        for field in worker.requestHead.fields where field.known == .cookie {
            lookup.read(bytes.extracting(field.value.lowerBound..<field.value.upperBound), name: name.span)
        }
        return lookup.result
    }

    /// Whether `Origin`, if sent, is this host's.
    func originIsOwn(_ bytes: Span<UInt8>) -> Bool {
        guard let origin = worker.requestHead.first(.origin) else { return true }
        return bytes.text(origin).lowercased() == originText(bytes)
    }
}
