/// A WebSocket between a client and a backend, after the `101`: how much went each way, when it ends, and what the client is told then.
///
/// A value that decides; the connections act. Times are the caller's milliseconds. No rule applies any more, so the tunnel ends with the
/// session that opened it.
public struct Tunnel: Sendable {
    /// Why a tunnel ends.
    public enum End: Equatable, Sendable {
        /// The backend sends no more.
        case backendEnded
        /// Nothing came from either side for the idle time.
        case idle
        /// The session was signed out or has expired.
        case sessionEnded
        /// The gateway stops.
        case draining
    }

    /// Bytes that came from the client.
    public private(set) var bytesFromClient = 0
    /// Bytes that came from the backend.
    public private(set) var bytesFromBackend = 0
    /// Whether the client sends no more; the backend may still answer.
    public private(set) var hasClientEnded = false

    private let idleTime: Int64
    private var lastByte: Int64
    private var drainEnd = Int64.max
    private var frames = WebSocketFrames()

    /// Milliseconds a tunnel has to end by itself when the gateway stops.
    public static let drainTime: Int64 = 5000
    /// Milliseconds a backend may be silent once its client sends no more.
    public static let halfClosedTime: Int64 = 10_000

    /// A tunnel that opens at `now`, with the idle time in milliseconds.
    public init(idleTime: Int64, now: Int64) {
        self.idleTime = idleTime
        lastByte = now
    }

    /// When ``deadlineReached(now:)`` is due.
    public var deadline: Int64 {
        min(lastByte + (hasClientEnded ? min(idleTime, Self.halfClosedTime) : idleTime), drainEnd)
    }

    /// Bytes came from the client.
    public mutating func clientSent(_ count: Int, now: Int64) {
        bytesFromClient += count
        lastByte = now
    }

    /// Bytes came from the backend.
    public mutating func backendSent(_ bytes: Span<UInt8>, now: Int64) {
        bytesFromBackend += bytes.count
        lastByte = now
        frames.advance(bytes)
    }

    /// The client sends no more. True if the backend is to be told: its last bytes, then the end. A second end says nothing new.
    public mutating func clientEnded(now: Int64) -> Bool {
        guard !hasClientEnded else { return false }
        hasClientEnded = true
        lastByte = now
        return true
    }

    /// The gateway stops: the tunnel ends after ``drainTime`` at the latest.
    public mutating func drain(now: Int64) { drainEnd = min(drainEnd, now + Self.drainTime) }

    /// Why the tunnel ends at `now`, or nil if its deadline has moved.
    public func deadlineReached(now: Int64) -> End? {
        guard now >= deadline else { return nil }
        return now >= drainEnd ? .draining : .idle
    }

    /// The Close frame that tells the client of an end the gateway decided on (RFC 6455 §7.4.1): 1008 for a session, else 1001. Empty where
    /// the backend stands within a frame of its own, or has said its farewell.
    public func farewell(_ end: End) -> [UInt8] {
        guard frames.takesFrame else { return [] }
        switch end {
        case .backendEnded: return []
        case .sessionEnded: return Self.closeFrame(1008, "session ended")
        case .idle: return Self.closeFrame(1001, "idle")
        case .draining: return Self.closeFrame(1001, "going away")
        }
    }

    private static func closeFrame(_ code: UInt16, _ reason: StaticString) -> [UInt8] {
        var frame: [UInt8] = [0x88, UInt8(2 + reason.utf8CodeUnitCount), UInt8(code >> 8), UInt8(code & 0xFF)]
        reason.withUTF8Buffer { unsafe frame.append(contentsOf: $0) }
        return frame
    }
}
