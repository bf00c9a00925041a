import EventLoop
import HTTP1
import Proxy
import Routing
import Sessions
import Wire

extension ClientStream {
    /// Decides what the request whose head the worker holds leads to: canonical path, rule, session, action.
    func headReceived(_ bytes: Span<UInt8>, length: Int) {
        request.line.note(bytes, length: Int(worker.requestHead.target.upperBound))
        if worker.core.accessLog != nil { beginRecord(bytes, length: length) }
        if listener.routing.crossOrigin.isActive {
            request.reader = listener.routing.crossOrigin.reader(worker.requestHead, bytes)
        }
        request.authorizesConnection = worker.requestHead.authorizesConnection
        switch worker.core.desyncMode.treatment(of: worker.requestHead.desync) {
        case .pass: break
        case .passAndClose:
            request.isAmbiguous = true
            request.keepsAlive = false
        case .block:
            noteAccept(bytes)
            return refuse(.blockedByDesyncMode, reason: worker.requestHead.desync)
        }
        let target = worker.requestHead.target
        let targetBytes = bytes.extracting(target.lowerBound..<target.upperBound)
        switch CanonicalPath.canonicalise(targetBytes) {
        case .unchanged(let pathLength):
            dispatch(
                bytes, length: length, path: targetBytes.extracting(0..<pathLength),
                query: targetBytes.extracting(min(pathLength + 1, targetBytes.count)..<targetBytes.count),
                canonicalTarget: nil, delimited: nil)
        case .rewritten(let path, let queryOffset):
            dispatch(bytes, length: length, target: targetBytes, path: path, queryOffset: queryOffset, delimited: nil)
        case .refused(let refusal):
            if refusal == .encodedDelimiter, listener.routing.takesEncodedDelimiters,
                let kept = CanonicalPath.keepingDelimiters(targetBytes)
            {
                return dispatch(
                    bytes, length: length, target: targetBytes, path: kept.path, queryOffset: kept.queryOffset,
                    delimited: kept)
            }
            refuse(refusal, bytes)
        }
    }

    /// Answers a request whose path nobody takes.
    private func refuse(_ refusal: PathRefusal, _ bytes: Span<UInt8>) {
        noteAccept(bytes)
        respond(error: GatewayErrors.badPath(refusal, requestID: RequestID.make()))
    }

    /// Goes on with a path that is not the client's own bytes.
    private func dispatch(
        _ bytes: Span<UInt8>, length: Int, target: Span<UInt8>, path: [UInt8], queryOffset: Int,
        delimited: CanonicalPath.WithDelimiters?
    ) {
        var canonicalTarget = path
        for index in queryOffset..<target.count { canonicalTarget.append(target[index]) }
        dispatch(
            bytes, length: length, path: path.span,
            query: target.extracting(min(queryOffset + 1, target.count)..<target.count),
            canonicalTarget: canonicalTarget, delimited: delimited)
    }

    private func dispatch(
        _ bytes: Span<UInt8>, length: Int, path: Span<UInt8>, query: Span<UInt8>, canonicalTarget: [UInt8]?,
        delimited: CanonicalPath.WithDelimiters?
    ) {
        let host = worker.requestHead.host
        let hostBytes = bytes.extracting(host.lowerBound..<host.upperBound)
        switch HostName.normalise(hostBytes) {
        case .unchanged(let hostLength, _):
            route(
                bytes, length: length, host: hostBytes.extracting(0..<hostLength), path: path, query: query,
                canonicalTarget: canonicalTarget, delimited: delimited)
        case .rewritten(let name, _):
            route(
                bytes, length: length, host: name.span, path: path, query: query, canonicalTarget: canonicalTarget,
                delimited: delimited)
        case .refused:
            noteAccept(bytes)
            respond(error: GatewayErrors.badHost(requestID: RequestID.make()), closes: true)
        }
    }

