public import Wire

/// One field line of a head: where its name and value lie, and which name it is.
public struct HeaderField: Sendable {
    /// The name, without the colon.
    public var name: ByteRange
    /// The value, without surrounding white space.
    public var value: ByteRange
    /// Which of the names the gateway acts on it is.
    public var known: HeaderName

    @inlinable
    init(name: ByteRange, value: ByteRange, known: HeaderName) {
        self.name = name
        self.value = value
        self.known = known
    }
}

/// How long a body is and how its end is told (RFC 9112 §6).
public enum BodyFraming: Equatable, Sendable {
    /// No body follows.
    case none
    /// Exactly this many bytes follow; above 0.
    case length(Int)
    /// Chunks follow.
    case chunked
    /// Everything until the connection closes (responses only).
    case untilClose
}
