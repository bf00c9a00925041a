public import Wire

/// The field names a gateway acts on. Every other name is `other` and passes through.
public enum HeaderName: UInt8, Sendable {
    case other
    case accept
    case authorization
    case connection
    case contentLength
    case cookie
    case expect
    case host
    /// `HTTP2-Settings`, which belongs to an upgrade to HTTP/2 that is never made.
    case http2Settings
    case keepAlive
    case origin
    case proxyConnection
    case requestedWith
    case secFetchMode
    case secFetchSite
    case te
    case trailer
    case transferEncoding
    case upgrade
    case xForwardedFor
    /// `Forwarded`, `X-Forwarded-*` but `-For`, `X-Real-IP`, `True-Client-IP`, `X-Amzn-Tls-*`, `X-Amzn-Mtls-*`: a client's word on
    /// what only the gateway knows.
    case forwardingClaim
    /// `x-amzn-oidc-*` in any case, `_` for `-`: identity that only the gateway may state.
    case identityClaim
    /// `Proxy`, which CGI-like backends turn into `HTTP_PROXY` (CVE-2016-5386).
    case proxy
    /// `X-Amzn-Trace-Id`, which the gateway makes or completes.
    case traceID
    /// A name that folds to `Content-Length` or `Transfer-Encoding` without being it.
    case suspiciousFraming
    /// A name of characters other than letters, digits and hyphens, where such fields are left out.
    case invalid

    /// Finds the name in `range` of `bytes`; letters are compared without case, and names that are the gateway's own also with
    /// `_` read as `-` (attacks 21 and 22 of the regression list: a backend may fold them).
    @inlinable
    public init(_ bytes: Span<UInt8>, _ range: ByteRange) {
        self = .other
        let count = Int(range.count)
        switch count {
        case 2: if bytes.equals(range, ignoringCase: "te") { self = .te }
        case 4: if bytes.equals(range, ignoringCase: "host") { self = .host }
        case 5: if bytes.equals(range, ignoringCase: "proxy") { self = .proxy }
        case 6:
            if bytes.equals(range, ignoringCase: "cookie") {
                self = .cookie
            } else if bytes.equals(range, ignoringCase: "accept") {
                self = .accept
            } else if bytes.equals(range, ignoringCase: "expect") {
                self = .expect
            } else if bytes.equals(range, ignoringCase: "origin") {
                self = .origin
            }
        case 7:
            if bytes.equals(range, ignoringCase: "upgrade") {
                self = .upgrade
            } else if bytes.equals(range, ignoringCase: "trailer") {
                self = .trailer
            }
        case 9:
            if bytes.equals(range, ignoringCase: "forwarded") || bytes.hasFoldedPrefix(range, "x-real-ip") {
                self = .forwardingClaim
            }
        case 10:
            if bytes.equals(range, ignoringCase: "connection") {
                self = .connection
            } else if bytes.equals(range, ignoringCase: "keep-alive") {
                self = .keepAlive
            }
        case 13: if bytes.equals(range, ignoringCase: "authorization") { self = .authorization }
        case 14:
            if bytes.hasFoldedPrefix(range, "content-length") {
                self = bytes.equals(range, ignoringCase: "content-length") ? .contentLength : .suspiciousFraming
            } else if bytes.equals(range, ignoringCase: "sec-fetch-mode") {
                self = .secFetchMode
            } else if bytes.equals(range, ignoringCase: "sec-fetch-site") {
                self = .secFetchSite
            } else if bytes.hasFoldedPrefix(range, "true-client-ip") {
                self = .forwardingClaim
            } else if bytes.equals(range, ignoringCase: "http2-settings") {
                self = .http2Settings
            }
        case 16:
            if bytes.equals(range, ignoringCase: "proxy-connection") {
                self = .proxyConnection
            } else if bytes.equals(range, ignoringCase: "x-requested-with") {
                self = .requestedWith
            }
        case 17:
            if bytes.hasFoldedPrefix(range, "transfer-encoding") {
                self = bytes.equals(range, ignoringCase: "transfer-encoding") ? .transferEncoding : .suspiciousFraming
            }
        default: break
        }
        if self == .other, count >= 12, ASCII.lowercased(bytes[range.lowerBound]) == 0x78 {
            self = Self.family(bytes, range)
        }
    }

    /// What a name that begins with `x` is, if it is one of a family.
    @inlinable
    static func family(_ bytes: Span<UInt8>, _ range: ByteRange) -> HeaderName {
        if bytes.hasFoldedPrefix(range, "x-forwarded-") {
            return bytes.equals(range, ignoringCase: "x-forwarded-for") ? .xForwardedFor : .forwardingClaim
        }
        guard bytes.hasFoldedPrefix(range, "x-amzn-") else { return .other }
        if bytes.hasFoldedPrefix(range, "x-amzn-oidc-") { return .identityClaim }
        if bytes.hasFoldedPrefix(range, "x-amzn-tls-") || bytes.hasFoldedPrefix(range, "x-amzn-mtls-") {
            return .forwardingClaim
        }
        if range.count == 15, bytes.hasFoldedPrefix(range, "x-amzn-trace-id") {
            return bytes.equals(range, ignoringCase: "x-amzn-trace-id") ? .traceID : .forwardingClaim
        }
        return .other
    }

    /// Whether the field belongs to one connection (RFC 9110 §7.6.1) and is never forwarded.
    @inlinable
    public var isHopByHop: Bool {
        switch self {
        case .connection, .http2Settings, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade: true
        default: false
        }
    }
}
