import EventLoop
import HTTP2
import Wire

/// When a connection or a stream of HTTP/2 is given up. All of it is looked at in one go, once a second while anything is under way.
extension HTTP2Connection {
    /// Milliseconds between two looks at a connection on which something is under way.
    private static let lookInterval: Int64 = 1000

    /// Sets when the connection is looked at next.
    func restartClock() {
        let next = isTrimmed ? clocks.lastStream + worker.core.idleTimeout : worker.loop.now + Self.lookInterval
        // An earlier look stays, so that a busy connection is looked at, too.
        if next < connection.deadline { worker.loop.setDeadline(next, of: connection) }
    }

    /// Looks at everything that has its time.
    func deadlineReached() {
        let now = worker.loop.now
        let patience = now - worker.core.idleTimeout
        if let since = clocks.frameSince, since <= now - worker.core.headerTimeout, !hasBodyUnderWay {
            session.fail(.enhanceYourCalm)
        }
        if let since = clocks.shutDownSince, since <= now - HTTP2Clocks.noticeTime { session.finishShutdown() }
        if session.openStreams == 0, clocks.lastStream <= patience { endIdle() }
        if now >= connection.lastRequestTime { beginShutdown() }
        for stream in streams { stream?.deadlineReached(now: now) }
        connection.flush()
        // A client that gives no credit for a stream loses it; the others go on.
        while !connection.hasEnded, connection.outbox.isEmpty, let slot = session.stalledSlot(before: patience) {
            session.reset(slot: slot, .cancel)
            connection.flush()
        }
        if !connection.hasEnded, !isBusy { trim() }
    }

    private var isBusy: Bool {
        session.openStreams > 0 || session.isWithinFrame || session.isShuttingDown || !connection.outbox.isEmpty
    }

    /// Gives memory back that an idle connection does not need.
    private func trim() {
        session.trim()
        streams = []
        isTrimmed = true
        restartClock()
    }

    private func endIdle() {
        beginShutdown()
        session.finishShutdown()
    }

    private var hasBodyUnderWay: Bool {
        streams.contains { $0?.phase == .body || $0?.phase == .tunnel }
    }
}

/// Since when what goes on. Times in milliseconds of the loop's clock.
struct HTTP2Clocks {
    /// Milliseconds a client has to confirm that it knows of the end.
    static let noticeTime: Int64 = 2000

    /// When a stream was opened or closed last. PING and its like keep no connection alive, as with the load balancer.
    private(set) var lastStream: Int64
    /// Since when the client owes the rest of a frame or of a field block.
    private(set) var frameSince: Int64?
    /// When the client was told that the connection ends.
    private(set) var shutDownSince: Int64?

    init(now: Int64) {
        lastStream = now
    }

    mutating func streamOpenedOrClosed(now: Int64) { lastStream = now }

    mutating func received(isWithinFrame: Bool, now: Int64) {
        if isWithinFrame { frameSince = frameSince ?? now } else { frameSince = nil }
    }

    mutating func shutDown(now: Int64) { shutDownSince = shutDownSince ?? now }
}
