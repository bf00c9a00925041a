import EventLoop
import Glibc
import HTTP1
import Proxy
import Sessions
import Wire

/// A connection to a backend: sends one request at a time, reads its response, and goes back to the pool.
final class UpstreamConnection: Channel {
    /// The exchange's other end; nil while idle in the pool.
    var client: (any ClientStream)?
    let group: Int
    let worker: Worker

    /// The request's bytes: what was sent of them stays until the response begins, so that it can be sent once more elsewhere.
    var outbox = ByteQueue()
    var sent = 0
    /// The session the request came with: what lasts longer than it is ended.
    var session: SessionRecord?
    /// The `Sec-WebSocket-Accept` of a backend that agrees; nil if the request opens no WebSocket.
    var expectedAccept: [UInt8]?
    /// Set once both sides have switched; there is no way back to requests, nor to the pool.
    var tunnel: Tunnel?
    /// Whether the worker knows the connection as one of its session's streams.
    var isStream = false
    /// The client sends no more through the tunnel: the backend is told once everything is sent.
    var finishesSending = false
    /// Loop time at which its request came to it.
    var forwardedAt: Int64 = 0
    private var inbox = ByteQueue()
    private var scanner = HeadScanner()
    private var reader = BodyReader(.none)
    private var interimResponses = 0
    private var keepsAlive = false
    private var isReadable = false
    private var isPaused = false
    private var peerClosed = false
    private var sendFailed = false
    private var isClosed = false
    private(set) var hasServed = false
    /// Loop time at which the target is given up; nil once it has accepted.
    private var connectDeadline: Int64?
    private let path: String

    /// Milliseconds between two attempts to connect to a target whose backlog is full: it says nothing when there is room again.
    private static let connectInterval: Int64 = 20
    /// Interim responses one request may have.
    private static let interimLimit = 16
    /// Bytes that wait for the backend before the client is read no further, and the level at which it is again.
    static let highWater = 256 * 1024
    static let lowWater = 64 * 1024
    /// Bytes of memory an empty outbox keeps, enough for usual request heads.
    private static let keptCapacity = 4096

    private init(descriptor: Int32, path: String, group: Int, worker: Worker) {
        self.path = path
        self.group = group
        self.worker = worker
        super.init(descriptor: descriptor)
    }

    /// The target, as the access log has it: a socket's path, and no port.
    var loggedTarget: String { path + ":0" }

    /// The target, for the operator.
    var targetText: String { "target group \(worker.core.configuration.targetGroups[group].name), \(path)" }

    // MARK: Connecting

    /// Why there is no connection to a target, and the status that says so.
    struct OpeningError: Error {
        let status: Int
    }

    /// A new connection to the next target of a group; the target may still have to accept it.
    static func open(group: Int, worker: Worker) throws(OpeningError) -> UpstreamConnection {
        guard let path = worker.pools[group].nextPath() else { throw OpeningError(status: 503) }
        do {
            let descriptor = try Sockets.unixSocket()
            let connection = UpstreamConnection(descriptor: descriptor, path: path, group: group, worker: worker)
            do {
                try connection.connect()
                try worker.loop.register(connection)
            } catch {
                Glibc.close(descriptor)
                throw error
            }
            return connection
        } catch {
            worker.log.warning("no connection to a backend", metadata: ["error": "\(error)"])
            throw OpeningError(status: 502)
        }
    }

    /// Connects, or notes that the target's backlog is full.
    private func connect() throws(SystemCallError) {
        if try Sockets.connect(descriptor, path: path) {
            connectDeadline = nil
        } else if connectDeadline == nil {
            connectDeadline = worker.loop.now + worker.core.connectTimeout
        }
    }

    /// Tries again to connect; the request waits in ``outbox``.
    private func connectAgain(until deadline: Int64) {
        guard worker.loop.now < deadline else { return failConnecting(status: 504) }
        do {
            try connect()
        } catch {
            worker.log.warning("no connection to a backend", metadata: ["error": "\(error)"])
            return failConnecting(status: 502)
        }
        if connectDeadline == nil {
            restartClock()
            sendOutbox()
            if let client, waiting <= Self.lowWater { bodySent(for: client) }
        } else {
            worker.loop.setDeadline(worker.loop.now + Self.connectInterval, of: self)
        }
    }

    private func failConnecting(status: Int) {
        let client = client
        close()
        client?.upstreamFailed(.answer(status: status), group: group)
        if let client, !client.hasEnded { client.flush() }
    }

    // MARK: Sending

    /// Begins an exchange: sends what ``outbox`` holds.
    func begin(for client: any ClientStream) {
        self.client = client
        sent = 0
        scanner = HeadScanner()
        interimResponses = 0
        sendFailed = false
        guard connectDeadline == nil else {
            return worker.loop.setDeadline(worker.loop.now + Self.connectInterval, of: self)
        }
        restartClock()
        sendOutbox()
    }

