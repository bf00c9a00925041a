/// When a client gets a connection's window back for body bytes that streams hold for backends which take none.
///
/// Each stream's own window bounds what it may hold. If held bytes counted against the connection's window, too, a few stalled uploads
/// would fill it, and every other stream of the client would wait for their backends. If they never did, 128 streams could each fill
/// their window. So the connection's window comes back at once until ``limit`` bytes are held, and beyond that as they are let go.
public struct ConnectionCredit: Equatable, Sendable {
    /// Bytes that streams may hold before the connection's window is withheld.
    public let limit: Int
    /// Bytes that streams hold.
    public private(set) var held = 0
    /// Those of them for which the window was not given back.
    private var withheld: Int { max(0, held - limit) }

    /// Nothing is held.
    public init(limit: Int) { self.limit = limit }

    /// A stream keeps `count` more bytes. How many bytes of the connection's window are given back for them.
    public mutating func hold(_ count: Int) -> Int {
        let before = withheld
        held += count
        return count - (withheld - before)
    }

    /// A stream keeps `count` bytes fewer. How many bytes of the connection's window are given back.
    public mutating func release(_ count: Int) -> Int {
        precondition(count <= held, "no more is let go than is held")
        let before = withheld
        held -= count
        return before - withheld
    }
}
