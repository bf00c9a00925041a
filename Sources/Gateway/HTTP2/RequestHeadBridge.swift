public import Wire

/// Turns the fields of an HTTP/2 request into the bytes of an HTTP/1.1 head, so that one strict parser, one rule table and one
/// rewriter see every request. Nothing is copied before it is checked: no byte of a field can end a line or begin another request.
///
/// Heads are appended to an arena that the owner holds. The bridge keeps the pseudo-header fields and the cookies until their
/// place in the head is known; its memory is used again from request to request and is bounded by ``HeadLimits``.
public struct RequestHeadBridge: Sendable {
    /// What a field block came to.
    public enum Outcome: Equatable, Sendable {
        /// A complete head, at this place of the arena.
        case head(ByteRange)
        /// The request is answered with an error; the arena is as it was before.
        case refused(RequestRefusal)
        /// A stream error of type `PROTOCOL_ERROR` (RFC 9113 §8.1.1); the arena is as it was before.
        case malformed
    }

    /// The pseudo-header fields of a request (RFC 9113 §8.3.1, RFC 8441 §4).
    enum PseudoField: UInt8 { case method, scheme, authority, path, `protocol` }

    private let limits: HeadLimits
    /// Where the head begins in the arena.
    private(set) var start = 0
    private var fieldsStart = 0
    private var lines = 0
    private var sawField = false
    private var isMalformed = false
    private var refusal: RequestRefusal?
    private var scratch: [UInt8] = []
    private var method: ByteRange?
    private var path: ByteRange?
    private var authority: ByteRange?
    private var hasScheme = false
    private var protocolName: ByteRange?
    private var host: ByteRange?
    private var cookies: [UInt8] = []
    private var hasContentLength = false

    /// A bridge that keeps these limits.
    public init(limits: HeadLimits = .request) { self.limits = limits }

    /// A field block begins; its head will stand behind the arena's present end.
    public mutating func begin(in arena: borrowing [UInt8]) {
        start = arena.count
        fieldsStart = start
        lines = 0
        sawField = false
        isMalformed = false
        refusal = nil
        scratch.removeAll(keepingCapacity: true)
        cookies.removeAll(keepingCapacity: true)
        method = nil
        path = nil
        authority = nil
        hasScheme = false
        protocolName = nil
        host = nil
        hasContentLength = false
    }

    /// The arena lost `count` bytes at its front.
    mutating func arenaConsumed(_ count: Int) {
        start -= count
        fieldsStart -= count
    }

    /// Takes one field; name and value are borrowed for the call.
    public mutating func add(name: Span<UInt8>, value: Span<UInt8>, to arena: inout [UInt8]) {
        guard !isMalformed else { return }
        if name.count > 0, name[0] == ASCII.colon {
            guard !sawField, addPseudoField(name, value) else { return malform() }
        } else {
            if !sawField {
                sawField = true
                writeStartLine(to: &arena)
            }
            guard FieldRules.isName(name), FieldRules.isValue(value) else { return malform() }
            addField(name, value, to: &arena)
        }
    }

    /// The block is complete. `endsStream`: no body follows.
    public mutating func end(endsStream: Bool, in arena: inout [UInt8]) -> Outcome {
        if !sawField { writeStartLine(to: &arena) }
        if !cookies.isEmpty {
            Self.append("cookie: ", to: &arena)
            arena.append(contentsOf: cookies)
            Self.append("\r\n", to: &arena)
        }
        if !endsStream, !hasContentLength, protocolName == nil {
            Self.append("transfer-encoding: chunked\r\n", to: &arena)
        }
        Self.append("\r\n", to: &arena)
        if !isMalformed, refusal == nil, authority == nil, host == nil { refusal = .missingAuthority }
        guard !isMalformed, refusal == nil else {
            arena.removeLast(arena.count - start)
            return isMalformed ? .malformed : .refused(refusal!)
        }
        return .head(ByteRange(start, arena.count))
    }

    // MARK: Pseudo-header fields