    private func route(
        _ bytes: Span<UInt8>, length: Int, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>,
        canonicalTarget: [UInt8]?, delimited: CanonicalPath.WithDelimiters?
    ) {
        let routing = listener.routing
        let fault = RequestAuthority.fault(
            of: worker.requestHead, bytes, host: host, isSecure: routing.isSecure, serverName: serverName)
        if let fault {
            noteAccept(bytes)
            return respond(
                error: GatewayErrors.authority(fault, requestID: RequestID.make()), closes: fault == .hostsDiffer)
        }
        if let reserved = routing.reservedAddress(path) {
            request.access?.hideQuery()
            return answer(reserved, bytes, host: host, path: path)
        }
        let peerAddress = routing.looksAtPeer ? IPAddress(peer.span) : nil
        let ruleIndex = routing.rules.match(
            worker.requestHead, bytes, host: host, path: path, query: query, peer: peerAddress)
        request.rule = Int32(ruleIndex)
        if let delimited,
            !routing.takesDelimiters(
                delimited, rule: ruleIndex, worker.requestHead, bytes, host: host, query: query, peer: peerAddress)
        {
            return refuse(.encodedDelimiter, bytes)
        }
        let step = routing.steps[ruleIndex]
        guard step.hasTransforms else {
            return authorise(
                bytes, length: length, rule: ruleIndex, host: host, canonicalTarget: canonicalTarget, rewriting: nil)
        }
        let target = worker.requestHead.target
        let rewriting =
            if let canonicalTarget {
                routing.rewrite(
                    rule: ruleIndex, worker.requestHead, bytes, host: host, target: canonicalTarget.span, path: path,
                    query: query, peer: peerAddress)
            } else {
                routing.rewrite(
                    rule: ruleIndex, worker.requestHead, bytes, host: host,
                    target: bytes.extracting(target.lowerBound..<target.upperBound), path: path, query: query,
                    peer: peerAddress)
            }
        authorise(
            bytes, length: length, rule: ruleIndex, host: host, canonicalTarget: canonicalTarget, rewriting: rewriting)
    }

    /// Lets a request pass that its rule admits, and under its new name also that name's rule, and does what its rule says.
    private func authorise(
        _ bytes: Span<UInt8>, length: Int, rule: Int, host: Span<UInt8>, canonicalTarget: [UInt8]?,
        rewriting: ListenerRouting.Rewriting?
    ) {
        request.opensWebSocket =
            worker.requestHead.asksUpgrade && WebSocketHandshake(worker.requestHead, bytes) != nil
        let own = listener.routing.steps[rule]
        if own.provider >= 0 { request.access?.entry.actions.append(.authenticate) }
        noteTransform(rewriting)
        guard case .passed(var identity) = admit(bytes, host: host, canonicalTarget: canonicalTarget, step: own) else {
            return
        }
        var sendsAccessToken = own.sendsAccessToken
        if let guardian = rewriting?.guardian {
            let step = listener.routing.steps[guardian]
            guard case .passed(let other) = admit(bytes, host: host, canonicalTarget: canonicalTarget, step: step)
            else {
                return
            }
            if identity == nil { sendsAccessToken = step.sendsAccessToken }
            identity = identity ?? other
        }
        noteAccept(bytes)
        if identity != nil, request.opensWebSocket, !mayOpenWebSocket(bytes) {
            let error = GatewayErrors.foreignOrigin(requestID: RequestID.make())
            noteDenial(error, session: identity?.record)
            return respond(error: error, session: identity?.record)
        }
        let sentHost = worker.requestHead.host
        let sentHostBytes = bytes.extracting(sentHost.lowerBound..<sentHost.upperBound)
        if own.targetGroup >= 0, rewriting == nil, !own.isSticky {
            return forward(
                bytes, length: length, target: canonicalTarget,
                host: listener.routing.hostForBackend(host, rewritten: nil, sent: sentHostBytes),
                group: Int(own.targetGroup), identity: identity, sendsAccessToken: sendsAccessToken)
        }
        let action = listener.routing.rules.rules[rule].action
        guard case .forward(let forwardAction) = action else {
            return answer(action, bytes, host: host, canonicalTarget: canonicalTarget)
        }
        if case .failure(let failure) = rewriting?.result {
            let requestID = RequestID.make()
            worker.log.warning(
                "a transform failed", metadata: ["status": "\(failure.rawValue)", "request": "\(requestID)"])
            return respond(error: GatewayErrors.transform(failure, requestID: requestID))
        }
        let rewritten = try? rewriting?.result.get()
        forward(
            bytes, length: length, target: rewritten?.target ?? canonicalTarget,
            host: listener.routing.hostForBackend(host, rewritten: rewritten?.host, sent: sentHostBytes),
            group: chooseTargetGroup(forwardAction, bytes), identity: identity,
            sendsAccessToken: sendsAccessToken)
    }

