import EventLoop
import HTTP2
import Wire

/// The streams of a client that speaks HTTP/2: hands what the session says of them to each ``HTTP2Stream``, and makes frames of their answers.
///
/// The bytes are its ``ClientConnection``'s, which owns it. Frames are made once per turn of the loop, whatever number of streams had
/// something to say.
final class HTTP2Connection {
    unowned let connection: ClientConnection
    let worker: Worker
    let session: HTTP2Session
    /// By the session's slots. A stream's object serves the slot's next stream.
    var streams: [HTTP2Stream?] = []
    /// Streams whose backends wait until the client has taken more.
    var pausedUpstreams = 0
    /// Streams whose answer goes out before their request's end, and which then end.
    var cutRequests = 0
    /// What streams hold for backends that take none.
    private var credit: ConnectionCredit
    /// Something was written since frames were made last.
    private(set) var needsFlush = false
    /// Counts requests, so that a late answer of cold code finds its own or nothing.
    private var sequence: UInt32 = 0
    private var isHandlingEvents = false
    var clocks: HTTP2Clocks
    /// Idle, and without memory that it does not need.
    var isTrimmed = false

    init(_ connection: ClientConnection) {
        self.connection = connection
        worker = connection.worker
        var settings = HTTP2Settings()
        settings.limits = worker.core.headLimits
        settings.allowsExtendedConnect = true
        session = HTTP2Session(settings: settings)
        credit = ConnectionCredit(limit: settings.heldBodies)
        clocks = HTTP2Clocks(now: worker.loop.now)
        if worker.drains { beginShutdown() }
        restartClock()
    }

    // MARK: Receiving

    /// Takes bytes of the client, borrowed for the call.
    func received(_ bytes: UnsafeRawBufferPointer) {
        session.receive(bytes, now: worker.loop.now)
        needsFlush = true
        isTrimmed = false
        bytes.withMemoryRebound(to: UInt8.self) { handleEvents(Span(_unsafeElements: $0)) }
        clocks.received(isWithinFrame: session.isWithinFrame, now: worker.loop.now)
    }

    /// Hands out all events; `bytes` are those the bodies lie in.
    private func handleEvents(_ bytes: Span<UInt8>) {
        guard !isHandlingEvents else { return }
        isHandlingEvents = true
        while !connection.hasEnded, let event = session.nextEvent() { handle(event, bytes) }
        isHandlingEvents = false
    }

    private func handle(_ event: HTTP2Event, _ bytes: Span<UInt8>) {
        switch event {
        case .request(let slot, let head, let endsStream):
            let stream = begin(slot)
            session.withHeads { heads in
                stream.requestReceived(
                    heads.extracting(head.lowerBound..<head.upperBound), endsStream: endsStream)
            }
        case .refused(let slot, let refusal): begin(slot).refused(refusal)
        case .body(let slot, let range):
            guard let stream = stream(slot) else { return session.dropped(Int(range.count)) }
            stream.bodyReceived(bytes, range)
        case .ended(let slot): stream(slot)?.requestEnded()
        case .closed(let slot, _):
            clocks.streamOpenedOrClosed(now: worker.loop.now)
            stream(slot)?.closed()
        }
    }

    private func stream(_ slot: Int) -> HTTP2Stream? { slot < streams.count ? streams[slot] : nil }

    private func begin(_ slot: Int) -> HTTP2Stream {
        while streams.count <= slot { streams.append(nil) }
        let stream = streams[slot] ?? HTTP2Stream(self, slot: slot)
        streams[slot] = stream
        sequence &+= 1
        clocks.streamOpenedOrClosed(now: worker.loop.now)
        stream.begin(sequence: sequence)
        return stream
    }

    /// Cold code has answered.
    func coldAnswerReady(_ response: LocalResponse, for ticket: ClientTicket) {
        guard let stream = stream(ticket.slot), stream.sequence == ticket.sequence else { return }
        stream.coldAnswerReady(response)
        connection.flush()
    }

    // MARK: Windows

    /// A stream keeps `count` more bytes until its backend takes them.
    func hold(_ count: Int) { session.dropped(credit.hold(count)) }

    /// A stream keeps `count` bytes fewer.
    func release(_ count: Int) { session.dropped(credit.release(count)) }

    // MARK: Sending

    /// Something was written: frames are made of it when all that is ready had its turn.
    func markWritten() {
        guard !needsFlush else { return }
        needsFlush = true
        if !isHandlingEvents { worker.loop.callAgain(connection) }
    }

    /// Makes frames and sends them until nothing is left or the socket takes no more.
    func sendOutput() {
        needsFlush = false
        var rounds = 0
        while connection.outbox.isEmpty, !connection.hasEnded {
            session.pump(now: worker.loop.now)
            handleEvents(Span())
            let output = session.output
            guard output.count > 0 else { break }
            connection.write(output)
            session.consumeOutput(output.count)
            connection.sendWindow()
            rounds += 1
            if rounds == Worker.readsPerTurn {
                markWritten()
                break
            }
        }
        guard !connection.hasEnded else { return }
        if pausedUpstreams > 0 { resumeUpstreams() }
        if connection.outbox.isEmpty {
            if cutRequests > 0 { resetCutRequests() }
            if session.isFinished, session.output.isEmpty { return close() }
        }
        restartClock()
    }

    private func resumeUpstreams() {
        for stream in streams {
            guard let stream, stream.hasPausedUpstream, session.waiting(slot: stream.slot) <= ClientConnection.lowWater
            else { continue }
            stream.resumeUpstream()
        }
    }

    /// A request whose answer went out whole is not waited for any longer (RFC 9113 §8.1).
    private func resetCutRequests() {
        for stream in streams {
            guard let stream, stream.isCut, session.waiting(slot: stream.slot) == 0 else { continue }
            stream.isCut = false
            cutRequests -= 1
            session.reset(slot: stream.slot, .noError)
            markWritten()
        }
    }

    // MARK: Ending

    /// The session has said its last word.
    private func close() {
        connectionEnded()
        connection.closeGracefully()
        connection.sendWindow()
    }

    /// The client is gone: no backend works for it any more.
    func connectionEnded() {
        let open = streams
        streams = []
        for stream in open { stream?.connectionEnded() }
    }

    /// The client is told to send further requests on another connection.
    func beginShutdown() {
        session.shutDown()
        clocks.shutDown(now: worker.loop.now)
    }

    /// Another request is not served: the client is told, and its requests under way are answered.
    func drain() {
        isTrimmed = false
        beginShutdown()
        connection.flush()
    }
}