    /// False if the field is unknown, repeated or holds what it must not.
    private mutating func addPseudoField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        guard let field = PseudoField(name) else { return false }
        switch field {
        case .scheme:
            // TLS only, so no other scheme can be meant; one that differs is a client that takes us for something else.
            guard !hasScheme, value.equals(ByteRange(0, value.count), "https") else { return false }
            hasScheme = true
            return true
        case .method:
            guard method == nil, FieldRules.isToken(value) else { return false }
            method = keep(value)
        case .path:
            guard path == nil, FieldRules.isPath(value) else { return false }
            path = keep(value)
        case .authority:
            guard authority == nil, FieldRules.isAuthority(value) else { return false }
            authority = keep(value)
        case .protocol:
            guard protocolName == nil, FieldRules.isToken(value) else { return false }
            protocolName = keep(value)
        }
        return true
    }

    /// Keeps a value until the start line is written; one that is too long is refused and kept as an empty one.
    private mutating func keep(_ value: Span<UInt8>) -> ByteRange {
        guard scratch.count + value.count <= limits.startLine else {
            refuse(.startLineTooLong)
            return ByteRange()
        }
        let start = scratch.count
        Self.append(value, to: &scratch)
        return ByteRange(start, scratch.count)
    }

    /// All pseudo-header fields are known: writes the request line and `Host`.
    private mutating func writeStartLine(to arena: inout [UInt8]) {
        guard !isMalformed, refusal == nil else { return }
        guard let method else { return malform() }
        let isConnect = scratch.span.equals(method, "CONNECT")
        if isConnect, protocolName == nil { return refuse(.methodNotAllowed) }
        if !isConnect, protocolName != nil { return malform() }
        guard let path, hasScheme else { return malform() }
        if scratch[path.lowerBound] == FieldRules.asterisk {
            return scratch.span.equals(method, "OPTIONS") ? refuse(.targetForm) : malform()
        }
        guard Int(method.count) + Int(path.count) + 10 <= limits.startLine else { return refuse(.startLineTooLong) }
        if isConnect {
            Self.append("GET", to: &arena)
        } else {
            arena.append(contentsOf: scratch[method.lowerBound..<method.upperBound])
        }
        arena.append(ASCII.space)
        arena.append(contentsOf: scratch[path.lowerBound..<path.upperBound])
        Self.append(" HTTP/1.1\r\n", to: &arena)
        fieldsStart = arena.count
        if let authority {
            lines = 1
            guard Int(authority.count) + 6 <= limits.fieldLine else { return refuse(.fieldLineTooLong) }
            Self.append("Host: ", to: &arena)
            arena.append(contentsOf: scratch[authority.lowerBound..<authority.upperBound])
            Self.append("\r\n", to: &arena)
        }
        if isConnect { writeHandshake(to: &arena) }
    }

    /// Extended `CONNECT` (RFC 8441) becomes the `GET` that opens a WebSocket over HTTP/1.1. The key that HTTP/2 leaves out is made here.
    private mutating func writeHandshake(to arena: inout [UInt8]) {
        guard let protocolName, scratch.span.equals(protocolName, "websocket") else { return refuse(.unknownProtocol) }
        lines += 3
        Self.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ", to: &arena)
        arena.append(contentsOf: WebSocketKey.make())
        Self.append("\r\n", to: &arena)
    }

    // MARK: Fields

    private mutating func addField(_ name: Span<UInt8>, _ value: Span<UInt8>, to arena: inout [UInt8]) {
        let field = BridgedField(name)
        if field == .connectionSpecific { return malform() }
        // The one key is made here: a client's own would be a second.
        if field == .webSocketKey, protocolName != nil { return malform() }
        if field == .te, !value.equals(ByteRange(0, value.count), ignoringCase: "trailers") { return malform() }
        guard refusal == nil else { return }
        switch field {
        case .host: return addHost(value, to: &arena)
        case .cookie: return addCookie(value, arena)
        case .contentLength:
            // Behind an extended `CONNECT` come a tunnel's bytes, which no length frames.
            guard !hasContentLength, protocolName == nil, FieldRules.isLength(value) else { return malform() }
            hasContentLength = true
        case .te, .webSocketKey, .other, .connectionSpecific: break
        }
        write(name, value, to: &arena)
    }

    private mutating func write(_ name: Span<UInt8>, _ value: Span<UInt8>, to arena: inout [UInt8]) {
        guard name.count + 2 + value.count <= limits.fieldLine else { return refuse(.fieldLineTooLong) }
        guard fits(name.count + 4 + value.count, arena) else { return }
        Self.append(name, to: &arena)
        Self.append(": ", to: &arena)
        Self.append(value, to: &arena)
        Self.append("\r\n", to: &arena)
    }

    /// Counts a line in, if it is within the limits for all lines.
    private mutating func fits(_ bytes: Int, _ arena: borrowing [UInt8]) -> Bool {
        lines += 1
        if lines > limits.fieldCount {
            refuse(.tooManyFields)
        } else if arena.count - fieldsStart + cookies.count + bytes > limits.fields {
            refuse(.fieldsTooLong)
        }
        return refusal == nil
    }

    /// `host` must name what `:authority` names, and then adds nothing (RFC 9113 §8.3.1).
    private mutating func addHost(_ value: Span<UInt8>, to arena: inout [UInt8]) {
        guard host == nil, FieldRules.isAuthority(value) else { return malform() }
        host = ByteRange()
        if let authority {
            guard Self.equalIgnoringCase(value, scratch.span.extracting(authority.lowerBound..<authority.upperBound))
            else { return malform() }
        } else {
            write(Self.hostName.span, value, to: &arena)
        }
    }

    /// Several `cookie` fields become one (RFC 9113 §8.2.3).
    private mutating func addCookie(_ value: Span<UInt8>, _ arena: borrowing [UInt8]) {
        guard !value.isEmpty else { return }
        guard cookies.count + 2 + value.count + 8 <= limits.fieldLine else { return refuse(.fieldLineTooLong) }
        if cookies.isEmpty {
            guard fits(value.count + 10, arena) else { return }
        } else {
            guard arena.count - fieldsStart + cookies.count + value.count + 12 <= limits.fields else {
                return refuse(.fieldsTooLong)
            }
            Self.append("; ", to: &cookies)
        }
        Self.append(value, to: &cookies)
    }

    private mutating func malform() { isMalformed = true }

    private mutating func refuse(_ reason: RequestRefusal) {
        if refusal == nil { refusal = reason }
    }

    // MARK: Bytes

    private static let hostName = Array("Host".utf8)

    private static func append(_ span: Span<UInt8>, to bytes: inout [UInt8]) {
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func append(_ literal: StaticString, to bytes: inout [UInt8]) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private static func equalIgnoringCase(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where ASCII.lowercased(left[index]) != ASCII.lowercased(right[index]) {
            return false
        }
        return true
    }
}
