import HTTP1
import Routing
import Wire

/// Holds against each other what a request names as its host: in its target, in `Host`, and in the connection's TLS handshake.
enum RequestAuthority {
    /// What is wrong.
    enum Fault {
        /// The target names another host than `Host`: two servers could serve two (400).
        case hostsDiffer
        /// The request belongs on another connection (421, RFC 9110 §15.5.20).
        case misdirected

        var status: Int { self == .hostsDiffer ? 400 : 421 }

        /// A sentence for whoever sent the request.
        var explanation: String {
            switch self {
            case .hostsDiffer: "The request names two different hosts."
            case .misdirected: "The request is for another host than the one this connection was made to."
            }
        }
    }

    /// The fault, if there is one.
    ///
    /// - Parameters:
    ///   - bytes: what `head` was parsed from, borrowed for the call.
    ///   - host: the normal form of `Host`.
    ///   - isSecure: the connection is TLS.
    ///   - serverName: what the client asked for in the handshake, in lower case; nil if nothing.
    static func fault(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>, isSecure: Bool, serverName: [UInt8]?
    ) -> Fault? {
        if let scheme = head.targetScheme {
            let authority = bytes.extracting(head.targetAuthority.lowerBound..<head.targetAuthority.upperBound)
            let named = bytes.extracting(head.host.lowerBound..<head.host.upperBound)
            guard HostName.areSame(authority, named, defaultPort: scheme == .https ? 443 : 80) else {
                return .hostsDiffer
            }
            guard (scheme == .https) == isSecure else { return .misdirected }
        }
        guard let serverName, !isEqual(serverName, host) else { return nil }
        // Handshakes name no addresses (RFC 6066 §3): a name there and an address here may be the same host.
        let isLiteral = host[0] == UInt8(ascii: "[") || IPAddress(host) != nil
        return isLiteral ? nil : .misdirected
    }

    private static func isEqual(_ name: [UInt8], _ host: Span<UInt8>) -> Bool {
        guard name.count == host.count else { return false }
        for index in 0..<name.count where name[index] != host[index] { return false }
        return true
    }
}