    /// Sends more of the request's body. Ownership of the bytes stays with the caller.
    func sendBody(_ bytes: UnsafeRawBufferPointer) {
        if sendFailed { return }
        if sent == outbox.count, connectDeadline == nil {
            emptyOutbox()
            switch send(bytes) {
            case .bytes(bytes.count): restartClock()
            case .bytes(let count):
                restartClock()
                outbox.append(UnsafeRawBufferPointer(rebasing: bytes[count...]))
            case .wouldBlock: outbox.append(bytes)
            case .end, .failed: failSending()
            }
        } else {
            // A request whose body has begun is never sent a second time, so nothing that was sent is kept: else a backend that is always a
            // little behind would have the whole body kept.
            outbox.consume(sent)
            sent = 0
            outbox.append(bytes)
        }
    }

    /// Bytes that wait to be sent.
    var waiting: Int { outbox.count - sent }

    func sendOutbox() {
        while sent < outbox.count, !sendFailed {
            switch send(UnsafeRawBufferPointer(rebasing: outbox.readable[sent...])) {
            case .bytes(let count):
                sent += count
                restartClock()
            case .wouldBlock: return
            case .end, .failed: failSending()
            }
        }
    }

    /// Everything was sent: nothing of it is kept.
    private func emptyOutbox() {
        outbox.removeAll(keepingUpTo: Self.keptCapacity)
        sent = 0
    }

    /// Enough of the request's body went out: its client is read on, or the exchange is over.
    private func bodySent(for client: any ClientStream) {
        if waiting == 0, let exchange = client.exchange, exchange.isRequestComplete, exchange.hasResponseEnded {
            client.exchangeEnded()
            if !client.hasEnded { client.flush() }
        } else {
            client.resumeReading()
        }
    }

    /// The backend takes no more. It may have answered before, so that is read first; its close is then the failure.
    private func failSending() {
        sendFailed = true
        isReadable = true
    }

    // MARK: Readiness

    override func ready(_ readiness: Readiness) {
        if connectDeadline != nil { return }  // an unconnected socket counts as closed
        if readiness.contains(.peerClosed) { peerClosed = true }
        if readiness.contains(.writable), sent < outbox.count {
            sendOutbox()
            tunnelBytesSent()
            if let client, waiting <= Self.lowWater { bodySent(for: client) }
        }
        if readiness.contains(.readable) { isReadable = true }
        if isReadable { receive() }
    }

    override func deadlineReached() {
        if let connectDeadline { return connectAgain(until: connectDeadline) }
        if tunnel != nil { return tunnelDeadlineReached() }
        guard let client, let exchange = client.exchange else { return close() }
        // Where the client is the one that is waited for, its own clock runs: it takes no more, or sends no more.
        if isPaused || (!exchange.isRequestComplete && waiting == 0) { return restartClock() }
        self.client = nil
        close()
        client.upstreamFailed(exchange.upstreamTimedOut(), group: group)
        if !client.hasEnded { client.flush() }
    }

    /// Either side of the exchange has moved: the target's time begins anew.
    private func restartClock() { worker.loop.setDeadline(worker.loop.now + worker.core.idleTimeout, of: self) }

    /// Reads nothing until ``resume()``: the client takes no more.
    func pause() { isPaused = true }

