public import Wire

/// A response's head as ranges into the bytes it was parsed from (RFC 9112 §4). Its memory is used again and again.
public struct ResponseHead: Sendable {
    /// 100…999.
    public private(set) var status = 0
    /// The reason phrase, perhaps empty.
    public private(set) var reason = ByteRange()
    /// 0 or 1.
    public private(set) var minorVersion: UInt8 = 1
    /// All field lines in order.
    public private(set) var fields: [HeaderField] = []
    /// What `Connection` says.
    public private(set) var connection = ConnectionOptions()
    private var contentLength: Int?
    private var isChunked = false

    /// An empty head with room for usual responses.
    public init() { fields.reserveCapacity(32) }

    /// Whether the target keeps the connection after this response.
    public var keepsAlive: Bool {
        if connection.close { return false }
        return minorVersion == 1 || connection.keepAlive
    }

    /// How the body is framed when it answers a request of this kind (RFC 9112 §6.3).
    public func framing(answeringHead: Bool) -> BodyFraming {
        if answeringHead || status < 200 || status == 204 || status == 304 { return .none }
        if isChunked { return .chunked }
        guard let contentLength else { return .untilClose }
        return contentLength == 0 ? .none : .length(contentLength)
    }

    /// The length the head states, also where no body follows (`HEAD`).
    public var statedLength: Int? { contentLength }

    /// Parses `bytes[0..<length]`, a head whose end ``HeadScanner`` found. On an error the content is undefined.
    public mutating func parse(_ bytes: Span<UInt8>, length: Int) throws(HeadError) {
        fields.removeAll(keepingCapacity: true)
        minorVersion = try HTTPVersion.minor(bytes, at: 0)
        guard length > 13, bytes[8] == ASCII.space, ASCII.isDigit(bytes[9]), ASCII.isDigit(bytes[10]),
            ASCII.isDigit(bytes[11]), bytes[9] != 0x30
        else { throw .badStatusCode }
        status = Int(bytes[9] &- 0x30) * 100 + Int(bytes[10] &- 0x30) * 10 + Int(bytes[11] &- 0x30)
        var position = 12
        if bytes[position] == ASCII.space { position &+= 1 }
        let reasonStart = position
        while ASCII.isFieldValueCharacter(bytes[position]) { position &+= 1 }
        guard bytes[position] == ASCII.carriageReturn, bytes[position &+ 1] == ASCII.lineFeed,
            position == reasonStart || bytes[12] == ASCII.space
        else { throw .badStartLine }
        reason = ByteRange(reasonStart, position)
        var ignored: DesyncReason?
        try FieldParser.parse(
            bytes, from: position &+ 2, to: length &- 2, names: .token, into: &fields, noting: &ignored)
        try interpretFields(bytes)
    }

    private mutating func interpretFields(_ bytes: Span<UInt8>) throws(HeadError) {
        connection = ConnectionOptions()
        contentLength = nil
        isChunked = false
        for field in fields {
            switch field.known {
            case .contentLength:
                guard contentLength == nil else { throw .multipleContentLengths }
                guard let value = FieldParser.contentLength(bytes, field.value) else { throw .badContentLength }
                contentLength = value
            case .transferEncoding:
                guard !isChunked, minorVersion == 1, bytes.equals(field.value, ignoringCase: "chunked") else {
                    throw .badTransferEncoding
                }
                isChunked = true
            case .suspiciousFraming: throw .suspiciousFraming
            case .connection: connection.read(bytes, field.value)
            default: break
            }
        }
        if isChunked, contentLength != nil { throw .lengthAndTransferEncoding }
    }
}
