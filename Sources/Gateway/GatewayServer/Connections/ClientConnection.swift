import EventLoop
import HTTP1
import Proxy
import TLS
import Wire

/// A client's connection: TLS, and beneath it HTTP/2 (then ``HTTP2Connection`` has its streams) or HTTP/1.1: requests one after the other, each answered by a backend, by cold code, or at once.
///
/// Reading and framing stand in `ClientConnection+Receiving`, the HTTP/1.1 side of an exchange in `+Exchanging`, sending and closing in
/// `+Sending`; what a request leads to is ``ClientStream``'s.
final class ClientConnection: Channel, ClientStream {
    /// Where in the run of requests the connection is.
    enum Phase {
        /// Waiting for a request, or within its head.
        case head
        /// Within a request's body.
        case body
        /// The request is complete, its response is not.
        case responding
        /// Cold code makes the answer.
        case waiting
        /// HTTP/2: requests come on ``ClientConnection/streams``.
        case multiplexed
        /// A WebSocket: bytes go both ways as they are.
        case tunnel
        /// Sends what is left, then closes.
        case closing
        /// The sending side is shut; what still comes is dropped until the client closes.
        case lingering
    }

    let worker: Worker
    let listener: ListenerContext
    /// The client's address as text.
    let peer: [UInt8]
    private let peerPort: UInt16
    /// Loop time from which on a request is the connection's last.
    let lastRequestTime: Int64
    private(set) lazy var serverName = tls == nil ? nil : tls!.serverName()
    /// What backends are told of the connection; made when its first request goes on, since the handshake is done by then.
    private(set) lazy var forwarding = ForwardingFields(
        policy: listener.routing.forwarding, peer: String(decoding: peer, as: UTF8.self), peerPort: peerPort,
        listenerPort: listener.routing.port, tls: tls == nil ? nil : tls!.negotiated())
    private(set) lazy var loggedConnection = LoggedConnection(
        id: worker.connectionID(), address: peer, port: peerPort, speaksHTTP2: streams != nil,
        tls: tls == nil ? nil : tls!.negotiated(),
        certificate: tls == nil ? nil : tls!.isResumed() ? "session-reused" : tls!.certificateFile())
    /// Nil on a plain connection. Asked with `tls!` behind a look at it, never with `tls?`: in debug builds of Swift 6.3 that reads a session
    /// that is not there, since the type is noncopyable.
    var tls: TLSSession?

    var phase = Phase.head
    var request = RequestFacts()
    var expectedResponse: ExpectedResponse { ExpectedResponse(request) }
    /// Plaintext received and not understood yet: an unfinished head, or requests sent ahead.
    var inbox = ByteQueue()
    /// What the socket has not taken yet.
    var outbox = ByteQueue()
    var scanner = HeadScanner()
    var reader = BodyReader(.none)
    var exchange: Exchange?
    var upstream: UpstreamConnection?
    /// Counts requests, so that a late answer of cold code finds its own or nothing.
    var sequence: UInt32 = 0
    /// How the current response's body goes out.
    var responseFraming = ClientFraming.identity
    var headClockRuns = true
    /// How long the client is waited for while it owes bytes, or has not taken some.
    var pace = Pace()
    /// Loop time at which an idle connection is closed; 0 before its first request.
    var idleUntil: Int64 = 0
    /// Bytes given to the socket, and how many of them the client had confirmed at the last look.
    var sentBytes = 0
    var confirmedBytes: Int?
    /// The client's streams, where the handshake chose HTTP/2.
    var streams: HTTP2Connection?
    /// Whether it is known which protocol the client speaks.
    var knowsProtocol = false

    var isReadable = false
    var isPaused = false
    var isProcessing = false
    var peerClosed = false
    private(set) var hasEnded = false

    init(
        descriptor: Int32, peer: String, peerPort: UInt16, listener: ListenerContext, worker: Worker
    ) throws {
        self.worker = worker
        self.listener = listener
        lastRequestTime = worker.loop.now + worker.core.clientKeepAlive
        self.peer = Array(peer.utf8)
        self.peerPort = peerPort
        tls = try listener.tls.map { try TLSSession(context: $0, window: worker.window) }
        super.init(descriptor: descriptor)
    }

    /// The connection is registered: its first request is due.
    func opened() {
        worker.connectionOpened()
        listener.metrics.connections.add()
        setDeadline(after: worker.core.headerTimeout)
    }

    /// Sets the deadline this many milliseconds from now.
    func setDeadline(after milliseconds: Int64) {
        worker.loop.setDeadline(worker.loop.now + milliseconds, of: self)
    }

    override func ready(_ readiness: Readiness) {
        if readiness.contains(.peerClosed) { peerClosed = true }
        if readiness.contains(.writable), !outbox.isEmpty { flush() }
        if readiness.contains(.readable) { isReadable = true }
        if phase == .head, isPaused { return resumeReading() }
        if isReadable { receive() } else if streams?.needsFlush == true { flush() }
    }

    override func deadlineReached() {
        if !outbox.isEmpty {
            lookAtReader()
            if hasEnded || phase != .multiplexed { return }
        }
        switch phase {
        case .head:
            if inbox.isEmpty || !isEstablished { return idleDeadlineReached() }
            // Nothing is known of this request; what is here is the last one's.
            request = RequestFacts(isHead: false, minorVersion: 1, keepsAlive: false)
            respond(error: GatewayErrors.requestTimeout(requestID: RequestID.make()), closes: true)
            flush()
        case .body:
            // The backend takes no more: its clock runs.
            if isPaused { return beginPace() }
            if let exchange, exchange.hasResponseBegun { return end() }
            dropUpstream()
            respond(error: GatewayErrors.requestTimeout(requestID: RequestID.make()), closes: true)
            flush()
        case .multiplexed: streams?.deadlineReached()
        case .responding, .waiting, .tunnel, .closing, .lingering:
            end()
        }
    }

    /// Whether bytes of the application can flow.
    var isEstablished: Bool { tls == nil || tls!.isEstablished() }

    /// Ends the connection now, and the exchange with it: a backend whose client is gone works no further.
    func end() {
        guard !hasEnded else { return }
        worker.window.consumeOutput(worker.window.output.count)
        endKeepingWindow()
    }

    /// Ends the connection while the window's output is being sent; the sender empties it.
    func endKeepingWindow() {
        guard !hasEnded else { return }
        hasEnded = true
        finishRecord()
        dropUpstream()
        streams?.connectionEnded()
        worker.window.offer(UnsafeRawBufferPointer(start: nil, count: 0))
        worker.loop.close(self)
        listener.metrics.ended.add()
        worker.connectionClosed()
    }

    /// Another configuration is in force: the next request is the last. An idle client has a moment for it, since one may be on its way; one that
    /// has not asked yet has the time it had.
    func retire() {
        if phase == .multiplexed { streams?.drain() }
        guard phase == .head, inbox.isEmpty, idleUntil != 0 else { return }
        idleUntil = min(idleUntil, worker.loop.now + Self.retiredTime)
        worker.loop.setDeadline(min(deadline, idleUntil), of: self)
    }

    /// Milliseconds in which an idle client may send its last request once another configuration is in force.
    static let retiredTime: Int64 = 2000

    /// Another request is not served: an idle connection closes now, a busy one after its response.
    func drain() {
        if phase == .multiplexed { streams?.drain() }
        if phase == .head, inbox.isEmpty {
            closeGracefully()
            flush()
        }
    }
}
