import EventLoop
import TLS
import Wire

/// A connection to a server: connects, shakes hands, and carries one exchange after the other. Confined to its loop.
final class OutboundConnection: Channel {
    private enum Phase {
        case connecting
        case shakingHands
        case exchanging
        case idle
        case closed
    }

    let key: OutboundPool.Key
    private unowned let pool: OutboundPool
    private var phase = Phase.connecting
    private var tls: TLSSession?
    private var exchange: OutboundExchange?
    private var outbox = ByteQueue()
    /// The server sends no more than has come; told once, possibly ahead of its last bytes.
    private var peerClosed = false
    private var isReadable = false
    /// Whether an exchange was carried before this one: the server may close at any time then.
    private var hasServed = false

    /// - Parameter descriptor: of a socket that is being connected; owned from now on.
    init(descriptor: Int32, key: OutboundPool.Key, exchange: OutboundExchange, pool: OutboundPool) {
        self.key = key
        self.exchange = exchange
        self.pool = pool
        super.init(descriptor: descriptor)
    }

    /// Reads in one turn of the loop, so that a fast server leaves time for others.
    private static let readsPerTurn = 16

    // MARK: For the pool

    /// Greets the server. On loopback it is connected by now, so nothing waits for the loop to say so.
    func begin() {
        guard Sockets.isConnected(descriptor) else { return }
        connected()
    }

    /// Carries an exchange on a connection that is idle.
    func carry(_ exchange: OutboundExchange) {
        self.exchange = exchange
        pool.loop.setDeadline(exchange.deadline, of: self)
        sendRequest()
    }

    /// Whether an idle connection is good for another exchange. Whatever comes unasked, it is the end of what the server is trusted with; but TLS may
    /// have something to say that is no answer, such as a ticket.
    func isFit() -> Bool {
        while !peerClosed {
            switch receive(into: pool.received) {
            case .bytes(let count):
                guard tls != nil else { return false }
                pool.window.offer(UnsafeRawBufferPointer(rebasing: pool.received[..<count]))
                guard tls!.read(into: pool.plaintext) == .wantsMore else { return false }
                sendWindow()
            // Half a record of TLS is the beginning of something unasked.
            case .wouldBlock: return tls == nil || !tls!.hasUnreadInput()
            case .end, .failed: return false
            }
        }
        return false
    }

