import Glibc
import HTTP1
import OpenIDConnect
import Proxy
import Sessions
import Wire

/// Forms that meet the end of a session: taken whole, held while their user signs in, and sent on when he says so.
///
/// The body is taken as it comes, in the same turns of the loop in which a backend would get it.
extension ClientStream {
    // MARK: Taking a request

    /// Takes the request that the worker holds instead of losing it to a redirect. False if it is none that may be held: only a form
    /// that a page of this very site sends in its own window is, so that no other site can have anything prepared here in a user's name.
    func holdRequest(
        _ bytes: Span<UInt8>, target: String, service: SignInService, browser: SignInBrowser
    ) -> Bool {
        let head = worker.requestHead
        let held = worker.core.heldRequests
        guard held.bodyLimit > 0, head.method == .post, !request.isResumed, service.relyingParty.configuration.heals,
            isSentByOwnPage(bytes)
        else { return false }
        let size: Int
        switch head.framing {
        case .none: size = 0
        case .length(let count): size = count
        case .chunked: size = held.bodyLimit
        case .untilClose: return false
        }
        guard size <= held.bodyLimit, SignInLink.returnTarget(target) == target,
            let share = held.room.share(size, address: caller.address)
        else { return false }
        var fields: [(name: String, value: String)] = []
        for field in head.fields {
            if let name = HeldRequest.keptFields[bytes.text(field.name).lowercased()] {
                fields.append((name, bytes.text(field.value)))
            }
        }
        let kept = HeldRequest(
            method: bytes.text(head.methodName), target: target, origin: originText(bytes), fields: fields,
            heldAt: worker.unixTime, room: share)
        collectBody(limit: size, whenTooLong: { $0.signIn(kept, isHeld: false, service: service, browser: browser) }) {
            stream, body in
            var whole = kept
            whole.body = body
            stream.signIn(whole, isHeld: true, service: service, browser: browser)
        }
        return true
    }

    /// Whether a browser says that a page of this very origin sent the request, and nothing contradicts it.
    func isSentByOwnPage(_ bytes: Span<UInt8>) -> Bool {
        let head = worker.requestHead
        let site = head.first(.secFetchSite).map { bytes.equals($0, ignoringCase: "same-origin") }
        let own = WebOrigin.withoutDefaultPort(originText(bytes))
        let origin = head.first(.origin).map { WebOrigin.withoutDefaultPort(bytes.text($0).lowercased()) == own }
        guard site != nil || origin != nil else { return false }
        return site ?? true && origin ?? true
    }

    /// On to the sign-in; one whose body has grown too long is let go, and its user just signs in.
    private func signIn(_ kept: HeldRequest, isHeld: Bool, service: SignInService, browser: SignInBrowser) {
        var browser = browser
        browser.baggage.heldRequest = isHeld ? worker.core.heldRequests.hold(kept) : nil
        let signingIn = browser
        let (target, origin) = (kept.target, kept.origin)
        askColdCode {
            await service.begin(target: target, origin: origin, browser: signingIn, wantsJSON: $0, caller: $1)
        }
    }

    // MARK: Sending it on

    /// `/oauth2/resume`: shows a held request to its user, and sends it on when he says so.
    func resumeRequest(_ bytes: Span<UInt8>, host: Span<UInt8>) {
        noteAccept(bytes)
        let method = worker.requestHead.method
        guard method == .get || method == .post else {
            return respond(
                error: GatewayErrors.badRequest(.methodNotAllowed, requestID: RequestID.make()), allow: "GET, POST")
        }
        let held = worker.core.heldRequests
        let (owners, origin, now) = (owners(bytes, host: host), originText(bytes), worker.unixTime)
        guard let id = HeldRequestPage.id(query: queryText(bytes)) else {
            return respond(error: GatewayErrors.nothingHeld(requestID: RequestID.make()))
        }
        if method == .get {
            guard let request = held.request(id, of: owners, origin: origin, now: now) else {
                return respond(error: GatewayErrors.nothingHeld(requestID: RequestID.make()))
            }
            return respond(HeldRequestPage.confirmation(request, id: id, assets: worker.core.assets))
        }
        // Only the button on that page sends it on (attack 79).
        guard isSentByOwnPage(bytes), worker.requestHead.framing == .none else {
            let error = GatewayErrors.foreignForm(requestID: RequestID.make())
            noteDenial(error, session: nil)
            return respond(error: error)
        }
        guard let request = held.take(id, of: owners, origin: origin, now: now) else {
            return respond(error: GatewayErrors.nothingHeld(requestID: RequestID.make()))
        }
        send(request, bytes)
    }

    /// The users as whom the browser is signed in.
    private func owners(_ bytes: Span<UInt8>, host: Span<UInt8>) -> [HeldRequest.Owner] {
        // Borrowed bytes cannot go into a closure.
        var owners: [HeldRequest.Owner] = []
        for provider in listener.routing.providers {
            if let entry = session(bytes, provider: provider, host: host) { owners.append(.init(entry.record)) }
        }
        return owners
    }

    /// Sends a held request on as if it came now: the same parser, the same rules, the same checks as for any other.
    private func send(_ held: HeldRequest, _ bytes: Span<UInt8>) {
        var head = Array("\(held.method) \(held.target) HTTP/1.1\r\n".utf8)
        for field in worker.requestHead.fields where isTaken(field, bytes) {
            head += bytes.bytes(field.name) + Array(": ".utf8) + bytes.bytes(field.value) + Array("\r\n".utf8)
        }
        for field in held.fields { head += Array("\(field.name): \(field.value)\r\n".utf8) }
        head += Array("Content-Length: \(held.body.count)\r\n\r\n".utf8)
        request.isResumed = true
        do throws(HeadError) {
            try worker.requestHead.parse(head.span, length: head.count, names: worker.core.fieldNames)
            worker.log.info("a held request goes on", metadata: ["bytes": "\(held.body.count)"])
            headReceived(head.span, length: head.count)
        } catch {
            return refuse(error, reason: error.desyncReason)
        }
        guard upstream != nil, exchange?.isRequestComplete == false else { return }
        forwardBody(held.body.span, ByteRange(0, held.body.count))
        if upstream != nil { requestBodyEnded() }
    }

    /// Whether the browser's present field goes along: not what describes a body, the connection, or the page with the button.
    private func isTaken(_ field: HeaderField, _ bytes: Span<UInt8>) -> Bool {
        switch field.known {
        case .contentLength, .expect, .invalid, .suspiciousFraming: return false
        default: break
        }
        if field.known.isHopByHop { return false }
        return HeldRequest.keptFields[bytes.text(field.name).lowercased()] == nil
    }
}
