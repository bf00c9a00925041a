import EventLoop
import HTTP1
import HTTP2
import Proxy
import Wire

/// One stream of a client's HTTP/2 connection: a request and its response.
///
/// The request comes as the bytes of an HTTP/1.1 head, so that it passes the same parser and the same checks; the response side of an
/// exchange stands in `HTTP2Stream+Exchanging`.
final class HTTP2Stream: ClientStream {
    /// Where the request is.
    enum Phase {
        /// Its body goes to the backend.
        case body
        /// It is complete, or no longer wanted; its response is not complete.
        case responding
        /// Cold code makes the answer.
        case waiting
        /// A WebSocket: the bytes of the stream are the tunnel's.
        case tunnel
        /// Answered.
        case ended
    }

    unowned let owner: HTTP2Connection
    let worker: Worker
    let listener: ListenerContext
    let peer: [UInt8]
    let slot: Int

    var phase = Phase.ended
    var request = RequestFacts()
    var expectedResponse: ExpectedResponse { ExpectedResponse(request) }
    var exchange: Exchange?
    var upstream: UpstreamConnection?
    /// Which request of the connection this is.
    private(set) var sequence: UInt32 = 0
    /// The client ended its side.
    private var isRequestEnded = false
    /// Nothing can be sent any more.
    var isClosed = true
    /// The answer goes out before the request's end; then the stream is reset.
    var isCut = false
    private var isPaused = false
    /// Bytes that are held: the client gets no credit for them before the backend took some.
    private var held = 0
    /// How long the rest of the body is waited for.
    private var pace = Pace()
    private var bodyDeadline = Loop.never
    var hasPausedUpstream = false
    /// The stream is an extended `CONNECT` (RFC 8441): any success means a tunnel to its client.
    private(set) var opensTunnel = false
    /// What the client sent before the backend agreed to a tunnel. The window bounds it.
    private var sentAhead: [UInt8] = []
    /// Trailer fields of the response.
    var trailers: [HeaderText] = []

    init(_ owner: HTTP2Connection, slot: Int) {
        self.owner = owner
        self.slot = slot
        worker = owner.worker
        listener = owner.connection.listener
        peer = owner.connection.peer
    }

    var hasEnded: Bool { isClosed }

    var forwarding: ForwardingFields { owner.connection.forwarding }
    var serverName: [UInt8]? { owner.connection.serverName }
    var loggedConnection: LoggedConnection { owner.connection.loggedConnection }

    var ticket: ClientTicket {
        let connection = owner.connection
        return ClientTicket(
            descriptor: connection.descriptor, generation: connection.generation, slot: slot, sequence: sequence)
    }

    /// Ready for a new request.
    func begin(sequence: UInt32) {
        self.sequence = sequence
        phase = .responding
        request = RequestFacts()
        isRequestEnded = false
        isClosed = false
        isCut = false
        isPaused = false
        held = 0
        hasPausedUpstream = false
        trailers = []
        opensTunnel = false
        sentAhead = []
    }

    // MARK: The request

    /// Acts on a whole head; `bytes` are borrowed for the call.
    func requestReceived(_ bytes: Span<UInt8>, endsStream: Bool) {
        isRequestEnded = endsStream
        do throws(HeadError) {
            try worker.requestHead.parse(bytes, length: bytes.count, names: worker.core.fieldNames)
            // `:path` is a path (RFC 9113 §8.3.1); the authority has a field of its own.
            guard worker.requestHead.targetScheme == nil else { throw .badTarget }
            request.isHead = worker.requestHead.method == .head
            opensTunnel = worker.requestHead.asksUpgrade
            guard !opensTunnel || WebSocketHandshake(worker.requestHead, bytes) != nil else {
                return respond(error: GatewayErrors.noWebSocket(requestID: RequestID.make()))
            }
            headReceived(bytes, length: bytes.count)
        } catch {
            refuse(error, reason: error.desyncReason)
        }
    }

    /// Answers a request that is not looked at.
    func refused(_ refusal: RequestRefusal) {
        let fault = HeadError(refusal)
        refuse(fault, reason: fault.desyncReason)
    }

    func requestHeadForwarded() {
        guard exchange?.isRequestComplete == false else {
            phase = .responding
            return
        }
        phase = .body
        bodyDeadline = pace.begin(now: worker.loop.now, worker.core.pace)
        if worker.requestHead.expectsContinue {
            owner.session.beginResponse()
            owner.session.submitInterimResponse(slot: slot, status: 100)
        }
    }

    func requestForwarded() { phase = .responding }

    func awaitAnswer() { phase = .waiting }

