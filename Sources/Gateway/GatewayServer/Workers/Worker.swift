import AccessLog
import EventLoop
import Glibc
import HTTP1
import Logging
import Proxy
import Sessions
import TLS
import Wire

/// One thread's share of the gateway: its loop, its listeners, its connections and its buffers. Nothing of it is shared.
///
/// Buffers are the worker's, not the connections': a worker handles one connection at a time, so an idle connection owns none.
final class Worker {
    let loop: Loop
    /// Cold code for this worker's clients runs on its thread.
    let executor: LoopExecutor
    let mailbox: Mailbox<WorkerMessage>
    let core: GatewayCore
    let sessions: SessionCache
    let bearers: BearerCache
    let pools: [UpstreamPool]
    let metrics: WorkerMetrics
    let window = CiphertextWindow()
    let log: Logger

    /// Ciphertext as received from a client.
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// Plaintext of a client; one record larger than what it was made from can never be.
    let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// Bytes as received from a backend.
    let answered = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// A response on its way to the client, before encryption.
    var composed = ByteQueue()
    /// The head being looked at; its table's memory is used again and again.
    var requestHead = RequestHead()
    var responseHead = ResponseHead()
    /// The trailer section being looked at.
    var trailers = TrailerSection()
    /// What goes on for a session, and ends with it.
    var streams = SessionStreams()

    private var traceRandom = TraceRandom(seed: .random(in: .min ... .max))
    private var listeners: [ListenerChannel] = []
    /// Whose output the window holds.
    private var windowOwner: ObjectIdentifier?
    private var connections = 0
    /// Answers that cold code is making; some of it runs on this thread, also when its client has gone.
    private var coldWork = 0
    /// Lines of the access log that this turn of the loop has made.
    private var accessLines: [UInt8] = []
    private var service = Service.open

    /// Whether the worker takes connections, and what becomes of those that it has.
    private enum Service {
        case open
        /// Another configuration's workers take new ones; what goes on here may go on.
        case retired
        /// The gateway stops.
        case draining
    }

    /// Bytes of each of the worker's buffers.
    static let bufferSize = 64 * 1024

    /// Reads of one connection in one turn of the loop, so that a fast one leaves time for the others.
    static let readsPerTurn = 16

    /// - Parameters:
    ///   - sockets: one for each listener of the configuration; they stay the caller's.
    ///   - contexts: from ``GatewayCore/makeTLSContexts()``.
    init(
        core: GatewayCore, mailbox: Mailbox<WorkerMessage>, sockets: [Int32], contexts: [TLSContext?], log: Logger
    ) throws {
        self.core = core
        self.mailbox = mailbox
        self.log = log
        loop = try Loop()
        executor = try loop.makeExecutor()
        sessions = SessionCache(
            store: core.sessionStore, signer: core.identitySigner, refresher: core.refresher)
        bearers = BearerCache(authorities: core.bearers)
        metrics = WorkerMetrics(core.configuration)
        pools = core.configuration.targetGroups.map { UpstreamPool(paths: $0.targets.map(\.socket)) }
        for (index, socket) in sockets.enumerated() {
            let context = ListenerContext(
                core: core, index: index, port: try Sockets.port(of: socket), tls: contexts[index],
                metrics: metrics.listeners[index])
            let channel = ListenerChannel(
                descriptor: try Sockets.duplicate(socket), context: context, worker: self)
            do {
                try loop.register(channel)
            } catch {
                Glibc.close(channel.descriptor)
                throw error
            }
            listeners.append(channel)
        }
        try loop.register(try MailboxChannel(mailbox) { [unowned self] message in handle(message) })
        if core.accessLog != nil { loop.turnEnded = { [unowned self] in writeAccessLines() } }
    }

    deinit {
        received.deallocate()
        plaintext.deallocate()
        answered.deallocate()
    }

    /// Seconds since 1970.
    var unixTime: Int { Glibc.time(nil) }

