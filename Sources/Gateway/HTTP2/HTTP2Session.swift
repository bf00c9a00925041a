internal import CNGHTTP2
import Wire

/// The server's side of one HTTP/2 connection, over bytes that its owner receives and sends (RFC 9113).
///
/// The owner calls ``receive(_:now:)``, then takes ``nextEvent()`` until there is none, answers with the methods of
/// `HTTP2Session+Responding.swift`, calls ``pump(limit:now:)`` and sends ``output``. Nothing is called back. Body bytes are not copied
/// on their way in, and windows are given back only by ``consumed(_:ofSlot:)`` and its like, so that a slow backend slows its client.
@safe
public final class HTTP2Session {
    /// Owned by this object, and freed with it.
    let handle: OpaquePointer
    /// The callbacks' user data, unretained: it outlives the handle.
    let state: UnsafeMutablePointer<SessionState>
    private var saidGoAway = false

    /// A session at the first byte of a connection; the server's SETTINGS lie in ``output``.
    public init(settings: HTTP2Settings = HTTP2Settings()) {
        let state = UnsafeMutablePointer<SessionState>.allocate(capacity: 1)
        unsafe state.initialize(to: SessionState(settings))
        unsafe self.state = unsafe state
        var session: OpaquePointer?
        guard
            unsafe nghttp2_session_server_new2(&session, SessionCallbacks.table, state, SessionCallbacks.options) == 0,
            let session = unsafe session
        else { preconditionFailure("nghttp2 has memory for a session") }
        unsafe handle = unsafe session
        var entries = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.maximumStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindow),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.limits.startLine + settings.limits.fields),
        ]
        if settings.allowsExtendedConnect {
            entries.append(entry(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1))
        }
        unsafe nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        unsafe nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(settings.connectionWindow))
        pump(now: 0)
    }

    deinit {
        unsafe nghttp2_session_del(handle)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    // MARK: Receiving

    /// Takes bytes of the connection, borrowed for the call and the events that follow; `now` in milliseconds of a monotonic clock.
    public func receive(_ bytes: UnsafeRawBufferPointer, now: Int64) {
        guard unsafe state.pointee.failure == nil, bytes.count > 0 else { return }
        let elements = unsafe bytes.bindMemory(to: UInt8.self)
        unsafe state.pointee.now = now
        unsafe state.pointee.input = elements.baseAddress
        var count = elements.count
        var violation: HTTP2ErrorCode?
        if case .violation(let offset, let code) = unsafe state.pointee.frames.inspect(
            Span(_unsafeElements: elements), now: now)
        {
            count = offset
            violation = code
        }
        let taken = unsafe nghttp2_session_mem_recv(handle, elements.baseAddress, count)
        unsafe state.pointee.input = nil
        if taken < 0 { unsafe state.pointee.fail(Self.code(ofLibraryError: Int32(truncatingIfNeeded: taken))) }
        if let violation { unsafe state.pointee.fail(violation) }
    }

    /// The next thing that happened, or nil. Slots of closed streams are free again when nil was returned.
    public func nextEvent() -> HTTP2Event? {
        while unsafe state.pointee.nextEvent < state.pointee.events.count {
            let event = unsafe state.pointee.events[state.pointee.nextEvent]
            unsafe state.pointee.nextEvent += 1
            if isWorthTelling(event) { return event }
        }
        if unsafe !state.pointee.events.isEmpty { unsafe state.pointee.eventsDrained() }
        return nil
    }

    /// A request that was reset in the same read makes no work: neither it nor what follows of it is told (rapid reset, attack 98).
    private func isWorthTelling(_ event: HTTP2Event) -> Bool {
        switch event {
        case .request(let slot, _, _), .refused(let slot, _):
            guard unsafe state.pointee.slots[slot].pointee.isClosed else { return true }
            unsafe state.pointee.slots[slot].pointee.isAnnounced = false
            return false
        case .body(let slot, let range):
            if unsafe !state.pointee.slots[slot].pointee.isAnnounced { dropped(Int(range.count)) }
            return unsafe state.pointee.slots[slot].pointee.isAnnounced
        case .ended(let slot), .closed(let slot, _):
            return unsafe state.pointee.slots[slot].pointee.isAnnounced
        }
    }

    /// Shows the heads that ``HTTP2Event/request(slot:head:endsStream:)`` events speak of; valid until ``nextEvent()`` returned nil.
    public func withHeads<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        // Taken out meanwhile, so that nothing the body leads to finds them in use.
        var heads: [UInt8] = []
        unsafe swap(&heads, &state.pointee.heads)
        defer { unsafe swap(&heads, &state.pointee.heads) }
        return body(heads.span)
    }

    /// The backend took `count` bytes of the stream's body: the client may send as many more.
    public func consumed(_ count: Int, ofSlot slot: Int) {
        guard count > 0 else { return }
        unsafe nghttp2_session_consume(handle, state.pointee.slots[slot].pointee.id, count)
    }

    /// The backend took `count` bytes for which the connection's window was given back before.
    public func streamConsumed(_ count: Int, ofSlot slot: Int) {
        guard count > 0 else { return }
        unsafe nghttp2_session_consume_stream(handle, state.pointee.slots[slot].pointee.id, count)
    }

    /// `count` bytes of a body count against the connection's window no longer: they are dropped, or held within another bound.
    public func dropped(_ count: Int) {
        guard count > 0 else { return }
        unsafe nghttp2_session_consume_connection(handle, count)
    }

    // MARK: Sending

    /// Frames to send; valid until the next call.
    public var output: UnsafeRawBufferPointer { unsafe state.pointee.output.readable }

    /// Drops `count` bytes of ``output`` that were sent or kept elsewhere.
    public func consumeOutput(_ count: Int) { unsafe state.pointee.output.consume(count) }

    /// Makes frames of what waits until ``output`` has at least `limit` bytes or nothing more can be sent. It may lead to events.
    public func pump(limit: Int = 64 * 1024, now: Int64) {
        unsafe state.pointee.now = now
        unsafe state.pointee.outputLimit = limit
        while unsafe state.pointee.failure == nil, unsafe state.pointee.output.count < limit {
            var frame: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(handle, &frame)
            if count == 0 { break }
            if count < 0 {
                unsafe state.pointee.fail(Self.code(ofLibraryError: Int32(truncatingIfNeeded: count)))
                break
            }
            unsafe state.pointee.output.append(UnsafeRawBufferPointer(start: frame, count: count))
        }
        if let code = unsafe state.pointee.failure { sayGoAway(code) }
    }

    /// Whether there are frames to make.
    public var wantsToSend: Bool {
        if unsafe state.pointee.failure != nil { return !saidGoAway }
        return unsafe nghttp2_session_want_write(handle) != 0
    }

    /// Whether the connection is to be closed once ``output`` is sent.
    public var isFinished: Bool {
        if unsafe state.pointee.failure != nil { return saidGoAway }
        return unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
    }

    /// The error this side ended the connection with, if it found one itself.
    public var failure: HTTP2ErrorCode? { unsafe state.pointee.failure }

    /// GOAWAY by hand: after a fatal error the library must not be asked.
    private func sayGoAway(_ code: HTTP2ErrorCode) {
        guard !saidGoAway else { return }
        saidGoAway = true
        let last = unsafe UInt32(state.pointee.lastAnnounced)
        unsafe state.pointee.output.append([
            0, 0, 8, UInt8(NGHTTP2_GOAWAY.rawValue), 0, 0, 0, 0, 0,
            UInt8(truncatingIfNeeded: last >> 24), UInt8(truncatingIfNeeded: last >> 16),
            UInt8(truncatingIfNeeded: last >> 8), UInt8(truncatingIfNeeded: last),
            UInt8(truncatingIfNeeded: code.rawValue >> 24), UInt8(truncatingIfNeeded: code.rawValue >> 16),
            UInt8(truncatingIfNeeded: code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue),
        ])
    }

    // MARK: Ending

    /// Begins a graceful end: the client is told, and named the last request once it knows (RFC 9113 §6.8).
    public func shutDown() {
        guard unsafe state.pointee.failure == nil, unsafe state.pointee.shutdown == .none else { return }
        unsafe noticeShutdown(handle, state)
    }

    /// Names the last request though the client has not confirmed the notice.
    public func finishShutdown() {
        guard unsafe state.pointee.failure == nil, unsafe state.pointee.shutdown == .noticed else { return }
        unsafe announceShutdown(handle, state)
    }

    /// Whether the client was told to send no more requests.
    public var isShuttingDown: Bool { unsafe state.pointee.shutdown != .none }

    /// Ends the connection with an error.
    public func fail(_ code: HTTP2ErrorCode) { unsafe state.pointee.fail(code) }

    // MARK: State

    /// Streams that are not closed, those included whose request is incomplete.
    public var openStreams: Int { unsafe state.pointee.openStreams }

    /// Whether the preface, a frame or a field block is incomplete: the client owes bytes.
    public var isWithinFrame: Bool { unsafe state.pointee.frames.isWithinBlock }

    /// Gives memory back that an idle connection does not need.
    public func trim() { unsafe state.pointee.trim() }

    private static func code(ofLibraryError error: Int32) -> HTTP2ErrorCode {
        switch error {
        case NGHTTP2_ERR_FLOODED.rawValue: .enhanceYourCalm
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .protocolError
        default: .internalError
        }
    }
}

private func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(value))
}