    /// Sends a piece of the body on. The client gets credit for more once the backend has taken enough.
    func bodyReceived(_ bytes: Span<UInt8>, _ range: ByteRange) {
        if opensTunnel { return tunnelBytesSent(bytes, range) }
        guard phase == .body else { return owner.session.dropped(Int(range.count)) }
        bodyDeadline = pace.moved(Int(range.count), now: worker.loop.now, worker.core.pace)
        forwardBody(bytes, range)
        bytesTaken(Int(range.count))
    }

    /// Gives the client credit for bytes that were sent on, unless its backend has enough to do: the window holds what comes meanwhile.
    private func bytesTaken(_ count: Int) {
        pauseIfBehind()
        if isPaused { hold(count) } else { owner.session.consumed(count, ofSlot: slot) }
    }

    private func pauseIfBehind() {
        if let upstream, upstream.waiting > UpstreamConnection.lowWater { isPaused = true }
    }

    private func hold(_ count: Int) {
        held += count
        owner.hold(count)
    }

    /// The client ended its side.
    func requestEnded() {
        isRequestEnded = true
        if isCut {
            isCut = false
            owner.cutRequests -= 1
        }
        switch phase {
        case .body: requestBodyEnded()
        case .tunnel: upstream?.clientEndedTunnel()
        case .responding, .waiting, .ended: break
        }
    }

    // MARK: A tunnel

    /// Bytes of a client that asks for a tunnel or has one.
    private func tunnelBytesSent(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard phase != .ended else { return owner.session.dropped(Int(range.count)) }
        guard phase == .tunnel else {
            for index in range.lowerBound..<range.upperBound { sentAhead.append(bytes[index]) }
            return hold(Int(range.count))
        }
        bytes.withUnsafeBytes {
            forwardThroughTunnel(UnsafeRawBufferPointer(rebasing: $0[range.lowerBound..<range.upperBound]))
        }
        bytesTaken(Int(range.count))
    }

    /// Both sides have switched: what was sent ahead goes on.
    func beginTunnel() {
        phase = .tunnel
        let ahead = sentAhead
        sentAhead = []
        ahead.withUnsafeBytes { forwardThroughTunnel($0) }
        pauseIfBehind()
        if !isPaused { giveCredit() }
        if isRequestEnded { upstream?.clientEndedTunnel() }
    }

    func pauseReading() { isPaused = true }

    func resumeReading() {
        guard isPaused, !isClosed else { return }
        isPaused = false
        if phase == .body { bodyDeadline = pace.begin(now: worker.loop.now, worker.core.pace) }
        giveCredit()
        flush()
    }

    private func giveCredit() {
        owner.session.streamConsumed(held, ofSlot: slot)
        owner.release(held)
        held = 0
    }

    // MARK: Ending

    /// What is left of the request is not wanted: the stream ends once its answer has gone out.
    func cutRequest() {
        finishRecord()
        phase = .ended
        guard !isRequestEnded, !isCut, !isClosed else { return }
        isCut = true
        owner.cutRequests += 1
    }

    /// The stream is gone, and with it what is left of its exchange.
    func closed() {
        owner.release(held)
        held = 0
        if isCut { owner.cutRequests -= 1 }
        if hasPausedUpstream { owner.pausedUpstreams -= 1 }
        isCut = false
        hasPausedUpstream = false
        finishRecord()
        isClosed = true
        phase = .ended
        dropUpstream()
    }

    /// The client's connection is gone.
    func connectionEnded() {
        finishRecord()
        isClosed = true
        phase = .ended
        dropUpstream()
    }

    /// A body that came too slowly is given up, unless its backend is the one that is waited for.
    func deadlineReached(now: Int64) {
        guard phase == .body, !isPaused, bodyDeadline <= now else { return }
        if exchange?.hasResponseBegun == true { return abortResponse() }
        dropUpstream()
        respond(error: GatewayErrors.requestTimeout(requestID: RequestID.make()))
    }

    func flush() {
        if !isClosed { owner.markWritten() }
    }
}

extension HeadError {
    /// The same fault of an HTTP/1.1 head.
    init(_ refusal: RequestRefusal) {
        self =
            switch refusal {
            case .startLineTooLong: .startLineTooLong
            case .fieldLineTooLong: .fieldLineTooLong
            case .fieldsTooLong: .fieldsTooLong
            case .tooManyFields: .tooManyFields
            case .targetForm: .badTarget
            case .methodNotAllowed: .methodNotAllowed
            case .unknownProtocol: .unsupportedProtocol
            case .missingAuthority: .missingHost
            }
    }
}
