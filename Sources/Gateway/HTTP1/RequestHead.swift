public import Wire

/// A request's head as ranges into the bytes it was parsed from (RFC 9112 §3).
///
/// One value is used again and again by its owner: parsing keeps the field table's memory, so a steady stream of requests allocates nothing.
public struct RequestHead: Sendable {
    /// The methods that are told apart; any other token is `other`.
    public enum Method: UInt8, Sendable { case get, head, post, put, delete, options, patch, other }

    /// What an absolute-form target begins with.
    public enum TargetScheme: UInt8, Sendable { case http, https }

    /// The method, if it is one of those told apart.
    public private(set) var method = Method.other
    /// The method as sent.
    public private(set) var methodName = ByteRange()
    /// The request target as sent; of an absolute-form target (RFC 9112 §3.2.2) the path and query.
    public internal(set) var target = ByteRange()
    /// The scheme of an absolute-form target; nil for every other form.
    public internal(set) var targetScheme: TargetScheme?
    /// The authority of an absolute-form target, as sent; else empty. Whoever dispatches the request holds it against ``host``.
    public internal(set) var targetAuthority = ByteRange()
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    public internal(set) var minorVersion: UInt8 = 1
    /// All field lines in order.
    public private(set) var fields: [HeaderField] = []
    /// How the body is framed.
    public private(set) var framing = BodyFraming.none
    /// What `Connection` says.
    public private(set) var connection = ConnectionOptions()
    /// The value of `Host`, which every request has.
    public private(set) var host = ByteRange()
    /// The client waits for `100 Continue`.
    public private(set) var expectsContinue = false
    /// An `Upgrade` is asked for, and `Connection` says so; in HTTP/1.0 it means nothing (RFC 9110 §7.8).
    public private(set) var asksUpgrade = false
    /// The client takes trailer fields: `TE: trailers` (RFC 9110 §10.1.4).
    public private(set) var takesTrailers = false
    /// `Authorization` proves who the connection belongs to, not the request (NTLM, and Negotiate where backends take it so, RFC 4559 §6).
    public private(set) var authorizesConnection = false

    /// Why the request is not compliant, the worst of the reasons; nil if it is.
    public internal(set) var desync: DesyncReason?

    /// An empty head with room for usual requests.
    public init() { fields.reserveCapacity(32) }

    /// Whether the client wants the connection kept after this request.
    public var keepsAlive: Bool {
        if connection.close { return false }
        return minorVersion == 1 || connection.keepAlive
    }

    /// Whether repeating the request does no more than sending it once (RFC 9110 §9.2.2).
    public var isIdempotent: Bool {
        switch method {
        case .get, .head, .put, .delete, .options: true
        case .post, .patch, .other: false
        }
    }

    /// The first field of this name, if any.
    public func first(_ name: HeaderName) -> ByteRange? {
        fields.first { $0.known == name }?.value
    }

    /// Parses `bytes[0..<length]`, a head whose end ``HeadScanner`` found. On an error the content is undefined.
    ///
    /// - Parameter names: which field names are let pass; fields of others are there, and ``HeaderName/invalid``.
    public mutating func parse(
        _ bytes: Span<UInt8>, length: Int, names: FieldNames = .token
    ) throws(HeadError) {
        fields.removeAll(keepingCapacity: true)
        desync = nil
        let fieldsStart = try parseStartLine(bytes)
        try FieldParser.parse(bytes, from: fieldsStart, to: length &- 2, names: names, into: &fields, noting: &desync)
        try interpretFields(bytes)
    }

    private mutating func parseStartLine(_ bytes: Span<UInt8>) throws(HeadError) -> Int {
        var position = 0
        while ASCII.isTokenCharacter(bytes[position]) { position &+= 1 }
        guard position > 0, bytes[position] == ASCII.space else { throw .badMethod }
        methodName = ByteRange(0, position)
        position &+= 1
        let targetStart = position
        targetScheme = nil
        targetAuthority = ByteRange()
        // Visible ASCII only: no space, no control character, nothing beyond ASCII; `#` never belongs here (CVE-2023-45539).
        while bytes[position] &- 0x21 < 0x5E, bytes[position] != 0x23 { position &+= 1 }
        if bytes[targetStart] == 0x2F, bytes[position] == ASCII.space,
            let version = HTTPVersion.usual(bytes, at: position &+ 1)
        {
            target = ByteRange(targetStart, position)
            minorVersion = version
            position &+= 11
        } else {
            position = try parseUnusualStartLine(bytes, targetStart: targetStart)
        }
        method = Self.method(bytes, methodName)
        if method == .other, bytes.equals(methodName, "CONNECT") || bytes.equals(methodName, "TRACE") {
            throw .methodNotAllowed
        }
        return position
    }

