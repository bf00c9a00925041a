public import HTTP1
public import Wire

/// Writes a request's head as the backend gets it, by copying slices of the client's.
///
/// Dropped on every route: what belongs to one connection, what `Connection` names, every spelling of `x-amzn-oidc-*`, every
/// forwarding claim but `X-Forwarded-For`, `Proxy`, `Expect` (answered here), and the gateway's own cookies. What the gateway states
/// is appended afterwards, so no client field can remove it.
public struct RequestRewriter: Sendable {
    private let cookies: CookieFilter
    private let forwardedFor: ForwardedForMode

    /// A rewriter that keeps cookies beginning with `ownCookiePrefixes` from backends.
    public init(ownCookiePrefixes: [String], forwardedFor: ForwardedForMode = .append) {
        cookies = CookieFilter(prefixes: ownCookiePrefixes)
        self.forwardedFor = forwardedFor
    }

    /// Appends the backend's request head to `output`.
    ///
    /// - Parameters:
    ///   - bytes: what `head` was parsed from, borrowed for the call; `length` is the head's.
    ///   - target: the canonical request target if it is not the client's own bytes.
    ///   - host: what `Host` says instead of the client's; the head has exactly one.
    ///   - peer: how `X-Forwarded-For` names the client.
    ///   - statedFields: complete lines the gateway states of the connection (`X-Forwarded-Proto`, `-Port`).
    ///   - forwardedStart: the beginning of `Forwarded`, up to the host; empty for none.
    ///   - trace: what makes the request's trace id; nil leaves `X-Amzn-Trace-Id` out.
    ///   - identity: complete lines of the signed-in user's identity, or empty.
    ///   - opensWebSocket: the request is a ``WebSocketHandshake`` and asks the backend to switch.
    public func write(
        _ head: RequestHead, _ bytes: Span<UInt8>, length: Int, target: [UInt8]?, host: [UInt8]? = nil, peer: [UInt8],
        statedFields: [UInt8], forwardedStart: [UInt8] = [], trace: TraceStamp? = nil, identity: [UInt8],
        opensWebSocket: Bool = false, into output: inout ByteQueue
    ) {
        output.append(bytes, head.methodName)
        output.append(ASCII.space)
        if let target { output.append(target) } else { output.append(bytes, head.target) }
        output.append(" HTTP/1.1\r\n")
        if let host {
            output.append("Host: ")
            output.append(host)
            output.append("\r\n")
        }
        copyFields(head, bytes, length: length, keepsHost: host == nil, into: &output)
        writeForwardedFor(head, bytes, peer: peer, into: &output)
        output.append(statedFields)
        if !forwardedStart.isEmpty {
            output.append(forwardedStart)
            output.append(bytes, head.host)
            output.append("\"\r\n")
        }
        if let trace { TraceID.write(bytes, incoming: head.first(.traceID), trace, into: &output) }
        output.append(identity)
        if head.framing == .chunked { output.append("Transfer-Encoding: chunked\r\n") }
        if opensWebSocket {
            output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
        } else if head.takesTrailers {
            output.append("Connection: TE\r\nTE: trailers\r\n")
        }
        output.append("\r\n")
    }

    /// Copies kept lines, neighbours in one piece.
    private func copyFields(
        _ head: RequestHead, _ bytes: Span<UInt8>, length: Int, keepsHost: Bool, into output: inout ByteQueue
    ) {
        let fields = head.fields
        let namesFields = head.connection.namesFields
        var runStart = -1
        for index in 0..<fields.count {
            let field = fields[index]
            var keep = Self.isForwarded(field.known) && (keepsHost || field.known != .host)
            if keep, namesFields, field.known == .other || field.known == .authorization {
                keep = !ConnectionOptions.name(field.name, in: bytes, fields: fields)
            }
            if keep {
                if runStart < 0 { runStart = field.name.lowerBound }
                continue
            }
            if runStart >= 0 {
                output.append(bytes, ByteRange(runStart, field.name.lowerBound))
                runStart = -1
            }
            if field.known == .cookie { cookies.write(bytes, field.value, into: &output) }
        }
        if runStart >= 0 { output.append(bytes, ByteRange(runStart, length &- 2)) }
    }

    private func writeForwardedFor(
        _ head: RequestHead, _ bytes: Span<UInt8>, peer: [UInt8], into output: inout ByteQueue
    ) {
        switch forwardedFor {
        case .append: break
        case .remove: return
        case .preserve:
            for field in head.fields where field.known == .xForwardedFor {
                output.append("X-Forwarded-For: ")
                output.append(bytes, field.value)
                output.append("\r\n")
            }
            return
        }
        output.append("X-Forwarded-For: ")
        for field in head.fields where field.known == .xForwardedFor && !field.value.isEmpty {
            output.append(bytes, field.value)
            output.append(", ")
        }
        output.append(peer)
        output.append("\r\n")
    }

    @inline(__always)
    private static func isForwarded(_ name: HeaderName) -> Bool {
        switch name {
        case .other, .accept, .authorization, .contentLength, .host, .origin, .requestedWith, .secFetchMode,
            .secFetchSite:
            true
        case .connection, .cookie, .expect, .forwardingClaim, .http2Settings, .identityClaim, .invalid, .keepAlive,
            .proxy, .proxyConnection, .suspiciousFraming, .te, .traceID, .trailer, .transferEncoding, .upgrade,
            .xForwardedFor:
            false
        }
    }
}
