import EventLoop
import HTTP1
import TLS
import Wire

extension ClientConnection {
    /// Bytes a client may send ahead of the response to its current request.
    private static let pipelineLimit = 64 * 1024

    /// Reads until nothing is there, or nothing is wanted.
    func receive() {
        var reads = 0
        while isReadable, !isPaused, !hasEnded {
            reads += 1
            if reads > Worker.readsPerTurn {
                worker.loop.callAgain(self)
                break
            }
            switch receive(into: worker.received) {
            case .bytes(let count):
                if count < worker.received.count, !peerClosed { isReadable = false }
                listener.metrics.received.add(count)
                received(UnsafeRawBufferPointer(rebasing: worker.received[..<count]))
            case .wouldBlock: isReadable = false
            case .end where phase == .tunnel:
                isReadable = false
                upstream?.clientEndedTunnel()
            case .end, .failed: return end()
            }
        }
        if !hasEnded { flush() }
    }

    /// Reads on after a pause.
    func resumeReading() {
        guard isPaused, !hasEnded else { return }
        isPaused = false
        if phase == .body { beginPace() }
        processInbox()
        if hasEnded { return }
        if isReadable, !isPaused { receive() } else { flush() }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        guard phase != .lingering else { return }
        guard tls != nil else { return plaintextReceived(bytes) }
        worker.claimWindow(self)
        worker.window.offer(bytes)
        while !hasEnded {
            switch tls!.read(into: worker.plaintext) {
            case .bytes(let count):
                plaintextReceived(UnsafeRawBufferPointer(rebasing: worker.plaintext[..<count]))
                if count < worker.plaintext.count, worker.window.inputIsEmpty { return }
            case .wantsMore: return
            case .closed where phase == .tunnel: return upstream?.clientEndedTunnel() ?? ()
            case .closed: return end()
            case .failed(let error):
                if !isEstablished { listener.metrics.failedHandshakes.add() }
                worker.log.debug("a TLS connection failed", metadata: ["error": "\(error)"])
                sendWindow()
                return end()
            }
        }
    }

    private func plaintextReceived(_ bytes: UnsafeRawBufferPointer) {
        guard phase != .lingering, phase != .closing else { return }
        if !knowsProtocol { chooseProtocol() }
        if let streams { return streams.received(bytes) }
        guard inbox.isEmpty, !isProcessing else {
            inbox.append(bytes)
            processInbox()
            if phase != .head, phase != .body, inbox.count > Self.pipelineLimit { isPaused = true }
            return
        }
        isProcessing = true
        let used = bytes.withMemoryRebound(to: UInt8.self) { process(Span(_unsafeElements: $0)) }
        isProcessing = false
        if used < bytes.count, !hasEnded { inbox.append(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
        awaitRestOfHead()
    }

    /// The first bytes of the application are there, so the handshake is done.
    private func chooseProtocol() {
        knowsProtocol = true
        guard tls != nil, tls!.speaksHTTP2() else { return }
        phase = .multiplexed
        streams = HTTP2Connection(self)
    }

    /// Goes on with bytes that were kept, for instance when a response has ended and the next request is there already.
    func processInbox() {
        guard !isProcessing, !inbox.isEmpty else { return }
        isProcessing = true
        while !hasEnded, !inbox.isEmpty, phase == .head || phase == .body || phase == .tunnel {
            let used = inbox.withSpan { process($0) }
            if hasEnded { break }
            inbox.consume(used)
            if used == 0 { break }
        }
        isProcessing = false
        if hasEnded { return }
        if inbox.isEmpty { inbox.removeAll() }
        awaitRestOfHead()
    }

    /// The first bytes of a request start the clock for its head.
    private func awaitRestOfHead() {
        if phase == .head, !inbox.isEmpty, !headClockRuns {
            headClockRuns = true
            setDeadline(after: worker.core.headerTimeout)
        }
    }

    /// Reads as many requests and bodies out of `bytes` as they hold; returns how many bytes were used.
    private func process(_ bytes: Span<UInt8>) -> Int {
        var position = 0
        while position < bytes.count, !hasEnded {
            switch phase {
            case .head:
                if bytes[position] == ASCII.carriageReturn, position + 1 < bytes.count,
                    bytes[position + 1] == ASCII.lineFeed
                {
                    position += 2  // an empty line before a request is passed over (RFC 9112 §2.2)
                    continue
                }
                guard let length = readHead(bytes.extracting(position..<bytes.count)) else { return position }
                position += length
            case .body:
                if readBody(bytes, from: &position) { continue }
                return position
            case .responding, .waiting:
                return position
            case .tunnel:
                bytes.withUnsafeBytes { forwardThroughTunnel(UnsafeRawBufferPointer(rebasing: $0[position...])) }
                return bytes.count
            case .multiplexed, .closing, .lingering:
                return bytes.count
            }
        }
        return position
    }

    /// Reads one head and acts on it. The head's length, or nil if it is not complete.
    private func readHead(_ bytes: Span<UInt8>) -> Int? {
        do throws(HeadError) {
            guard case .complete(let length) = try scanner.scan(bytes, limits: worker.core.headLimits) else {
                return nil
            }
            scanner = HeadScanner()
            headClockRuns = false
            worker.loop.setDeadline(Loop.never, of: self)
            sequence &+= 1
            try worker.requestHead.parse(bytes, length: length, names: worker.core.fieldNames)
            request = RequestFacts(
                isHead: worker.requestHead.method == .head, minorVersion: worker.requestHead.minorVersion,
                keepsAlive: worker.requestHead.keepsAlive && !worker.drains && worker.loop.now < lastRequestTime)
            reader = BodyReader(worker.requestHead.framing)
            headReceived(bytes, length: length)
            return length
        } catch {
            request = RequestFacts(isHead: false, minorVersion: 1, keepsAlive: false)
            refuse(error, reason: error.desyncReason)
            return bytes.count
        }
    }

    /// Forwards what `bytes` hold of the body. False when no more is there, or none is wanted for now.
    private func readBody(_ bytes: Span<UInt8>, from position: inout Int) -> Bool {
        do throws(ChunkError) {
            while let range = try reader.next(bytes, from: &position) {
                moved(Int(range.count))
                forwardBody(bytes, range)
                if phase != .body || hasEnded { return true }
            }
        } catch {
            dropUpstream()
            respond(error: GatewayErrors.badBody(requestID: RequestID.make()), closes: true)
            return true
        }
        if reader.isEnded {
            requestBodyEnded()
            return true
        }
        return false
    }
}
