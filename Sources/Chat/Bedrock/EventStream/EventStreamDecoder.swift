/// Reads messages of `application/vnd.amazon.eventstream` from bytes that come in any pieces.
///
/// Both checksums are checked; the first wrong one ends the stream, and so does every other error: it is thrown again from
/// then on. No length is believed before its checksum, so memory is bounded by the largest message.
public struct EventStreamDecoder: Sendable {
    /// The most bytes of headers a message may have.
    public static let largestHeaders = 131_072
    /// The most bytes of payload a message may have.
    public static let largestPayload = 25_165_824

    private var buffer: [UInt8] = []
    /// Where the next message begins in the buffer.
    private var start = 0
    private var failure: EventStreamError?

    /// A decoder at the beginning of a stream.
    public init() {}

    /// Takes the next bytes of the stream.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        guard failure == nil else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message; nil when more bytes are needed.
    public mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        if let failure { throw failure }
        do {
            return try decode()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    /// The stream has ended.
    ///
    /// - Throws: ``EventStreamError/truncated`` when it ended inside a message, or the error that ended it before.
    public func ended() throws(EventStreamError) {
        if let failure { throw failure }
        guard start == buffer.count else { throw .truncated }
    }

    private mutating func decode() throws(EventStreamError) -> EventStreamMessage? {
        guard buffer.count - start >= Self.prelude else { return nil }
        let length = Int(number(at: start))
        let headersLength = Int(number(at: start + 4))
        guard CRC32.checksum(of: buffer[start..<start + 8]) == number(at: start + 8) else {
            throw .wrongPreludeChecksum
        }
        guard length >= EventStreamMessage.overhead, headersLength <= length - EventStreamMessage.overhead else {
            throw .malformedLength
        }
        guard headersLength <= Self.largestHeaders else { throw .headersTooLarge }
        guard length - headersLength - EventStreamMessage.overhead <= Self.largestPayload else {
            throw .payloadTooLarge
        }
        let end = start + length
        guard buffer.count >= end else { return nil }
        guard CRC32.checksum(of: buffer[start..<end - 4]) == number(at: end - 4) else { throw .wrongMessageChecksum }
        let headersEnd = start + Self.prelude + headersLength
        var reader = HeaderReader(bytes: buffer[(start + Self.prelude)..<headersEnd])
        let message = EventStreamMessage(headers: try reader.headers(), payload: Array(buffer[headersEnd..<end - 4]))
        start = end
        return message
    }

    private func number(at index: Int) -> UInt32 {
        buffer[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Two lengths and their checksum.
    private static let prelude = 12
}

/// Reads the headers of one message.
private struct HeaderReader {
    var bytes: ArraySlice<UInt8>

    mutating func headers() throws(EventStreamError) -> [EventStreamMessage.Header] {
        var headers: [EventStreamMessage.Header] = []
        var names: Set<[UInt8]> = []
        while let length = bytes.popFirst() {
            // By bytes: two spellings of one Character are two names.
            let name = try take(Int(length))
            guard length > 0, names.insert(Array(name)).inserted else { throw .malformedHeaders }
            headers.append(EventStreamMessage.Header(try text(name), try value()))
        }
        return headers
    }

    private mutating func value() throws(EventStreamError) -> EventStreamMessage.Value {
        switch try take(1).first {
        case 0: .bool(true)
        case 1: .bool(false)
        case 2: .int8(try integer())
        case 3: .int16(try integer())
        case 4: .int32(try integer())
        case 5: .int64(try integer())
        case 6: .bytes(Array(try take(Int(try integer() as UInt16))))
        case 7: .string(try text(try take(Int(try integer() as UInt16))))
        case 8: .timestamp(try integer())
        case 9: .uuid(Array(try take(16)))
        default: throw .malformedHeaders
        }
    }

    private mutating func integer<Number: FixedWidthInteger>() throws(EventStreamError) -> Number {
        // One byte would be shifted out of an Int8 by itself.
        var number: UInt64 = 0
        for byte in try take(Number.bitWidth / 8) { number = number << 8 | UInt64(byte) }
        return Number(truncatingIfNeeded: number)
    }

    private mutating func take(_ count: Int) throws(EventStreamError) -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw .malformedHeaders }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(EventStreamError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedHeaders }
        return text
    }
}
