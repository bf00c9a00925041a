/// What is wrong with a head. Trivial on purpose: it is thrown typed, and mapped to a status in one table.
public enum HeadError: UInt8, Error, Sendable {
    case badStartLine
    case badMethod
    case badTarget
    case ambiguousTarget
    case spaceInTarget
    case missingTarget
    case badVersion
    case unsupportedVersion
    case badLineEnd
    case foldedLine
    case emptyFieldName
    case badFieldName
    case missingColon
    case badFieldValue
    case controlCharacter
    case startLineTooLong
    case fieldLineTooLong
    case fieldsTooLong
    case tooManyFields
    case missingHost
    case duplicateHost
    case badContentLength
    case duplicateContentLength
    case multipleContentLengths
    case unsupportedTransferEncoding
    case badTransferEncoding
    case multipleTransferEncodings
    case lengthAndTransferEncoding
    case suspiciousFraming
    case suspiciousLengthAndCoding
    case blockedByDesyncMode
    case unsupportedExpectation
    case unsupportedProtocol
    case methodNotAllowed
    case tooManyForwardedAddresses
    case badStatusCode

    /// The status a request with this fault is answered with (the load balancer's codes where it names one; 431 is RFC 6585 §5).
    public var status: Int {
        switch self {
        case .startLineTooLong: 414
        case .fieldLineTooLong, .fieldsTooLong, .tooManyFields: 431
        case .unsupportedVersion: 505
        case .unsupportedTransferEncoding, .unsupportedProtocol: 501
        case .unsupportedExpectation: 417
        case .methodNotAllowed: 405
        case .tooManyForwardedAddresses: 463
        default: 400
        }
    }

    /// What the load balancer's desync classes call a request with this fault; nil if it has no name there.
    public var desyncReason: DesyncReason? {
        switch self {
        case .badStartLine, .missingTarget: .missingURI
        case .badMethod: .badMethod
        case .badTarget: .badURI
        case .ambiguousTarget: .ambiguousURI
        case .spaceInTarget: .spaceInURI
        case .badVersion: .badVersion
        case .unsupportedVersion: .nonCompliantVersion
        case .badLineEnd: .nonCRLFLineTermination
        case .foldedLine: .multilineHeader
        case .emptyFieldName: .emptyHeader
        case .badFieldName, .controlCharacter: .nonCompliantHeader
        case .missingColon: .missingHeaderColon
        case .badFieldValue: .badHeader
        case .badContentLength: .badContentLength
        case .duplicateContentLength: .duplicateContentLength
        case .multipleContentLengths: .multipleContentLength
        case .unsupportedTransferEncoding, .badTransferEncoding: .badTransferEncoding
        case .multipleTransferEncodings: .multipleTransferEncodingChunked
        case .lengthAndTransferEncoding: .bothTeClPresent
        case .suspiciousFraming: .suspiciousHeader
        case .suspiciousLengthAndCoding: .suspiciousTeClPresent
        case .startLineTooLong, .fieldLineTooLong, .fieldsTooLong, .tooManyFields, .missingHost, .duplicateHost,
            .blockedByDesyncMode, .unsupportedExpectation, .unsupportedProtocol, .methodNotAllowed,
            .tooManyForwardedAddresses,
            .badStatusCode:
            nil
        }
    }

    /// One sentence for the error page.
    public var explanation: String {
        switch self {
        case .badStartLine: "The first line of the request is malformed."
        case .badMethod: "The request method is malformed."
        case .badTarget: "The request target holds a NUL or a carriage return."
        case .ambiguousTarget: "The request target holds characters that a URL cannot hold."
        case .spaceInTarget: "The address holds a space, which is written as %20."
        case .missingTarget: "The request names no target."
        case .badVersion: "The HTTP version is malformed."
        case .unsupportedVersion: "This server does not speak this version of HTTP."
        case .badLineEnd: "A line of the request does not end in CR LF."
        case .foldedLine: "Header lines that continue on the next line are not accepted."
        case .emptyFieldName: "A header line has no name."
        case .badFieldName: "A header name is malformed."
        case .missingColon: "A header line has no colon."
        case .badFieldValue: "A header holds a NUL or a carriage return."
        case .controlCharacter: "A header value holds a control character."
        case .startLineTooLong: "The address is too long."
        case .fieldLineTooLong: "A request header is too long."
        case .fieldsTooLong: "The request headers are too long in total."
        case .tooManyFields: "The request has too many headers."
        case .missingHost: "The request names no host."
        case .duplicateHost: "The request names more than one host."
        case .badContentLength: "The Content-Length is no number of bytes."
        case .duplicateContentLength: "The message states its length more than once."
        case .multipleContentLengths: "The message states several lengths."
        case .unsupportedTransferEncoding: "The only transfer coding this server knows is chunked."
        case .badTransferEncoding: "The Transfer-Encoding is malformed."
        case .multipleTransferEncodings: "The request states its transfer coding more than once."
        case .lengthAndTransferEncoding: "The message states both a length and a transfer coding."
        case .suspiciousFraming: "A header name imitates one that frames the body."
        case .suspiciousLengthAndCoding: "Header names imitate those that frame the body."
        case .blockedByDesyncMode: "Two servers could understand this request differently, so it is not passed on."
        case .unsupportedExpectation: "The only expectation this server knows is 100-continue."
        case .unsupportedProtocol: "The only protocol this server switches to is WebSocket."
        case .methodNotAllowed: "This method is not offered here."
        case .tooManyForwardedAddresses: "The request came through more than 30 proxies."
        case .badStatusCode: "The status code is malformed."
        }
    }
}
