/// Why a request is not compliant, in the load balancer's words. The raw value is the reason in logs.
///
/// The last four are not among the reasons it logs: they are faults of raw bytes, named as its request classifier names them.
public enum DesyncReason: String, CaseIterable, Sendable {
    /// A raw space in the request target.
    case spaceInURI = "SpaceInUri"
    /// `Content-Length: 0` on a GET or HEAD.
    case getHeadZeroContentLength = "GetHeadZeroContentLength"
    /// A byte beyond ASCII or a control character in a field, or a character no field name has.
    case nonCompliantHeader = "NonCompliantHeader"
    /// A well-formed version that is neither HTTP/1.0 nor HTTP/1.1.
    case nonCompliantVersion = "NonCompliantVersion"

    /// A control character or a byte beyond ASCII in the request target.
    case ambiguousURI = "AmbiguousUri"
    /// Both `Transfer-Encoding` and `Content-Length`.
    case bothTeClPresent = "BothTeClPresent"
    /// The same `Content-Length` more than once.
    case duplicateContentLength = "DuplicateContentLength"
    /// A field line without a name, or one of blanks only.
    case emptyHeader = "EmptyHeader"
    /// A name that a backend may fold to `Transfer-Encoding` or `Content-Length`.
    case suspiciousHeader = "SuspiciousHeader"
    /// A `Content-Length` above 0 on a GET or HEAD.
    case undefinedContentLengthSemantics = "UndefinedContentLengthSemantics"
    /// A `Transfer-Encoding` on a GET or HEAD, or in HTTP/1.0.
    case undefinedTransferEncodingSemantics = "UndefinedTransferEncodingSemantics"

    /// A `Content-Length` that is no number of bytes.
    case badContentLength = "BadContentLength"
    /// Different values of `Content-Length`.
    case multipleContentLength = "MultipleContentLength"
    /// A `Transfer-Encoding` other than `chunked`.
    case badTransferEncoding = "BadTransferEncoding"
    /// `chunked` more than once.
    case multipleTransferEncodingChunked = "MultipleTransferEncodingChunked"
    /// Framing by `Transfer-Encoding` and by `Content-Length`, one of them in disguise.
    case suspiciousTeClPresent = "SuspiciousTeClPresent"
    /// NUL or a lone CR in a field.
    case badHeader = "BadHeader"
    /// NUL or a lone CR in the request target.
    case badURI = "BadUri"
    /// A method that is no token.
    case badMethod = "BadMethod"
    /// A malformed version.
    case badVersion = "BadVersion"

    /// A line that ends in LF alone.
    case nonCRLFLineTermination = "NonCrLfLineTermination"
    /// A field that goes on in the next line.
    case multilineHeader = "MultilineHeader"
    /// A field line without a colon.
    case missingHeaderColon = "MissingHeaderColon"
    /// No request target.
    case missingURI = "MissingUri"

    /// The class the reason belongs to.
    public var desyncClass: DesyncClass {
        switch self {
        case .spaceInURI, .getHeadZeroContentLength, .nonCompliantHeader, .nonCompliantVersion, .nonCRLFLineTermination:
            .acceptable
        case .ambiguousURI, .bothTeClPresent, .duplicateContentLength, .emptyHeader, .suspiciousHeader,
            .undefinedContentLengthSemantics, .undefinedTransferEncodingSemantics, .multilineHeader,
            .missingHeaderColon, .missingURI:
            .ambiguous
        case .badContentLength, .multipleContentLength, .badTransferEncoding, .multipleTransferEncodingChunked,
            .suspiciousTeClPresent, .badHeader, .badURI, .badMethod, .badVersion:
            .severe
        }
    }

    /// Makes `reason` this one, unless it is as bad already.
    @inline(never)
    func worsen(_ reason: inout DesyncReason?) {
        if let worst = reason, worst.desyncClass >= desyncClass { return }
        reason = self
    }
}
