public import Wire

/// Follows one body through the bytes of a connection: says which of them belong to it and where it ends.
public struct BodyReader: Sendable {
    private enum State: Sendable {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
        case ended
    }

    private var state: State
    private let keepsTrailers: Bool

    /// The trailer fields' lines as they were sent, at most 16 KiB; empty unless they are kept.
    public private(set) var trailers: [UInt8] = []

    /// A reader at a body's first byte. Trailer fields are dropped unless `keepsTrailers`.
    public init(_ framing: BodyFraming, keepsTrailers: Bool = false) {
        self.keepsTrailers = keepsTrailers
        switch framing {
        case .none: state = .ended
        case .length(let count): state = .length(remaining: count)
        case .chunked: state = .chunked(ChunkedDecoder())
        case .untilClose: state = .untilClose
        }
    }

    /// Whether all of the body was read.
    public var isEnded: Bool {
        if case .ended = state { return true }
        return false
    }

    /// Whether the close of the connection is the body's proper end now.
    public var endsWithClose: Bool {
        if case .untilClose = state { return true }
        return false
    }

    /// The next piece of the body at `position`, or nil when the bytes are used up or the body ended; `position` moves behind what was read.
    public mutating func next(_ bytes: Span<UInt8>, from position: inout Int) throws(ChunkError) -> ByteRange? {
        switch state {
        case .ended: return nil
        case .length(let remaining):
            let count = min(remaining, bytes.count &- position)
            guard count > 0 else { return nil }
            let range = ByteRange(position, position &+ count)
            position &+= count
            state = count == remaining ? .ended : .length(remaining: remaining &- count)
            return range
        case .untilClose:
            guard position < bytes.count else { return nil }
            let range = ByteRange(position, bytes.count)
            position = bytes.count
            return range
        case .chunked(var decoder):
            while true {
                switch try decoder.next(bytes, from: &position) {
                case .data(let range):
                    state = .chunked(decoder)
                    return range
                case .trailer(let range):
                    if keepsTrailers {
                        for index in range.lowerBound..<range.upperBound { trailers.append(bytes[index]) }
                    }
                case .needMore:
                    state = .chunked(decoder)
                    return nil
                case .end:
                    state = .ended
                    return nil
                }
            }
        }
    }
}
