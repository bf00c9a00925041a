public import Wire

/// What is wrong with a chunked body.
public enum ChunkError: UInt8, Error, Sendable {
    case badSize
    case sizeTooLarge
    case badExtension
    case lineTooLong
    case badLineEnd
    case badTrailer
    case trailersTooLong
}

/// Decodes the chunked transfer coding (RFC 9112 §7.1) from bytes that arrive in pieces; it owns none of them.
///
/// Lines end in CR LF, sizes are one to fifteen hexadecimal digits, extensions are read and dropped. Trailer fields are checked and
/// told apart from the body: who does not ask for them drops them.
public struct ChunkedDecoder: Sendable {
    private enum State: UInt8 {
        case size, afterSize, extensions, sizeLineFeed, data, dataCarriageReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed, ended
    }

    private var state = State.size
    private var digits = 0
    private var remaining = 0
    private var overhead = 0

    /// A decoder before the first chunk.
    public init() {}

    /// Whether the last chunk and the trailers have been read.
    public var isEnded: Bool { state == .ended }

    /// One step over the bytes.
    public enum Step: Equatable, Sendable {
        /// Body bytes; the next call begins at the range's end.
        case data(ByteRange)
        /// Bytes of trailer fields, line ends included; joined they are whole lines, without the empty one that ends them.
        case trailer(ByteRange)
        /// All bytes are read, more must come.
        case needMore
        /// The body ended; bytes from this offset on are not its own.
        case end(Int)
    }

    /// Goes on at `position` of `bytes` until there is something to say. Body ranges are never empty.
    public mutating func next(_ bytes: Span<UInt8>, from position: inout Int) throws(ChunkError) -> Step {
        if state == .ended { return .end(position) }
        let end = bytes.count
        while position < end {
            if state == .data {
                let count = min(remaining, end &- position)
                let range = ByteRange(position, position &+ count)
                position &+= count
                remaining &-= count
                if remaining == 0 { state = .dataCarriageReturn }
                return .data(range)
            }
            if isWithinTrailers(bytes[position]) {
                let start = position
                repeat {
                    try take(bytes[position])
                    position &+= 1
                } while position < end && state != .trailerStart
                return .trailer(ByteRange(start, position))
            }
            let byte = bytes[position]
            position &+= 1
            try take(byte)
            if state == .ended { return .end(position) }
        }
        return .needMore
    }

    /// Whether `byte`, the next one, belongs to a trailer field.
    private func isWithinTrailers(_ byte: UInt8) -> Bool {
        switch state {
        case .trailerStart: byte != ASCII.carriageReturn
        case .trailerName, .trailerValue, .trailerLineFeed: true
        default: false
        }
    }

    private mutating func take(_ byte: UInt8) throws(ChunkError) {
        switch state {
        case .size:
            if let digit = ASCII.hexValue(byte) {
                digits &+= 1
                guard digits <= 15 else { throw .sizeTooLarge }
                remaining = remaining << 4 | Int(digit)
            } else {
                guard digits > 0 else { throw .badSize }
                try endSize(byte)
            }
        case .afterSize, .extensions:
            try endSize(byte)
        case .sizeLineFeed:
            guard byte == ASCII.lineFeed else { throw .badLineEnd }
            state = remaining == 0 ? .trailerStart : .data
            digits = 0
            overhead = 0
        case .data, .ended: break
        case .dataCarriageReturn:
            guard byte == ASCII.carriageReturn else { throw .badLineEnd }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { throw .badLineEnd }
            state = .size
        case .trailerStart:
            if byte == ASCII.carriageReturn {
                state = .endLineFeed
            } else {
                try countOverhead(limit: Self.trailerLimit, .trailersTooLong)
                guard ASCII.isTokenCharacter(byte) else { throw .badTrailer }
                state = .trailerName
            }
        case .trailerName:
            try countOverhead(limit: Self.trailerLimit, .trailersTooLong)
            if byte == ASCII.colon {
                state = .trailerValue
            } else {
                guard ASCII.isTokenCharacter(byte) else { throw .badTrailer }
            }
        case .trailerValue:
            if byte == ASCII.carriageReturn {
                state = .trailerLineFeed
            } else {
                try countOverhead(limit: Self.trailerLimit, .trailersTooLong)
                guard ASCII.isFieldValueCharacter(byte) else { throw .badTrailer }
            }
        case .trailerLineFeed:
            guard byte == ASCII.lineFeed else { throw .badLineEnd }
            state = .trailerStart
        case .endLineFeed:
            guard byte == ASCII.lineFeed else { throw .badLineEnd }
            state = .ended
        }
    }

    /// What may follow the digits: CR, or `;` and an extension after optional white space (attack 88).
    private mutating func endSize(_ byte: UInt8) throws(ChunkError) {
        if byte == ASCII.carriageReturn, state != .afterSize {
            state = .sizeLineFeed
            return
        }
        try countOverhead(limit: Self.extensionLimit, .lineTooLong)
        switch byte {
        case ASCII.semicolon: state = .extensions
        case ASCII.space, ASCII.tab: if state == .size { state = .afterSize }
        default:
            guard state == .extensions else { throw .badSize }
            guard ASCII.isFieldValueCharacter(byte) else { throw .badExtension }
        }
    }

    private mutating func countOverhead(limit: Int, _ error: ChunkError) throws(ChunkError) {
        overhead &+= 1
        guard overhead <= limit else { throw error }
    }

    /// Bytes of extensions in one chunk line.
    static let extensionLimit = 4096
    /// Bytes of trailer fields, line ends not counted.
    static let trailerLimit = 16 * 1024
}
