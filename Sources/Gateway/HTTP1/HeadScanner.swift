public import Wire

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
            position = bytes.firstLineFeed(from: position)
            guard position < end else { break }
            try checkSizes(lineSeenTo: position, limits)
            guard position > lineStart, bytes[position &- 1] == ASCII.carriageReturn else { throw .badLineEnd }
            let length = position &- 1 &- lineStart
            if firstLineEnd < 0 {
                guard length > 0 else { throw .badStartLine }
                firstLineEnd = position
            } else if length == 0 {
                return .complete(length: position &+ 1)
            } else {
                lines &+= 1
                guard lines <= limits.fieldCount else { throw .tooManyFields }
            }
            position &+= 1
            lineStart = position
        }
        try checkSizes(lineSeenTo: end, limits)
        return .needMore
    }

    /// Refuses a line whose bytes up to `end`, without its LF, already break a limit. Whatever the pieces, the same limit is blamed:
    /// the one that was crossed first.
    @inline(__always)
    private func checkSizes(lineSeenTo end: Int, _ limits: HeadLimits) throws(HeadError) {
        if firstLineEnd < 0 {
            guard end &- lineStart <= limits.startLine &+ 1 else { throw .startLineTooLong }
            return
        }
        let lineLimit = lineStart &+ limits.fieldLine &+ 1
        // A line's first byte may be the CR of the empty line, which does not count.
        let fieldsLimit = max(firstLineEnd &+ limits.fields, lineStart &+ 1)
        guard end > min(lineLimit, fieldsLimit) else { return }
        throw lineLimit <= fieldsLimit ? .fieldLineTooLong : .fieldsTooLong
    }
}