    /// Microseconds since 1970.
    var unixMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// 16 hexadecimal digits that no other connection has, for logs.
    func connectionID() -> String {
        let digits = String(traceRandom.next().0, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Adds a line to the access log; it is written when the turn of the loop ends.
    func log(_ entry: AccessLogEntry) {
        accessLines += entry.line
        if accessLines.count >= Self.bufferSize { writeAccessLines() }
    }

    private func writeAccessLines() {
        guard !accessLines.isEmpty else { return }
        core.accessLog?.write(accessLines)
        accessLines.removeAll(keepingCapacity: true)
    }

    /// What makes the trace id of the next request.
    func traceStamp() -> TraceStamp { TraceStamp(now: unixTime, random: traceRandom.next()) }

    /// Runs until drained. Nothing can be asked of the worker afterwards.
    func run() {
        loop.run()
        mailbox.close()
        // What is left refers to the worker, and it to that.
        loop.forEachChannel { ($0 as? ClientConnection)?.end() }
        writeAccessLines()
        loop.forEachChannel { loop.close($0) }
        for pool in pools { pool.closeAll() }
        streams = SessionStreams()
        listeners = []
    }

    /// Called before a connection writes into the window. What another connection left there would go to the wrong client, so that stops
    /// the process instead.
    func claimWindow(_ client: ClientConnection) {
        let owner = ObjectIdentifier(client)
        if windowOwner == owner { return }
        precondition(window.output.isEmpty, "a connection sends its output before the worker turns to another")
        windowOwner = owner
    }

    /// Counts a connection in.
    func connectionOpened() { connections += 1 }

    /// Counts a connection out; the last one of a draining worker ends it.
    func connectionClosed() {
        connections -= 1
        stopIfDrained()
    }

    /// Cold code begins to make an answer, which comes by mail.
    func coldWorkBegan() { coldWork += 1 }

    private func stopIfDrained() {
        if service != .open, connections == 0, coldWork == 0 { loop.stop() }
    }

    /// Whether each connection's next request is its last.
    var drains: Bool { service != .open }

    /// Whether the gateway stops: tunnels are told to end, and a connection ends with its response.
    var isStopping: Bool { service == .draining }

    private func stopAccepting() {
        for listener in listeners { loop.close(listener) }
        listeners = []
    }

    private func retire() {
        guard service == .open else { return }
        service = .retired
        stopAccepting()
        loop.forEachChannel { ($0 as? ClientConnection)?.retire() }
        for pool in pools { pool.closeAll() }
        stopIfDrained()
    }

    private func drain() {
        service = .draining
        stopAccepting()
        loop.forEachChannel { channel in
            (channel as? ClientConnection)?.drain()
            (channel as? UpstreamConnection)?.drainTunnel()
        }
        stopIfDrained()
    }

    private func handle(_ message: WorkerMessage) {
        switch message {
        case .respond(let ticket, let response):
            coldWork -= 1
            defer { stopIfDrained() }
            if let client = loop.channel(descriptor: ticket.descriptor, generation: ticket.generation)
                as? ClientConnection
            {
                client.coldAnswerReady(response, for: ticket)
            }
        case .forget(let session):
            sessions.forget(session)
            for connection in streams.take(session) { connection.sessionEnded() }
        case .useCertificates(let contexts):
            for (listener, context) in zip(listeners, contexts) { listener.use(context) }
        case .retire: retire()
        case .drain: drain()
        case .stop:
            loop.stop()
        }
    }
}

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    /// The answer that cold code made for a waiting client.
    case respond(ClientTicket, LocalResponse)
    /// The session has ended: nothing of it stays in memory.
    case forget(SessionDigest)
    /// Certificates were replaced on disk: for each listener, in the configuration's order, what it uses from now on; nil without TLS.
    case useCertificates([TLSContext?])
    /// Take no new connections: another configuration is in force. What goes on goes on, tunnels and streams too; then end.
    case retire
    /// Take no new connections, end when the running exchanges have ended.
    case drain
    /// End now.
    case stop
}

/// Which request of which connection waits for cold code; worthless once the connection is gone.
struct ClientTicket: Sendable, Equatable {
    let descriptor: Int32
    let generation: UInt32
    /// The HTTP/2 stream's place among its connection's; 0 on HTTP/1.1.
    let slot: Int
    let sequence: UInt32
}
