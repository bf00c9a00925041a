import EventLoop
import Glibc
import HTTP1
import Proxy
import Sessions
import Wire

/// The connection as the backend's end of a ``Tunnel``, and as one of its session's streams.
extension UpstreamConnection {
    // MARK: Opening

    /// The backend has switched. Only the answer to a handshake that was asked for may do that.
    func openTunnel(_ bytes: Span<UInt8>, length: Int, _ client: any ClientStream) throws(HeadError) {
        guard let expectedAccept, waiting == 0,
            WebSocketHandshake.isAccepted(by: worker.responseHead, bytes, expectedAccept: expectedAccept.span)
        else { throw .badStatusCode }
        outbox.removeAll()
        sent = 0
        client.exchange?.responseHeadReceived()
        noteAnswer(client)
        tunnel = Tunnel(idleTime: worker.core.idleTimeout, now: worker.loop.now)
        if worker.isStopping { tunnel?.drain(now: worker.loop.now) }
        tunnelMoved()
        client.tunnelOpened(bytes, length: length)
    }

    // MARK: Bytes

    /// Sends bytes of the client on; they are borrowed for the call.
    func sendThroughTunnel(_ bytes: UnsafeRawBufferPointer) {
        tunnel?.clientSent(bytes.count, now: worker.loop.now)
        if let session { worker.sessions.used(session, now: worker.unixTime) }
        tunnelMoved()
        sendBody(bytes)
    }

    /// Passes bytes of the backend on.
    func tunnelReceived(_ bytes: Span<UInt8>, _ client: any ClientStream) {
        guard bytes.count > 0 else { return }
        tunnel?.backendSent(bytes, now: worker.loop.now)
        tunnelMoved()
        bytes.withUnsafeBytes { client.tunnelBytesReceived($0) }
    }

    private func tunnelMoved() {
        guard let tunnel else { return }
        worker.loop.setDeadline(tunnel.deadline, of: self)
    }

    /// The socket took waiting bytes: a tunnel keeps none that were sent.
    func tunnelBytesSent() {
        guard tunnel != nil else { return }
        outbox.consume(sent)
        sent = 0
        if outbox.isEmpty { outbox.removeAll() }
        finishSending()
    }

    // MARK: Ending

    /// The client sends no more: the backend gets what waits, then the end, and may still answer.
    func clientEndedTunnel() {
        guard tunnel?.clientEnded(now: worker.loop.now) == true else { return }
        tunnelMoved()
        finishesSending = true
        finishSending()
    }

    private func finishSending() {
        guard finishesSending, waiting == 0 else { return }
        finishesSending = false
        Glibc.shutdown(descriptor, Int32(SHUT_WR))
    }

    func tunnelDeadlineReached() {
        guard let end = tunnel?.deadlineReached(now: worker.loop.now) else { return tunnelMoved() }
        endTunnel(end)
    }

    /// The gateway stops: the tunnel gets a little time to end by itself.
    func drainTunnel() {
        tunnel?.drain(now: worker.loop.now)
        tunnelMoved()
    }

    /// Ends the tunnel: its client gets what was sent to it, and where the gateway decided, its word.
    func endTunnel(_ end: Tunnel.End) {
        guard let client, let tunnel else { return close() }
        self.client = nil
        close()
        worker.log.debug(
            "a tunnel ended",
            metadata: [
                "end": "\(end)", "bytes_from_client": "\(tunnel.bytesFromClient)",
                "bytes_from_backend": "\(tunnel.bytesFromBackend)",
            ])
        let farewell = tunnel.farewell(end)
        if !farewell.isEmpty { farewell.withUnsafeBytes { client.tunnelBytesReceived($0) } }
        client.upstream = nil
        client.exchange = nil
        client.tunnelEnded(clientHasEnded: tunnel.hasClientEnded)
        if !client.hasEnded { client.flush() }
    }

    // MARK: The session

    /// Called when bytes have come and more are due: what does not end with the bytes that began it lasts, and ends with its session.
    func joinSession() {
        guard let session, client != nil, tunnel != nil || client?.exchange?.hasResponseBegun == true,
            client?.exchange?.hasResponseEnded != true
        else { return }
        // A session that ended before the worker learnt of this stream told nobody to end it.
        if session.isEnded { return sessionEnded() }
        isStream = true
        worker.streams.add(self, to: session.digest)
    }

    /// Called when the exchange is over.
    func leaveSession() {
        if isStream, let session { worker.streams.remove(self, from: session.digest) }
        isStream = false
        session = nil
        expectedAccept = nil
    }

    /// The session was signed out or has expired: what it was granted ends now.
    func sessionEnded() {
        if tunnel != nil { return endTunnel(.sessionEnded) }
        guard let client else { return }
        self.client = nil
        close()
        client.upstreamFailed(.abort, group: nil)
        if !client.hasEnded { client.flush() }
    }
}