    /// Reads on.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        if isReadable { receive() }
    }

    /// Closes; whoever calls has dealt with the exchange.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        client = nil
        let last = session
        leaveSession()
        session = last  // the record of the failure names it
        worker.loop.close(self)
    }

    // MARK: Receiving

    private func receive() {
        var reads = 0
        while isReadable, !isPaused, !isClosed {
            reads += 1
            if reads > Worker.readsPerTurn { return worker.loop.callAgain(self) }
            switch receive(into: worker.answered) {
            case .bytes(let count):
                if count < worker.answered.count, !peerClosed { isReadable = false }
                received(UnsafeRawBufferPointer(rebasing: worker.answered[..<count]))
            case .wouldBlock: isReadable = false
            case .end, .failed: lost()
            }
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        guard let client else {
            // A backend that speaks unasked is not trusted with the next request (attack 92).
            worker.pools[group].forget(self)
            return close()
        }
        if tunnel != nil {
            bytes.withMemoryRebound(to: UInt8.self) { tunnelReceived(Span(_unsafeElements: $0), client) }
            if !client.hasEnded { client.flush() }
            return
        }
        if client.exchange?.hasResponseEnded == true { return lost(malformed: true) }
        restartClock()
        if inbox.isEmpty {
            let rest = bytes.withMemoryRebound(to: UInt8.self) { process(Span(_unsafeElements: $0), client) }
            if rest < bytes.count, !isClosed { inbox.append(UnsafeRawBufferPointer(rebasing: bytes[rest...])) }
        } else {
            inbox.append(bytes)
            let used = inbox.withSpan { process($0, client) }
            inbox.consume(min(used, inbox.count))
            if inbox.isEmpty { inbox.removeAll() }
        }
        if !client.hasEnded { client.flush() }
        if session != nil, !isStream { joinSession() }
    }

    /// Reads as much of `bytes` as belongs to the response; returns how much that was.
    private func process(_ bytes: Span<UInt8>, _ client: any ClientStream) -> Int {
        var position = 0
        do {
            while let exchange = client.exchange, !exchange.hasResponseBegun {
                let rest = bytes.extracting(position..<bytes.count)
                guard case .complete(let length) = try scanner.scan(rest, limits: .response) else { return position }
                scanner = HeadScanner()
                try worker.responseHead.parse(rest, length: length)
                position += length
                try headReceived(rest, length: length, client)
            }
            if tunnel != nil {
                tunnelReceived(bytes.extracting(position..<bytes.count), client)
                return bytes.count
            }
            try forwardBody(bytes, from: &position, client)
        } catch {
            worker.log.warning("a backend's response is malformed", metadata: ["error": "\(error)"])
            worker.composed.removeAll(keepingUpTo: Worker.bufferSize)
            lost(malformed: true)
            return bytes.count
        }
        return position
    }

    private func headReceived(_ bytes: Span<UInt8>, length: Int, _ client: any ClientStream) throws(HeadError) {
        let status = worker.responseHead.status
        if status < 200 {
            interimResponses += 1
            if status == 101 { return try openTunnel(bytes, length: length, client) }
            guard interimResponses <= Self.interimLimit else { throw .badStatusCode }
            if status != 100 { client.interimResponseReceived(bytes, length: length) }
            return
        }
        let expected = client.expectedResponse
        let framing = worker.responseHead.framing(answeringHead: expected.answersHead)
        reader = BodyReader(framing, keepsTrailers: expected.keepsTrailers)
        keepsAlive = worker.responseHead.keepsAlive && !expected.isLast
        noteAnswer(client)
        if waiting == 0 { emptyOutbox() }  // else an early response: the rest of the request still goes out
        client.responseHeadReceived(bytes, length: length, framing: framing)
    }

    /// The target's final response, or its switch to another protocol, has begun.
    func noteAnswer(_ client: any ClientStream) {
        let status = worker.responseHead.status
        worker.metrics.targetGroups[group].answered(status, after: worker.loop.now - forwardedAt)
        client.noteBackendAnswer(status)
    }

    private func forwardBody(_ bytes: Span<UInt8>, from position: inout Int, _ client: any ClientStream)
        throws(ChunkError)
    {
        while let range = try reader.next(bytes, from: &position) {
            client.responseBodyReceived(bytes, range)
        }
        client.responsePiecesReceived()
        if reader.isEnded, !reader.trailers.isEmpty { try forwardTrailers(reader.trailers, client) }
        if reader.isEnded { responseEnded(hasMore: position < bytes.count, client) }
    }

    /// Passes on what a client that asked for trailer fields may get of them.
    private func forwardTrailers(_ lines: [UInt8], _ client: any ClientStream) throws(ChunkError) {
        do {
            try worker.trailers.parse(lines.span)
        } catch {
            throw .badTrailer
        }
        client.responseTrailersReceived(lines.span)
    }

    private func responseEnded(hasMore: Bool, _ client: any ClientStream) {
        let keeps = keepsAlive && !hasMore && !peerClosed && !sendFailed
        guard let fate = client.responseEnded(upstreamKeepsAlive: keeps) else { return }
        release(fate)
    }

    /// The exchange is over: back to the pool, or closed.
    func release(_ fate: Exchange.Fate) {
        client = nil
        leaveSession()
        if fate == .keep, waiting == 0, !sendFailed, !peerClosed, !worker.drains, worker.pools[group].keep(self) {
            hasServed = true
            isPaused = false
            emptyOutbox()
            worker.loop.setDeadline(Loop.never, of: self)
        } else {
            close()
        }
    }

    /// The backend closed, or broke off, or sent nonsense.
    private func lost(malformed: Bool = false) {
        if tunnel != nil { return endTunnel(.backendEnded) }
        guard let client, let exchange = client.exchange else {
            worker.pools[group].forget(self)
            return close()
        }
        var loss = exchange.upstreamLost(endsBody: !malformed && reader.endsWithClose)
        if malformed, loss == .retry { loss = .answer(status: 502) }
        if loss == .retry, !inbox.isEmpty { loss = .answer(status: 502) }
        switch loss {
        case .retry:
            self.client = nil
            client.retry(with: self)
            close()
        case .bodyEnded:
            self.client = nil
            _ = client.responseEnded(upstreamKeepsAlive: false)
            close()
        case .answer, .abort, .close:
            self.client = nil
            close()
            // Where the response has gone out whole, it is the client that loses nothing.
            client.upstreamFailed(loss, group: loss == .close ? nil : group)
        }
        if !client.hasEnded { client.flush() }
    }
}
