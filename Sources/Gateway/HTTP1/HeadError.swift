/// What is wrong with a head. Trivial on purpose: it is thrown typed, and mapped to a status in one table.
public enum HeadError: UInt8, Error, Sendable {
    case badStartLine
    case badMethod
    case badTarget
    case badVersion
    case unsupportedVersion
    case badLineEnd
    case foldedLine
    case badFieldName
    case badFieldValue
    case startLineTooLong
    case fieldLineTooLong
    case fieldsTooLong
    case tooManyFields
    case missingHost
    case duplicateHost
    case badContentLength
    case duplicateContentLength
    case unsupportedTransferEncoding
    case badTransferEncoding
    case lengthAndTransferEncoding
    case suspiciousFraming
    case unsupportedExpectation
    case methodNotAllowed
    case badStatusCode

    /// The status a request with this fault is answered with (the load balancer's codes where it names one; 431 is RFC 6585 §5).
    public var status: Int {
        switch self {
        case .startLineTooLong: 414
        case .fieldLineTooLong, .fieldsTooLong, .tooManyFields: 431
        case .unsupportedVersion: 505
        case .unsupportedTransferEncoding: 501
        case .unsupportedExpectation: 417
        case .methodNotAllowed: 405
        default: 400
        }
    }

    /// One sentence for the error page.
    public var explanation: String {
        switch self {
        case .badStartLine: "The first line of the request is malformed."
        case .badMethod: "The request method is malformed."
        case .badTarget: "The request target holds characters that a URL cannot hold."
        case .badVersion: "The HTTP version is malformed."
        case .unsupportedVersion: "This server speaks HTTP/1.0 and HTTP/1.1."
        case .badLineEnd: "A line of the request does not end in CR LF."
        case .foldedLine: "Header lines that continue on the next line are not accepted."
        case .badFieldName: "A header name is malformed."
        case .badFieldValue: "A header value holds a control character."
        case .startLineTooLong: "The address is too long."
        case .fieldLineTooLong: "A request header is too long."
        case .fieldsTooLong: "The request headers are too long in total."
        case .tooManyFields: "The request has too many headers."
        case .missingHost: "The request names no host."
        case .duplicateHost: "The request names more than one host."
        case .badContentLength: "The Content-Length is no number of bytes."
        case .duplicateContentLength: "The request states its length more than once."
        case .unsupportedTransferEncoding: "The only transfer coding this server knows is chunked."
        case .badTransferEncoding: "The Transfer-Encoding is malformed."
        case .lengthAndTransferEncoding: "The request states both a length and a transfer coding."
        case .suspiciousFraming: "A header name imitates one that frames the body."
        case .unsupportedExpectation: "The only expectation this server knows is 100-continue."
        case .methodNotAllowed: "This method is not offered here."
        case .badStatusCode: "The status code is malformed."
        }
    }
}
