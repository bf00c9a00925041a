public import HTTP1
public import Wire

/// How a response's body reaches the client.
public enum ClientFraming: Equatable, Sendable {
    /// The stated length holds, or there is no body: bytes pass as they are.
    case identity
    /// In chunks.
    case chunked
    /// Until the connection closes: an HTTP/1.0 client and a body of unknown length.
    case untilClose
}

/// Writes a response's head as the client gets it, by copying slices of the backend's.
public enum ResponseRewriter {
    /// How a body framed so by the backend reaches a client of this version.
    public static func framing(_ framing: BodyFraming, clientMinorVersion: UInt8) -> ClientFraming {
        switch framing {
        case .none, .length: .identity
        case .chunked, .untilClose: clientMinorVersion == 1 ? .chunked : .untilClose
        }
    }

    /// Appends the client's response head to `output`.
    ///
    /// - Parameters:
    ///   - bytes: what `head` was parsed from, borrowed for the call; `length` is the head's.
    ///   - statesChunked: the body, if there is one, goes in chunks; also said where `HEAD` leaves the body out.
    ///   - keepsAlive: whether the connection stays open.
    ///   - clientMinorVersion: 0 or 1.
    ///   - added: further complete lines, as cookies of the gateway.
    ///   - stated: what the configuration decides on.
    public static func write(
        _ head: ResponseHead, _ bytes: Span<UInt8>, length: Int, statesChunked: Bool, keepsAlive: Bool,
        clientMinorVersion: UInt8, added: [UInt8], stated: ResponseFields, into output: inout ByteQueue
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: head.status)
        output.append(ASCII.space)
        output.append(bytes, head.reason)
        output.append("\r\n")
        copyFields(head, bytes, length: length, stated: stated, into: &output)
        output.append(added)
        output.append(stated.lines)
        if statesChunked { output.append("Transfer-Encoding: chunked\r\n") }
        if !keepsAlive {
            output.append("Connection: close\r\n")
        } else if clientMinorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
        output.append("\r\n")
    }

    /// Appends the head of the `101` that opens a WebSocket.
    public static func writeSwitch(
        _ head: ResponseHead, _ bytes: Span<UInt8>, length: Int, stated: ResponseFields, into output: inout ByteQueue
    ) {
        output.append("HTTP/1.1 101 Switching Protocols\r\n")
        copyFields(head, bytes, length: length, stated: stated, into: &output)
        output.append(stated.lines)
        output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    }

    /// Appends an interim response's head (1xx but 101).
    public static func writeInterim(
        _ head: ResponseHead, _ bytes: Span<UInt8>, length: Int, stated: ResponseFields, into output: inout ByteQueue
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: head.status)
        output.append(ASCII.space)
        output.append(bytes, head.reason)
        output.append("\r\n")
        copyFields(head, bytes, length: length, stated: stated, into: &output)
        output.append("\r\n")
    }

    /// Whether the field of `head` goes on: it does not belong to the backend's connection, and the configuration has not decided on it.
    @inline(__always)
    public static func isForwarded(
        _ field: HeaderField, of head: ResponseHead, _ bytes: Span<UInt8>, stated: ResponseFields
    ) -> Bool {
        // A response without a body states no length (RFC 9110 §8.6): a client could wait for one.
        if field.known.isHopByHop || (field.known == .contentLength && head.status < 200) { return false }
        if stated.replacesAny, stated.replaces(field.name, in: bytes) { return false }
        guard head.connection.namesFields, field.known == .other else { return true }
        return !ConnectionOptions.name(field.name, in: bytes, fields: head.fields)
    }

    private static func copyFields(
        _ head: ResponseHead, _ bytes: Span<UInt8>, length: Int, stated: ResponseFields, into output: inout ByteQueue
    ) {
        let fields = head.fields
        var runStart = -1
        for index in 0..<fields.count {
            let field = fields[index]
            if isForwarded(field, of: head, bytes, stated: stated) {
                if runStart < 0 { runStart = field.name.lowerBound }
            } else if runStart >= 0 {
                output.append(bytes, ByteRange(runStart, field.name.lowerBound))
                runStart = -1
            }
        }
        if runStart >= 0 { output.append(bytes, ByteRange(runStart, length &- 2)) }
    }
}