    private mutating func interpretFields(_ bytes: Span<UInt8>) throws(HeadError) {
        framing = .none
        connection = ConnectionOptions()
        expectsContinue = false
        asksUpgrade = false
        takesTrailers = false
        authorizesConnection = false
        host = ByteRange()
        var hasUpgrade = false
        var contentLength: Int?
        var transferEncoding: ByteRange?
        var disguised = DisguisedFraming()
        var hosts = 0
        var forwardedAddresses = 0
        for field in fields {
            switch field.known {
            case .host:
                host = field.value
                hosts &+= 1
            case .contentLength:
                guard let value = FieldParser.contentLength(bytes, field.value) else { throw .badContentLength }
                if let contentLength {
                    throw contentLength == value ? .duplicateContentLength : .multipleContentLengths
                }
                contentLength = value
            case .transferEncoding:
                guard transferEncoding == nil else { throw .multipleTransferEncodings }
                transferEncoding = field.value
            case .suspiciousFraming: disguised.note(field)
            case .connection: connection.read(bytes, field.value)
            case .expect:
                guard bytes.equals(field.value, ignoringCase: "100-continue") else { throw .unsupportedExpectation }
                expectsContinue = minorVersion == 1
            case .authorization:
                authorizesConnection = authorizesConnection || Self.isSchemeOfConnections(bytes, field.value)
            case .upgrade: hasUpgrade = !field.value.isEmpty
            case .te: takesTrailers = takesTrailers || ConnectionOptions.contains("trailers", in: bytes, field.value)
            case .xForwardedFor:
                ConnectionOptions.forEachMember(bytes, field.value) { _ in
                    forwardedAddresses &+= 1
                    return true
                }
            default: break
            }
        }
        asksUpgrade = hasUpgrade && connection.upgrade && minorVersion == 1
        guard hosts < 2 else { throw .duplicateHost }
        guard !host.isEmpty else { throw .missingHost }
        if disguised.isPresent {
            throw disguised.fault(hasCoding: transferEncoding != nil, hasLength: contentLength != nil)
        }
        if let transferEncoding {
            guard contentLength == nil else { throw .lengthAndTransferEncoding }
            try frameInChunks(bytes, transferEncoding)
        } else if let contentLength {
            if contentLength > 0 { framing = .length(contentLength) }
            if method == .get || method == .head {
                let reason: DesyncReason =
                    contentLength > 0 ? .undefinedContentLengthSemantics : .getHeadZeroContentLength
                reason.worsen(&desync)
            }
        }
        guard forwardedAddresses <= Self.forwardedAddressesLimit else { throw .tooManyForwardedAddresses }
    }

    private mutating func frameInChunks(_ bytes: Span<UInt8>, _ coding: ByteRange) throws(HeadError) {
        guard minorVersion == 1 else { throw .badTransferEncoding }
        guard bytes.equals(coding, ignoringCase: "chunked") else {
            var chunked = 0
            ConnectionOptions.forEachMember(bytes, coding) { member in
                if bytes.equals(member, ignoringCase: "chunked") { chunked &+= 1 }
                return true
            }
            throw chunked > 1 ? .multipleTransferEncodings : .unsupportedTransferEncoding
        }
        framing = .chunked
        if method == .get || method == .head { DesyncReason.undefinedTransferEncodingSemantics.worsen(&desync) }
    }

    /// Whether credentials are of a scheme that authenticates connections: `NTLM`, `Negotiate`, `Nego2`.
    private static func isSchemeOfConnections(_ bytes: Span<UInt8>, _ credentials: ByteRange) -> Bool {
        var end = credentials.lowerBound
        while end < credentials.upperBound, ASCII.isTokenCharacter(bytes[end]) { end &+= 1 }
        let scheme = ByteRange(credentials.lowerBound, end)
        return bytes.equals(scheme, ignoringCase: "ntlm") || bytes.equals(scheme, ignoringCase: "negotiate")
            || bytes.equals(scheme, ignoringCase: "nego2")
    }

    /// Addresses `X-Forwarded-For` may hold, as with the load balancer.
    static let forwardedAddressesLimit = 30

    private static func method(_ bytes: Span<UInt8>, _ name: ByteRange) -> Method {
        switch name.count {
        case 3: bytes.equals(name, "GET") ? .get : bytes.equals(name, "PUT") ? .put : .other
        case 4: bytes.equals(name, "POST") ? .post : bytes.equals(name, "HEAD") ? .head : .other
        case 5: bytes.equals(name, "PATCH") ? .patch : .other
        case 6: bytes.equals(name, "DELETE") ? .delete : .other
        case 7: bytes.equals(name, "OPTIONS") ? .options : .other
        default: .other
        }
    }
}
