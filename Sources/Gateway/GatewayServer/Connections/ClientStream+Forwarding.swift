import EventLoop
import Glibc
import HTTP1
import Pages
import Proxy
import Sessions
import Wire

extension ClientStream {
    /// Sends the head that the worker holds to a backend of `group`, under `target` and `host` where they are not the client's own bytes.
    func forward(
        _ bytes: Span<UInt8>, length: Int, target: [UInt8]?, host: [UInt8]?, group: Int, identity: SessionCache.Entry?,
        sendsAccessToken: Bool
    ) {
        let head = worker.requestHead
        if case .length(let count) = head.framing, count > worker.core.bodyLimit {
            return respond(error: GatewayErrors.bodyTooLarge(requestID: RequestID.make()), closes: true)
        }
        worker.metrics.targetGroups[group].requests.add()
        guard let connection = lease(group) else { return }
        connection.forwardedAt = worker.loop.now
        connection.session = identity?.record
        if request.opensWebSocket, let handshake = WebSocketHandshake(head, bytes) {
            connection.expectedAccept = WebSocketAccept.value(forKey: bytes.bytes(handshake.key))
        }
        let forwarding = forwarding
        let trace = worker.traceStamp()
        noteForwarding(bytes, to: connection, trace: trace)
        listener.routing.rewriter.write(
            head, bytes, length: length, target: target, host: host, peer: forwarding.peer,
            statedFields: forwarding.lines, forwardedStart: forwarding.forwardedStart, trace: trace,
            identity: identity?.lines(withAccessToken: sendsAccessToken) ?? [],
            opensWebSocket: connection.expectedAccept != nil, into: &connection.outbox)
        exchange = Exchange(
            isIdempotent: head.isIdempotent, hasBody: head.framing != .none, onKeptConnection: connection.hasServed)
        upstream = connection
        request.isChunked = head.framing == .chunked
        request.takesTrailers = head.takesTrailers && request.minorVersion == 1
        requestHeadForwarded()
        connection.begin(for: self)
    }

    /// A connection to the group, kept or new; answers the request itself if there is none.
    private func lease(_ group: Int) -> UpstreamConnection? {
        if let kept = worker.pools[group].take() { return kept }
        do {
            return try UpstreamConnection.open(group: group, worker: worker)
        } catch {
            upstreamFailed(.answer(status: error.status), group: group)
            return nil
        }
    }

    /// Sends a piece of the request's body on.
    func forwardBody(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard let upstream else { return collect(bytes, range) }
        request.bodyBytes &+= Int(range.count)
        guard request.bodyBytes <= worker.core.bodyLimit else { return bodyGrewTooLarge() }
        exchange?.requestBodySent()
        if request.isChunked {
            var chunk = ByteQueue()
            chunk.append(hexadecimal: Int(range.count))
            chunk.append("\r\n")
            chunk.append(bytes, range)
            chunk.append("\r\n")
            upstream.sendBody(chunk.readable)
        } else {
            bytes.withUnsafeBytes {
                upstream.sendBody(UnsafeRawBufferPointer(rebasing: $0[range.lowerBound..<range.upperBound]))
            }
        }
        if upstream.waiting > UpstreamConnection.highWater { pauseReading() }
    }

    /// A body without a stated length went beyond the limit: the backend sees it cut, never ended.
    private func bodyGrewTooLarge() {
        let hasResponseBegun = exchange?.hasResponseBegun == true
        let hasResponseEnded = exchange?.hasResponseEnded == true
        dropUpstream()
        if hasResponseEnded { return requestAbandoned() }
        if hasResponseBegun { return abortResponse() }
        respond(error: GatewayErrors.bodyTooLarge(requestID: RequestID.make()), closes: true)
    }

    /// The request's body is complete.
    func requestBodyEnded() {
        if let collected = request.collected { return bodyCollected(collected) }
        if request.isChunked, let upstream {
            let end: StaticString = "0\r\n\r\n"
            // Bytes behind the head, though there be no data in them: what went before them is no longer kept for a repetition.
            exchange?.requestBodySent()
            upstream.sendBody(UnsafeRawBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount))
        }
        exchange?.requestBodyEnded()
        requestForwarded()
        if exchange?.hasResponseEnded == true, upstream?.waiting ?? 0 == 0 { exchangeEnded() }
    }

    /// The backend closed a kept connection on this request: it goes out once more over a new one.
    func retry(with old: UpstreamConnection) {
        upstream = nil
        do {
            let connection = try UpstreamConnection.open(group: old.group, worker: worker)
            swap(&connection.outbox, &old.outbox)
            connection.forwardedAt = old.forwardedAt
            connection.session = old.session
            connection.expectedAccept = old.expectedAccept
            exchange?.retried()
            upstream = connection
            connection.begin(for: self)
        } catch {
            upstreamFailed(.answer(status: error.status), group: old.group)
        }
    }

    /// Closes the exchange's connection to the backend, if there is one.
    func dropUpstream() {
        let dropped = upstream
        upstream = nil
        exchange = nil
        request.collected = nil
        dropped?.close()
    }

    /// The exchange has lost its backend; the connection is gone already.
    /// - Parameter group: the backend's, if it is the backend that failed.
    func upstreamFailed(_ loss: Exchange.UpstreamLoss, group: Int?) {
        if let group { worker.metrics.targetGroups[group].failures.add() }
        let failed = upstream
        upstream = nil
        exchange = nil
        switch loss {
        case .answer(let status):
            let requestID = RequestID.make()
            worker.log.warning("a backend failed", metadata: ["status": "\(status)", "request": "\(requestID)"])
            respond(
                error: GatewayErrors.upstream(status, target: failed?.targetText, requestID: requestID),
                session: failed?.session)
        case .close:
            requestAbandoned()
        case .abort, .bodyEnded, .retry:
            abortResponse()
        }
    }

    /// Answers the current request with an error page; `allow` names the methods that a 405 has to name (RFC 9110 §15.5.6), `session` is the
    /// one it came with, for the record.
    func respond(error page: ErrorPage, allow: String? = nil, closes: Bool = false, session: SessionRecord? = nil) {
        noteFailure(page, session: session)
        var response = LocalResponse.error(page, asJSON: request.wantsJSON, assets: worker.core.assets, closes: closes)
        if let allow { response.fields.append(("Allow", allow)) }
        respond(response)
    }
}
