public import Wire

/// What came of received bytes. Streams are named by the slot that ``HTTP2Session`` gave them; a slot is given to another stream only
/// after ``closed(slot:code:)`` was handed out.
public enum HTTP2Event: Equatable, Sendable {
    /// A request: its HTTP/1.1 head lies at this place of ``HTTP2Session/withHeads(_:)``.
    case request(slot: Int, head: ByteRange, endsStream: Bool)
    /// A well-formed request that is answered with an error.
    case refused(slot: Int, RequestRefusal)
    /// Bytes of a request's body, at this place of the bytes that were just given to the session.
    case body(slot: Int, ByteRange)
    /// The request is complete.
    case ended(slot: Int)
    /// The stream is gone: both sides ended (``HTTP2ErrorCode/noError``), or one of them reset it.
    case closed(slot: Int, code: HTTP2ErrorCode)
}
