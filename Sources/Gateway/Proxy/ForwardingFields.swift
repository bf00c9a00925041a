import Wire

/// What the gateway states to backends of one client's connection: made once, copied into every request.
public final class ForwardingFields: Sendable {
    /// How `X-Forwarded-For` names the client.
    public let peer: [UInt8]
    /// Complete lines: `X-Forwarded-Proto`, `-Port`, and what is asked for of TLS.
    public let lines: [UInt8]
    /// `Forwarded: …;host="`, to be completed with the request's host; empty where the field is not asked for.
    public let forwardedStart: [UInt8]

    /// The fields for a connection.
    ///
    /// - Parameters:
    ///   - peer: the client's address as text, IPv6 without brackets.
    ///   - listenerPort: the port the client connected to.
    ///   - tls: version and cipher in OpenSSL's names; nil on a plain connection.
    public init(
        policy: ForwardingPolicy, peer: String, peerPort: UInt16, listenerPort: UInt16,
        tls: (version: String, cipher: String)?
    ) {
        let isIPv6 = peer.utf8.contains(ASCII.colon)
        let bracketed = isIPv6 ? "[\(peer)]" : peer
        let scheme = tls == nil ? "http" : "https"
        self.peer = Array((policy.clientPort ? "\(bracketed):\(peerPort)" : peer).utf8)
        var text = "X-Forwarded-Proto: \(scheme)\r\nX-Forwarded-Port: \(listenerPort)\r\n"
        if policy.tls, let tls {
            text += "X-Amzn-Tls-Version: \(tls.version)\r\nX-Amzn-Tls-Cipher-Suite: \(tls.cipher)\r\n"
        }
        lines = Array(text.utf8)
        // RFC 7239 §6: an IPv6 address and a port are quoted.
        let node = policy.clientPort ? "\"\(bracketed):\(peerPort)\"" : isIPv6 ? "\"\(bracketed)\"" : peer
        forwardedStart = policy.forwarded ? Array("Forwarded: for=\(node);proto=\(scheme);host=\"".utf8) : []
    }
}
