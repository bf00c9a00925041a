/// An error code of RST_STREAM and GOAWAY (RFC 9113 §7).
public struct HTTP2ErrorCode: RawRepresentable, Equatable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32
    /// The code with this number, known or not.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Nothing is wrong.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke the protocol.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// The gateway failed.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// More was sent than the window allowed.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// A frame on a stream that had ended.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame of a wrong size.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// The request was not looked at; it may be sent again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// The stream is no longer wanted.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The peer makes work without use.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xB)
    /// The request must come over HTTP/1.1.
    public static let http11Required = HTTP2ErrorCode(rawValue: 0xD)
}
