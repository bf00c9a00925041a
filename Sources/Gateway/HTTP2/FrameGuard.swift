import Wire

/// Looks at every frame's header before the protocol library gets it, and says where the connection must end: frames on streams
/// that have ended, and work without use (rapid resets, pings, settings, empty frames, endless field blocks).
///
/// A value that decides: it sees bytes and times, and knows only what the client said. What the library makes of the frames comes
/// in through ``streamReset(_:)`` and ``dataSent()``.
struct FrameGuard: Equatable, Sendable {
    /// What was found.
    enum Verdict: Equatable, Sendable {
        case pass
        /// The frame whose header ends in these bytes must not be processed: those before `offset` may be.
        case violation(offset: Int, HTTP2ErrorCode)
    }

    private enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    private static let prefaceLength = 24
    private static let headerLength = 9
    private static let endStream: UInt8 = 0x1
    private static let acknowledgement: UInt8 = 0x1
    private static let endHeaders: UInt8 = 0x4

    /// Bytes to pass over before the next frame header: the connection preface, then payloads.
    private var skip = prefaceLength
    private var headerBytes = 0
    private var headerHigh: UInt64 = 0
    private var headerLow: UInt8 = 0
    private var expectsContinuation = false
    private(set) var history = StreamHistory()
    private var block = ContinuationBudget()
    private var windows = WindowUpdateBudget()
    // A browser that leaves a page resets what it has open; a hundred streams at once, now and then.
    private var resets = EventBudget(burst: 256, perSecond: 32)
    private var pings = EventBudget(burst: 64, perSecond: 8)
    private var settings = EventBudget(burst: 32, perSecond: 2)
    private var empties = EventBudget(burst: 64, perSecond: 16)
    private var priorities = EventBudget(burst: 512, perSecond: 64)
    private var others = EventBudget(burst: 64, perSecond: 8)
    /// Resets and refusals that the client's faults made the gateway send (MadeYouReset).
    private var glitches = EventBudget(burst: 64, perSecond: 8)

    /// Whether the last frame header seen belongs to a field block that is not complete.
    var isWithinBlock: Bool { expectsContinuation || headerBytes > 0 || skip > 0 }

    /// Looks at the next bytes of the connection, at `now` in milliseconds.
    mutating func inspect(_ bytes: Span<UInt8>, now: Int64) -> Verdict {
        var position = 0
        while position < bytes.count {
            if skip > 0 {
                let count = min(skip, bytes.count &- position)
                skip &-= count
                position &+= count
                continue
            }
            let byte = bytes[position]
            position &+= 1
            if headerBytes < 8 { headerHigh = headerHigh << 8 | UInt64(byte) } else { headerLow = byte }
            headerBytes &+= 1
            guard headerBytes == Self.headerLength else { continue }
            headerBytes = 0
            let length = Int(headerHigh >> 40 & 0xFF_FFFF)
            let stream = Int32(truncatingIfNeeded: (headerHigh << 8 | UInt64(headerLow)) & 0x7FFF_FFFF)
            let kind = UInt8(truncatingIfNeeded: headerHigh >> 32)
            let flags = UInt8(truncatingIfNeeded: headerHigh >> 24)
            skip = length
            if let code = frameBegan(kind, flags, stream, length, now) {
                return .violation(offset: max(0, position &- Self.headerLength), code)
            }
        }
        return .pass
    }

    /// The gateway reset the stream.
    mutating func streamReset(_ stream: Int32) { history.closed(stream, .resetHere) }

    /// The gateway sent a DATA frame.
    mutating func dataSent() { windows.dataSent() }

    /// A WINDOW_UPDATE took effect; its frame was counted before. False once the client plays games with it.
    mutating func windowUpdated(by increment: Int) -> Bool {
        increment >= WindowUpdateBudget.tinyIncrement || windows.updateReceived(increment: increment)
    }

    /// A fault of the client made the gateway reset a stream or refuse a frame. False once there are too many.
    mutating func glitched(now: Int64) -> Bool { glitches.spend(at: now) }

    /// The error the connection ends with, or nil.
    private mutating func frameBegan(
        _ kind: UInt8, _ flags: UInt8, _ stream: Int32, _ length: Int, _ now: Int64
    ) -> HTTP2ErrorCode? {
        switch kind {
        case Kind.headers: return headersBegan(flags, stream, length, now)
        case Kind.data: return dataBegan(flags, stream, length, now)
        case Kind.continuation:
            if flags & Self.endHeaders != 0 { expectsContinuation = false }
            guard block.continued(length: length) else { return .enhanceYourCalm }
            return length > 0 || empties.spend(at: now) ? nil : .enhanceYourCalm
        case Kind.reset:
            if stream > 0, stream <= history.highest { history.closed(stream, .resetByClient) }
            return resets.spend(at: now) ? nil : .enhanceYourCalm
        case Kind.priority: return priorities.spend(at: now) ? nil : .enhanceYourCalm
        case Kind.settings:
            return flags & Self.acknowledgement != 0 || settings.spend(at: now) ? nil : .enhanceYourCalm
        case Kind.ping:
            return flags & Self.acknowledgement != 0 || pings.spend(at: now) ? nil : .enhanceYourCalm
        case Kind.windowUpdate:
            return windows.updateReceived(increment: WindowUpdateBudget.tinyIncrement) ? nil : .enhanceYourCalm
        default: return others.spend(at: now) ? nil : .enhanceYourCalm
        }
    }

    private mutating func headersBegan(
        _ flags: UInt8, _ stream: Int32, _ length: Int, _ now: Int64
    ) -> HTTP2ErrorCode? {
        expectsContinuation = flags & Self.endHeaders == 0
        guard block.blockBegan(length: length) else { return .enhanceYourCalm }
        let endsStream = flags & Self.endStream != 0
        guard stream > 0, stream & 1 == 1 else { return nil }  // the library's to refuse
        switch history.standing(stream) {
        case .idle: return history.opened(stream, endsStream: endsStream) ? nil : .enhanceYourCalm
        case .open:
            if endsStream { history.closed(stream, .ended) }
            return nil
        case .closed(.resetHere): return glitches.spend(at: now) ? nil : .enhanceYourCalm
        case .closed: return .streamClosed
        case .forgotten: return .protocolError  // numbers only rise (RFC 9113 §5.1.1)
        }
    }

    private mutating func dataBegan(
        _ flags: UInt8, _ stream: Int32, _ length: Int, _ now: Int64
    ) -> HTTP2ErrorCode? {
        let endsStream = flags & Self.endStream != 0
        if length == 0, !endsStream, !empties.spend(at: now) { return .enhanceYourCalm }
        guard stream > 0, stream & 1 == 1 else { return nil }
        switch history.standing(stream) {
        case .idle, .closed(.resetHere): return nil
        case .open:
            if endsStream { history.closed(stream, .ended) }
            return nil
        case .closed, .forgotten: return .streamClosed
        }
    }
}
