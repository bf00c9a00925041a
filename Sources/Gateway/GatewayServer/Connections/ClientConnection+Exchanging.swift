import EventLoop
import HTTP1
import Proxy
import Wire

/// The HTTP/1.1 side of an exchange: the connection is its own only stream.
extension ClientConnection {
    var ticket: ClientTicket {
        ClientTicket(descriptor: descriptor, generation: generation, slot: 0, sequence: sequence)
    }

    // MARK: The request

    func requestHeadForwarded() {
        guard !reader.isEnded else {
            phase = .responding
            return
        }
        phase = .body
        beginPace()
        if worker.requestHead.expectsContinue {
            worker.composed.append("HTTP/1.1 100 Continue\r\n\r\n")
            writeComposed()
        }
    }

    func requestForwarded() {
        phase = .responding
        worker.loop.setDeadline(Loop.never, of: self)
    }

    func awaitAnswer() { phase = .waiting }

    func pauseReading() { isPaused = true }

    /// Cold code has answered; `ticket` says which request it was.
    func coldAnswerReady(_ response: LocalResponse, for ticket: ClientTicket) {
        if let streams { return streams.coldAnswerReady(response, for: ticket) }
        guard phase == .waiting, ticket.sequence == sequence else { return }
        if let page = response.page { noteFailure(page) }
        respond(response)
        if !hasEnded { flush() }
    }

    // MARK: The response

    func interimResponseReceived(_ bytes: Span<UInt8>, length: Int) {
        guard request.minorVersion == 1 else { return }
        ResponseRewriter.writeInterim(
            worker.responseHead, bytes, length: length, stated: listener.routing.responseFields,
            into: &worker.composed)
        writeComposed()
    }

    func responseHeadReceived(_ bytes: Span<UInt8>, length: Int, framing: BodyFraming) {
        exchange?.responseHeadReceived()
        responseFraming = ResponseRewriter.framing(framing, clientMinorVersion: request.minorVersion)
        if responseFraming == .untilClose { request.keepsAlive = false }
        if worker.drains { request.keepsAlive = false }
        ResponseRewriter.write(
            worker.responseHead, bytes, length: length, statesChunked: responseFraming == .chunked,
            keepsAlive: request.keepsAlive, clientMinorVersion: request.minorVersion,
            added: request.cookies.isEmpty ? [] : Array(request.cookies.map { "Set-Cookie: \($0)\r\n" }.joined().utf8),
            stated: listener.routing.responseFields, into: &worker.composed)
    }

    func responseBodyReceived(_ bytes: Span<UInt8>, _ range: ByteRange) {
        if responseFraming == .chunked {
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

    func responseTrailersReceived(_ bytes: Span<UInt8>) {
        guard responseFraming == .chunked else { return }
        // The last chunk goes out with its trailer fields: no other end is due.
        worker.composed.append("0\r\n")
        TrailerRewriter.write(worker.trailers, bytes, into: &worker.composed)
        worker.composed.append("\r\n")
        responseFraming = .identity
    }

    func responsePiecesReceived() { writeComposed() }

    func responseEnded(upstreamKeepsAlive: Bool) -> Exchange.Fate? {
        guard var exchange else { return .close }
        if responseFraming == .chunked { worker.composed.append("0\r\n\r\n") }
        writeComposed()
        let fates = exchange.responseEnded(
            clientKeepsAlive: request.keepsAlive && !worker.isStopping, upstreamKeepsAlive: upstreamKeepsAlive,
            requestWaits: upstream.map { $0.waiting > 0 } ?? false)
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

    func exchangeEnded() {
        let finished = upstream
        upstream = nil
        finished?.release(.keep)
        requestEnded()
    }

    func abortResponse() { end() }

    func requestAbandoned() { closeGracefully() }

    // MARK: A tunnel

    /// What the client sent ahead of the `101` was held, as a request that might follow; now it is the tunnel's.
    func tunnelOpened(_ bytes: Span<UInt8>, length: Int) {
        ResponseRewriter.writeSwitch(
            worker.responseHead, bytes, length: length, stated: listener.routing.responseFields,
            into: &worker.composed)
        writeComposed()
        phase = .tunnel
        worker.loop.setDeadline(Loop.never, of: self)
        isPaused = false
        processInbox()
        if isReadable { worker.loop.callAgain(self) }
    }

    func tunnelBytesReceived(_ bytes: UnsafeRawBufferPointer) { write(bytes) }

    func tunnelEnded(clientHasEnded: Bool) {
        guard !hasEnded else { return }
        closeGracefully()
        // A client that has said its end is not waited for: reading it once more finds that end again.
        if clientHasEnded {
            isPaused = false
            isReadable = true
            worker.loop.callAgain(self)
        }
    }
}