    /// Closes it; whoever calls has dealt with the exchange.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        exchange = nil
        // What it has written last, an alert for instance, must not go out on the next one's socket.
        pool.window.consumeOutput(pool.window.output.count)
        pool.loop.close(self)
        pool.connectionClosed(self)
    }

    // MARK: Events

    override func ready(_ readiness: Readiness) {
        if readiness.contains(.peerClosed) { peerClosed = true }
        if readiness.contains(.readable) { isReadable = true }
        switch phase {
        case .connecting:
            guard readiness.contains(.writable) || peerClosed else { return }
            connected()
            if isReadable { receive() }
        case .shakingHands, .exchanging:
            if !outbox.isEmpty { sendOutbox() }
            if isReadable { receive() }
        case .idle:
            if !isFit() { close() }
        case .closed: break
        }
    }

    override func deadlineReached() {
        guard let exchange else { return close() }
        close()
        exchange.attemptTimedOut()
    }

    private func connected() {
        if let failure = Sockets.failure(of: descriptor) { return fail(.failed("\(failure)")) }
        guard let exchange else { return close() }
        pool.loop.setDeadline(exchange.deadline, of: self)
        guard let context = key.tls else { return sendRequest() }
        do {
            tls = try TLSSession(client: context, host: key.host, window: pool.window)
        } catch {
            return fail(.failed("\(error)"))
        }
        phase = .shakingHands
        received(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private func sendRequest() {
        guard let exchange else { return close() }
        phase = .exchanging
        exchange.request.withUnsafeBytes { bytes in
            if tls == nil {
                pool.window.appendOutput(bytes)
            } else if !tls!.write(bytes) {
                fail(.failed("TLS write"))
            }
        }
        sendWindow()
    }

    // MARK: Sending

    /// Sends what the window holds, and keeps what the socket does not take: the window is everybody's.
    private func sendWindow() {
        let output = pool.window.output
        defer { pool.window.consumeOutput(output.count) }
        guard output.count > 0, phase != .closed else { return }
        outbox.append(output)
        sendOutbox()
    }

    private func sendOutbox() {
        while !outbox.isEmpty {
            switch send(outbox.readable) {
            case .bytes(let count): outbox.consume(count)
            case .wouldBlock: return
            // The server may have answered before it closed: that is read first.
            case .end, .failed: return outbox.removeAll()
            }
        }
    }

    // MARK: Receiving

    private func receive() {
        var reads = 0
        while phase == .shakingHands || phase == .exchanging {
            reads += 1
            guard reads <= Self.readsPerTurn else { return pool.loop.callAgain(self) }
            switch receive(into: pool.received) {
            case .bytes(let count): received(UnsafeRawBufferPointer(rebasing: pool.received[..<count]))
            case .wouldBlock: return isReadable = false
            // Within TLS only its own goodbye is an end: what is merely cut off may be cut short.
            case .end where tls == nil || tls!.peerHasClosed(): ended()
            case .end: broke("the connection was cut off")
            case .failed(let code): broke("\(SystemCallError(call: "recv", code: code))")
            }
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        guard tls != nil else { return plaintextReceived(bytes) }
        pool.window.offer(bytes)
        decrypting: while phase == .shakingHands || phase == .exchanging {
            let result = tls!.read(into: pool.plaintext)
            if phase == .shakingHands, tls!.isEstablished() { sendRequest() }
            switch result {
            case .bytes(let count):
                plaintextReceived(UnsafeRawBufferPointer(rebasing: pool.plaintext[..<count]))
                if count < pool.plaintext.count, pool.window.inputIsEmpty { break decrypting }
            case .wantsMore: break decrypting
            case .closed: ended()
            case .failed(let error): fail(fault(error))
            }
        }
        sendWindow()
        pool.window.offer(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private func fault(_ error: TLSError) -> OutboundFault {
        guard phase == .shakingHands, tls != nil else { return .failed("\(error)") }
        return switch tls!.verification() {
        case .trusted: .failed("\(error)")
        case .otherHost: .otherHost
        case .untrusted: .untrusted
        case .refused(let reason): .failed("its certificate is refused: \(reason)")
        }
    }

    private func plaintextReceived(_ bytes: UnsafeRawBufferPointer) {
        guard let exchange else { return close() }
        let step = bytes.withMemoryRebound(to: UInt8.self) { exchange.collector.received(Span(_unsafeElements: $0)) }
        take(step, exchange)
    }

    private func take(_ step: ResponseCollector.Step, _ exchange: OutboundExchange) {
        switch step {
        case .needMore: break
        case .failed(let fault): fail(fault)
        case .complete(let response, let keepsAlive):
            self.exchange = nil
            if keepsAlive, outbox.isEmpty, !peerClosed, tls == nil || !tls!.hasUnreadInput() && !tls!.peerHasClosed() {
                phase = .idle
                hasServed = true
                pool.connectionIdle(self)
            } else {
                close()
            }
            exchange.end(.success(response))
        }
    }

    /// The server sends no more.
    private func ended() {
        guard let exchange else { return close() }
        guard phase == .exchanging, exchange.collector.hasBegun else { return broke("the connection was closed") }
        take(exchange.collector.ended(), exchange)
    }

    private func broke(_ reason: String) {
        guard let exchange else { return close() }
        let isSent = phase == .exchanging
        let isStale = hasServed && !exchange.collector.hasBegun
        close()
        if isSent, !isStale {
            exchange.end(.failure(.failed(reason)))
        } else {
            exchange.attemptFailed(.failed(reason), isStale: isStale)
        }
    }

    private func fail(_ fault: OutboundFault) {
        guard let exchange else { return close() }
        let connects = phase == .connecting
        close()
        if connects { exchange.attemptFailed(fault, isStale: false) } else { exchange.end(.failure(fault)) }
    }
}
