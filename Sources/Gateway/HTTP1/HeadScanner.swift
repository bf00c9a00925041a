import Wire

/// Finds the end of a head in bytes that arrive in pieces, each byte looked at once, and keeps the size limits meanwhile.
///
/// A line must end in CR LF: a bare LF is an error at once, so that a peer that means it as an end does not wait for a time-out.
public struct HeadScanner: Sendable {
    private var position = 0
    private var lineStart = 0
    private var firstLineEnd = -1
    private var lines = 0

    /// A scanner at the start of a head.
    public init() {}

    /// What is known of the head's end.
    public enum Status: Equatable, Sendable {
        case needMore
        /// The head is this many bytes, its empty line included.
        case complete(length: Int)
    }

    /// Goes on over `bytes`, which begin at the head's first byte and grow from call to call.
    ///
    /// Empty lines before a request line are skipped by the caller (RFC 9112 §2.2).
    public mutating func scan(_ bytes: Span<UInt8>, limits: HeadLimits) throws(HeadError) -> Status {
        let end = bytes.count
        while position < end {
            if bytes[position] != ASCII.lineFeed {
                position &+= 1
                continue
            }
            guard position > lineStart, bytes[position &- 1] == ASCII.carriageReturn else { throw .badLineEnd }
            let length = position &- 1 &- lineStart
            if firstLineEnd < 0 {
                guard length > 0 else { throw .badStartLine }
                guard length <= limits.startLine else { throw .startLineTooLong }
                firstLineEnd = position
            } else if length == 0 {
                return .complete(length: position &+ 1)
            } else {
                lines &+= 1
                guard length <= limits.fieldLine else { throw .fieldLineTooLong }
                guard lines <= limits.fieldCount else { throw .tooManyFields }
                guard position &- firstLineEnd <= limits.fields else { throw .fieldsTooLong }
            }
            position &+= 1
            lineStart = position
        }
        let unfinished = end &- lineStart
        if firstLineEnd < 0 {
            guard unfinished <= limits.startLine &+ 1 else { throw .startLineTooLong }
        } else {
            guard unfinished <= limits.fieldLine &+ 1 else { throw .fieldLineTooLong }
            guard end &- firstLineEnd <= limits.fields else { throw .fieldsTooLong }
        }
        return .needMore
    }
}
