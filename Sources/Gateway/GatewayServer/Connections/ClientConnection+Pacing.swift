import EventLoop

/// How long a client is waited for that sends or takes little (attack 105).
///
/// What the system's buffer takes was not taken by the client, and a buffer may hold whole responses: so a reader's pace counts what its
/// system has confirmed. Asking for that costs a system call, made only when a deadline has come.
extension ClientConnection {
    /// Milliseconds between two looks at what a client has taken; two of them tell whether it takes anything within the grace.
    private var lookInterval: Int64 { max(1, worker.core.pace.grace / 2) }

    /// The client owes bytes from now on.
    func beginPace() {
        worker.loop.setDeadline(pace.begin(now: worker.loop.now, worker.core.pace), of: self)
    }

    /// `count` bytes came from the client.
    func moved(_ count: Int) {
        worker.loop.setDeadline(pace.moved(count, now: worker.loop.now, worker.core.pace), of: self)
    }

    /// Bytes wait for the client from now on.
    func awaitReader() {
        confirmedBytes = sentBytes - Sockets.unsentBytes(descriptor)
        lookAgain(before: pace.begin(now: worker.loop.now, worker.core.pace))
    }

    /// The client still takes what waits for it, or is given up.
    func lookAtReader() {
        let confirmed = sentBytes - Sockets.unsentBytes(descriptor)
        let taken = confirmed - (confirmedBytes ?? confirmed)
        confirmedBytes = confirmed
        let deadline = pace.moved(taken, now: worker.loop.now, worker.core.pace)
        if worker.loop.now < deadline { lookAgain(before: deadline) } else { endAbruptly() }
    }

    private func lookAgain(before deadline: Int64) {
        worker.loop.setDeadline(min(deadline, worker.loop.now + lookInterval), of: self)
    }

    /// The response has gone to the socket, and the next request is due. What the socket holds may still have to be taken, though.
    func becomeIdle() {
        let patience = worker.drains ? min(Self.retiredTime, worker.core.idleTimeout) : worker.core.idleTimeout
        idleUntil = worker.loop.now + patience
        confirmedBytes = nil
        lookAgain(before: min(idleUntil, pace.begin(now: worker.loop.now, worker.core.pace)))
    }

    /// An idle connection's time is up, unless the client is still taking its last response.
    func idleDeadlineReached() {
        if Sockets.unsentBytes(descriptor) > 0 { return lookAtReader() }
        if worker.loop.now < idleUntil { worker.loop.setDeadline(idleUntil, of: self) } else { end() }
    }

    /// Ends a connection whose client takes nothing: what waits for it is dropped here and in the system.
    private func endAbruptly() {
        Sockets.resetOnClose(descriptor)
        outbox.removeAll()
        end()
    }
}
