public import Wire

/// What a session tells its client and keeps to. Sizes in bytes.
public struct HTTP2Settings: Equatable, Sendable {
    /// Streams a client may have open at once (the load balancer's 128).
    public var maximumStreams = 128
    /// Requests after which the client is sent elsewhere (the load balancer's 10,000).
    public var maximumRequests = 10_000
    /// Body bytes of one stream that may be under way to the backend.
    public var streamWindow = 256 * 1024
    /// Body bytes of all streams that may be under way to the gateway.
    public var connectionWindow = 1024 * 1024
    /// Body bytes of all streams that may wait for backends before the connection's window is withheld for them.
    public var heldBodies = 8 * 1024 * 1024
    /// Sizes of a request's head.
    public var limits = HeadLimits.request
    /// Whether `:protocol` is understood (RFC 8441).
    public var allowsExtendedConnect = false
    /// Bytes of request heads that wait for the owner; above it further requests of the same read are refused (HPACK amplification).
    public var pendingHeads = 1024 * 1024

    /// The load balancer's figures.
    public init() {}
}