    // MARK: Answers made here

    /// Answers a request that is refused for its head, and notes what kind of departure from the standard it is.
    func refuse(_ fault: HeadError, reason: DesyncReason?) {
        let requestID = RequestID.make()
        noteClass(reason)
        if let reason {
            worker.log.info(
                "a request was refused",
                metadata: [
                    "class": "\(reason.desyncClass.rawValue)", "reason": "\(reason.rawValue)",
                    "request": "\(requestID)",
                ])
        }
        respond(
            error: GatewayErrors.badRequest(fault, requestID: requestID),
            allow: fault == .methodNotAllowed ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : nil, closes: true)
    }

    private func answer(_ action: RuleAction, _ bytes: Span<UInt8>, host: Span<UInt8>, canonicalTarget: [UInt8]?) {
        switch action {
        case .forward:
            preconditionFailure("a forward rule has a target group")
        case .fixedResponse(let fixed):
            var response = LocalResponse(status: fixed.status, body: fixed.body)
            response.fields = [("Content-Type", fixed.contentType)]
            request.access?.entry.actions.append(.fixedResponse)
            respond(response)
        case .redirect(let redirect):
            request.access?.entry.actions.append(.redirect)
            let target = targetText(bytes, canonicalTarget)
            let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let outcome = redirect.outcome(
                for: .init(
                    scheme: listener.routing.isSecure ? "https" : "http", host: text(host),
                    port: Int(listener.routing.port),
                    path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil))
            switch outcome {
            case .location(let location):
                var response = LocalResponse(status: redirect.status)
                response.fields = [("Location", location)]
                request.access?.redirected(to: location)
                respond(response)
            case .loops: respond(error: GatewayErrors.redirect(500, requestID: RequestID.make()))
            case .tooLong: respond(error: GatewayErrors.redirect(507, requestID: RequestID.make()))
            }
        }
    }

    private func answer(
        _ reserved: ListenerRouting.ReservedAddress, _ bytes: Span<UInt8>, host: Span<UInt8>, path: Span<UInt8>
    ) {
        switch reserved {
        case .signInCallback: completeSignIn(bytes)
        case .signIn: beginSignIn(bytes, host: host)
        case .signOut: signOut(bytes)
        case .sessions: showOwnSessions(bytes, host: host)
        case .sessionStatus: tellSession(bytes, host: host)
        case .resume: resumeRequest(bytes, host: host)
        case .providerSignOut: signOutByProvider(bytes)
        case .frameSignOut: signOutInFrame(bytes)
        case .asset:
            noteAccept(bytes)
            if let asset = worker.core.assets.asset(atPath: text(path)) {
                respond(.asset(asset))
            } else if listener.routing.isSecure, let keys = worker.core.publicKeys.response(atPath: text(path)) {
                respond(keys)
            } else {
                respond(error: GatewayErrors.notFound(requestID: RequestID.make()))
            }
        }
    }

    // MARK: What cold code is told

    /// Notes whether the caller wants JSON rather than a page.
    func noteAccept(_ bytes: Span<UInt8>) {
        request.wantsJSON = CallerKind.wantsJSON(worker.requestHead, bytes)
    }

    /// The request target in canonical form, as text.
    func targetText(_ bytes: Span<UInt8>, _ canonicalTarget: [UInt8]?) -> String {
        if let canonicalTarget { return String(decoding: canonicalTarget, as: UTF8.self) }
        return bytes.text(worker.requestHead.target)
    }

    /// `https://host[:port]` as the client wrote it; what is dirty was refused before.
    func originText(_ bytes: Span<UInt8>) -> String {
        "https://" + bytes.text(worker.requestHead.host).lowercased()
    }

    func text(_ span: Span<UInt8>) -> String { span.text(ByteRange(0, span.count)) }
}
