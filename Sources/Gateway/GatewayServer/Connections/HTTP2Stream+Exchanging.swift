import HTTP1
import HTTP2
import Proxy
import Wire

/// The response side of an exchange: fields and body go to the session, which makes frames of them.
extension HTTP2Stream {
    private var session: HTTP2Session { owner.session }

    // MARK: Answers made here

    /// Cold code has answered.
    func coldAnswerReady(_ response: LocalResponse) {
        guard phase == .waiting else { return }
        if let page = response.page { noteFailure(page) }
        respond(response)
    }

    func respond(_ response: LocalResponse) {
        guard !isClosed else { return }
        if opensTunnel, response.status < 300 {
            return respond(error: GatewayErrors.noWebSocket(requestID: RequestID.make()))
        }
        noteAnswer(response.status)
        request.access?.entry.sentBytes += response.body.count
        let response = response.readable(by: request.reader, listener.routing.crossOrigin)
        session.beginResponse()
        for field in listener.routing.responseFields.completing(response.fields) {
            precondition(!field.value.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a field value is one line")
            add(name: field.name, value: field.value)
        }
        if response.status != 204, response.status != 304 {
            add(name: "content-length", value: "\(response.body.count)")
        }
        let hasBody = !request.isHead && !response.body.isEmpty
        session.submitResponse(slot: slot, status: response.status, hasBody: hasBody)
        if hasBody {
            response.body.withUnsafeBytes { session.sendBody($0, slot: slot) }
            session.endBody(slot: slot)
        }
        cutRequest()
        flush()
    }

    private func add(name: String, value: String) {
        let nameCount = name.utf8.count
        let line = Array((name + value).utf8)
        session.addField(line.span, name: ByteRange(0, nameCount), value: ByteRange(nameCount, line.count))
    }

    // MARK: Answers of a backend

    func interimResponseReceived(_ bytes: Span<UInt8>, length: Int) {
        addFields(bytes)
        session.submitInterimResponse(slot: slot, status: worker.responseHead.status)
    }

    func responseHeadReceived(_ bytes: Span<UInt8>, length: Int, framing: BodyFraming) {
        if opensTunnel, worker.responseHead.status < 300 {
            // Its client would take the answer's body for a WebSocket.
            if let upstream { worker.metrics.targetGroups[upstream.group].failures.add() }
            dropUpstream()
            return respond(error: GatewayErrors.noWebSocket(requestID: RequestID.make()))
        }
        exchange?.responseHeadReceived()
        request.access?.entry.sentBytes += length
        addFields(bytes)
        for cookie in request.cookies { add(name: "set-cookie", value: cookie) }
        for field in listener.routing.responseFields.stated { add(name: field.name, value: field.value) }
        session.submitResponse(slot: slot, status: worker.responseHead.status, hasBody: framing != .none)
    }

    private func addFields(_ bytes: Span<UInt8>) {
        session.beginResponse()
        let head = worker.responseHead
        let stated = listener.routing.responseFields
        for field in head.fields where ResponseRewriter.isForwarded(field, of: head, bytes, stated: stated) {
            session.addField(bytes, name: field.name, value: field.value)
        }
    }

    func responseBodyReceived(_ bytes: Span<UInt8>, _ range: ByteRange) {
        bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[range.lowerBound..<range.upperBound])) }
    }

    /// Writes bytes of the backend, and has it wait once too many wait for the client.
    private func send(_ bytes: UnsafeRawBufferPointer) {
        session.sendBody(bytes, slot: slot)
        request.access?.entry.sentBytes += bytes.count
        if !hasPausedUpstream, session.waiting(slot: slot) > ClientConnection.highWater {
            hasPausedUpstream = true
            owner.pausedUpstreams += 1
            upstream?.pause()
        }
    }

    /// The client has taken enough of what waited.
    func resumeUpstream() {
        hasPausedUpstream = false
        owner.pausedUpstreams -= 1
        upstream?.resume()
    }

    func responseTrailersReceived(_ bytes: Span<UInt8>) {
        for field in worker.trailers.fields where TrailerRewriter.isForwarded(field, bytes) {
            trailers.append(HeaderText(name: bytes.text(field.name).lowercased(), value: bytes.text(field.value)))
        }
    }

    func responsePiecesReceived() {}

    func responseEnded(upstreamKeepsAlive: Bool) -> Exchange.Fate? {
        guard var exchange else { return .close }
        session.endBody(slot: slot, trailers: trailers)
        // A request that goes on after its answer ends with it: some clients stop sending then, and wait for the stream's end.
        let fates = exchange.responseEnded(
            clientKeepsAlive: exchange.isRequestComplete, upstreamKeepsAlive: upstreamKeepsAlive)
        guard let fates else {
            self.exchange = exchange
            return nil
        }
        self.exchange = nil
        upstream = nil
        cutRequest()
        return fates.upstream
    }

    func exchangeEnded() {
        let finished = upstream
        upstream = nil
        exchange = nil
        finishRecord()
        phase = .ended
        finished?.release(.keep)
    }

    func abortResponse() {
        guard !isClosed else { return }
        finishRecord()
        dropUpstream()
        phase = .ended
        session.reset(slot: slot, .internalError)
        flush()
    }

    func requestAbandoned() {
        dropUpstream()
        cutRequest()
        flush()
    }

    // MARK: A tunnel

    /// Over HTTP/2 a tunnel opens with a success instead of `101`, and proves nothing by a key (RFC 8441 §5.1).
    func tunnelOpened(_ bytes: Span<UInt8>, length: Int) {
        session.beginResponse()
        let head = worker.responseHead
        let stated = listener.routing.responseFields
        for field in head.fields
        where ResponseRewriter.isForwarded(field, of: head, bytes, stated: stated)
            && !bytes.equals(field.name, ignoringCase: "sec-websocket-accept")
        {
            session.addField(bytes, name: field.name, value: field.value)
        }
        for field in stated.stated { add(name: field.name, value: field.value) }
        session.submitResponse(slot: slot, status: 200, hasBody: true)
        beginTunnel()
    }

    func tunnelBytesReceived(_ bytes: UnsafeRawBufferPointer) { send(bytes) }

    func tunnelEnded(clientHasEnded: Bool) {
        session.endBody(slot: slot)
        cutRequest()
        flush()
    }
}
