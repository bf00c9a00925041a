/// What backends are told of a client's connection.
public struct ForwardingPolicy: Equatable, Sendable {
    /// `routing.http.xff_header_processing.mode`
    public var forwardedFor: ForwardedForMode
    /// `routing.http.xff_client_port.enabled`; only for ``ForwardedForMode/append``.
    public var clientPort: Bool
    /// `routing.http.x_amzn_tls_version_and_cipher_suite.enabled`
    public var tls: Bool
    /// `gatehouse.forwarded_header.enabled`: RFC 7239.
    public var forwarded: Bool

    /// The load balancer's defaults.
    public init(
        forwardedFor: ForwardedForMode = .append, clientPort: Bool = false, tls: Bool = false, forwarded: Bool = false
    ) {
        self.forwardedFor = forwardedFor
        self.clientPort = clientPort
        self.tls = tls
        self.forwarded = forwarded
    }
}
