import EventLoop
import Glibc
import HTTP1
import Proxy
import Wire

extension ClientConnection {
    /// Sends the head that the worker holds to a backend of `group`.
    func forward(_ bytes: Span<UInt8>, length: Int, target: [UInt8]?, group: Int, identity: [UInt8]) {
        let head = worker.requestHead
        guard let connection = lease(group) else { return }
        listener.rewriter.write(
            head, bytes, length: length, target: target, peer: peer, statedFields: listener.statedFields,
            identity: identity, into: &connection.outbox)
        let hasBody = head.framing != .none
        exchange = Exchange(isIdempotent: head.isIdempotent, hasBody: hasBody, onKeptConnection: connection.hasServed)
        upstream = connection
        reader = BodyReader(head.framing)
        chunksRequest = head.framing == .chunked
        phase = hasBody ? .body : .responding
        if hasBody { setDeadline(after: worker.core.idleTimeout) }
        if head.expectsContinue, hasBody {
            worker.composed.append("HTTP/1.1 100 Continue\r\n\r\n")
            writeComposed()
        }
        connection.begin(for: self)
    }

    /// A connection to the group, kept or new; answers the request itself if there is none.
    private func lease(_ group: Int) -> UpstreamConnection? {
        let pool = worker.pools[group]
        if let kept = pool.take() { return kept }
        guard let path = pool.nextPath() else {
            respond(error: GatewayErrors.upstream(503, requestID: RequestID.make()))
            return nil
        }
        do {
            let connection = UpstreamConnection(
                descriptor: try Sockets.connect(path: path), group: group, worker: worker)
            try worker.loop.register(connection)
            return connection
        } catch {
            let requestID = RequestID.make()
            worker.log.warning(
                "no connection to a backend", metadata: ["error": "\(error)", "request": "\(requestID)"])
            let status = error.code == EAGAIN ? 503 : 502
            respond(error: GatewayErrors.upstream(status, requestID: requestID))
            return nil
        }
    }

    /// Sends a piece of the request's body on.
    func forwardBody(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard let upstream else { return }
        exchange?.requestBodySent()
        if chunksRequest {
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
        if upstream.waiting > UpstreamConnection.highWater { isPaused = true }
    }

    /// The request's body is complete.
    func requestBodyEnded() {
        if chunksRequest, let upstream {
            let end: StaticString = "0\r\n\r\n"
            upstream.sendBody(UnsafeRawBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount))
        }
        exchange?.requestBodyEnded()
        phase = .responding
        if exchange?.hasResponseEnded == true, upstream?.waiting ?? 0 == 0 { return exchangeEnded() }
        worker.loop.setDeadline(Loop.never, of: self)
    }

    /// The response went out before the request's end, and now the whole request is with the backend too.
    func exchangeEnded() {
        let finished = upstream
        upstream = nil
        finished?.release(.keep)
        requestEnded()
    }

    /// The backend closed a kept connection on this request: it goes out once more over a new one.
    func retry(with old: UpstreamConnection) {
        upstream = nil
        guard let path = worker.pools[old.group].nextPath() else { return upstreamFailed(.answer(status: 503)) }
        do {
            let connection = UpstreamConnection(
                descriptor: try Sockets.connect(path: path), group: old.group, worker: worker)
            try worker.loop.register(connection)
            swap(&connection.outbox, &old.outbox)
            exchange?.retried()
            upstream = connection
            connection.begin(for: self)
        } catch {
            upstreamFailed(.answer(status: 502))
        }
    }

    /// The response's head is here: writes the client's.
    func responseHeadReceived(_ bytes: Span<UInt8>, length: Int, framing: ClientFraming) {
        exchange?.responseHeadReceived()
        if framing == .untilClose { request.keepsAlive = false }
        if worker.drains { request.keepsAlive = false }
        ResponseRewriter.write(
            worker.responseHead, bytes, length: length, statesChunked: framing == .chunked,
            keepsAlive: request.keepsAlive, clientMinorVersion: request.minorVersion, added: [],
            into: &worker.composed)
    }

    /// A piece of the response's body is here.
    func responseBodyReceived(_ bytes: Span<UInt8>, _ range: ByteRange, framing: ClientFraming) {
        if framing == .chunked {
            worker.composed.append(hexadecimal: Int(range.count))
            worker.composed.append("\r\n")
            worker.composed.append(bytes, range)
            worker.composed.append("\r\n")
        } else if worker.composed.isEmpty {
            bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[range.lowerBound..<range.upperBound])) }
        } else {
            worker.composed.append(bytes, range)
        }
    }

    /// The response is complete. What becomes of the backend's connection; nil while the rest of the request still goes there.
    func responseEnded(framing: ClientFraming, upstreamKeepsAlive: Bool) -> Exchange.Fate? {
        guard var exchange else { return .close }
        if framing == .chunked { worker.composed.append("0\r\n\r\n") }
        writeComposed()
        let fates = exchange.responseEnded(
            clientKeepsAlive: request.keepsAlive && !worker.drains, upstreamKeepsAlive: upstreamKeepsAlive)
        guard let fates else {
            self.exchange = exchange
            return nil
        }
        self.exchange = nil
        upstream = nil
        if fates.client == .keep {
            requestEnded()
        } else {
            closeGracefully()
        }
        return fates.upstream
    }

    /// The backend failed; its connection is gone already.
    func upstreamFailed(_ loss: Exchange.UpstreamLoss) {
        upstream = nil
        exchange = nil
        switch loss {
        case .answer(let status):
            let requestID = RequestID.make()
            worker.log.warning("a backend failed", metadata: ["status": "\(status)", "request": "\(requestID)"])
            respond(error: GatewayErrors.upstream(status, requestID: requestID))
            flush()
        case .close:
            closeGracefully()
            flush()
        case .abort, .bodyEnded, .retry:
            end()
        }
    }
}
