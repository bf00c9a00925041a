/// An answer, read whole.
public struct OutboundResponse: Sendable, Equatable {
    /// 200…999.
    public let status: Int
    /// The value of `Content-Type`; empty if there is none.
    public let contentType: String
    /// Without transfer coding.
    public let body: [UInt8]
}

/// Why there is no answer.
public enum OutboundFault: Error, Equatable, Sendable {
    /// The deadline passed.
    case timedOut
    /// The body is longer than was allowed.
    case tooLarge
    /// The server's certificate is signed by nobody who is trusted.
    case untrusted
    /// The server's certificate is for another host.
    case otherHost
    /// Everything else, in words for the log.
    case failed(String)
}
