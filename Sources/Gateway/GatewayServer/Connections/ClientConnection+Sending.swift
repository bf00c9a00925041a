import EventLoop
import Glibc
import Wire

extension ClientConnection {
    /// Bytes that wait for the client before the backend is read no further, and the level at which it is again.
    static let highWater = 256 * 1024
    static let lowWater = 64 * 1024
    /// Milliseconds in which a client must close after it was told to.
    private static let lingerTime: Int64 = 2000

    /// Encrypts plaintext into the worker's window; ``flush()`` sends it.
    func write(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0, !hasEnded else { return }
        request.access?.entry.sentBytes += bytes.count
        worker.claimWindow(self)
        if tls != nil {
            if !tls!.write(bytes) { end() }
        } else {
            worker.window.appendOutput(bytes)
        }
    }

    /// Writes what was composed and empties it.
    func writeComposed() {
        guard !worker.composed.isEmpty else { return }
        write(worker.composed.readable)
        worker.composed.removeAll(keepingUpTo: Worker.bufferSize * 2)
    }

    /// Sends the window's output; called before the worker turns to another connection.
    func flush() {
        guard !hasEnded else { return }
        let waited = !outbox.isEmpty
        if waited { sendOutbox() }
        sendWindow()
        if phase == .multiplexed, !hasEnded { streams?.sendOutput() }
        guard !hasEnded else { return }
        if outbox.isEmpty {
            if phase == .closing { return shutDown() }
            upstream?.resume()
        } else {
            if !waited { awaitReader() }
            if outbox.count > Self.highWater {
                upstream?.pause()
            } else if outbox.count <= Self.lowWater {
                upstream?.resume()
            }
        }
    }

    /// Sends the window's output, keeping what the socket does not take.
    func sendWindow() {
        let output = worker.window.output
        guard output.count > 0 else { return }
        defer { worker.window.consumeOutput(output.count) }
        guard outbox.isEmpty else { return outbox.append(output) }
        var taken = 0
        while taken < output.count {
            switch send(UnsafeRawBufferPointer(rebasing: output[taken...])) {
            case .bytes(let count):
                taken += count
                sent(count)
            case .wouldBlock:
                return outbox.append(UnsafeRawBufferPointer(rebasing: output[taken...]))
            case .end, .failed:
                return endAfterFailedSend()
            }
        }
    }

    private func sent(_ count: Int) {
        sentBytes += count
        listener.metrics.sent.add(count)
    }

    private func sendOutbox() {
        while !outbox.isEmpty {
            switch send(outbox.readable) {
            case .bytes(let count):
                outbox.consume(count)
                sent(count)
            case .wouldBlock: return
            case .end, .failed: return endAfterFailedSend()
            }
        }
        outbox.removeAll()
        switch phase {
        case .head: becomeIdle()
        case .body: moved(0)
        case .responding, .waiting, .tunnel: worker.loop.setDeadline(Loop.never, of: self)
        case .multiplexed, .closing, .lingering: break
        }
    }

    private func endAfterFailedSend() {
        outbox.removeAll()
        // The window is emptied by whoever sends from it.
        endKeepingWindow()
    }

    /// Answers the current request here.
    func respond(_ response: LocalResponse) {
        guard !hasEnded else { return }
        noteAnswer(response.status)
        let response = response.readable(by: request.reader, listener.routing.crossOrigin)
        let keepsAlive = request.keepsAlive && !response.closes && reader.isEnded && !worker.drains
        response.write(
            into: &worker.composed, keepsAlive: keepsAlive, isHead: request.isHead,
            clientMinorVersion: request.minorVersion, stated: listener.routing.responseFields)
        writeComposed()
        if keepsAlive {
            requestEnded()
        } else {
            closeGracefully()
        }
    }

    /// The response is complete and the connection stays: the next request is due.
    func requestEnded() {
        finishRecord()
        phase = .head
        exchange = nil
        upstream = nil
        becomeIdle()
        // A request sent ahead waits until this one's connection to a backend is back in the pool.
        isPaused = !inbox.isEmpty && !isProcessing
        if isPaused || isReadable { worker.loop.callAgain(self) }
    }

    /// Closes once everything is sent.
    func closeGracefully() {
        guard phase != .closing, phase != .lingering else { return }
        finishRecord()
        phase = .closing
        if tls != nil { tls!.close() }
    }

    /// Everything is sent: the client gets time to read it before the connection goes (RFC 9112 §9.6).
    private func shutDown() {
        phase = .lingering
        inbox.removeAll()
        isPaused = false
        Glibc.shutdown(descriptor, Int32(SHUT_WR))
        setDeadline(after: Self.lingerTime)
    }
}
