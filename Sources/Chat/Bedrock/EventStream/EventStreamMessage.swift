/// One message of `application/vnd.amazon.eventstream` (Smithy, "Amazon Event Stream").
public struct EventStreamMessage: Hashable, Sendable {
    /// A header of a message.
    public struct Header: Hashable, Sendable {
        /// Its name, 1 to 255 bytes.
        public let name: String
        /// Its value.
        public let value: Value

        /// Names a value.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A header's value, of one of the ten types.
    public enum Value: Hashable, Sendable {
        case bool(Bool)
        case int8(Int8)
        case int16(Int16)
        case int32(Int32)
        case int64(Int64)
        /// At most 65535 bytes.
        case bytes([UInt8])
        /// At most 65535 bytes of UTF-8.
        case string(String)
        /// Milliseconds since 1970.
        case timestamp(Int64)
        /// 16 bytes.
        case uuid([UInt8])
    }

    /// The headers in order; each name once.
    public let headers: [Header]
    /// What the message carries.
    public let payload: [UInt8]

    /// Makes a message. The limits of the format hold for what ``encoded`` is to be asked.
    public init(headers: [Header], payload: [UInt8]) {
        self.headers = headers
        self.payload = payload
    }

    /// The text of a header; nil if it is not there or is no string.
    public func text(_ name: String) -> String? {
        for header in headers where header.name == name {
            if case .string(let text) = header.value { return text }
        }
        return nil
    }

    /// The message as it is sent.
    ///
    /// - Precondition: names have 1 to 255 bytes, strings and byte values at most 65535, a UUID has 16.
    public var encoded: [UInt8] {
        let block = headers.flatMap(Self.encoded)
        var bytes = Self.bigEndian(UInt32(block.count + payload.count + Self.overhead))
        bytes += Self.bigEndian(UInt32(block.count))
        bytes += Self.bigEndian(CRC32.checksum(of: bytes))
        bytes += block
        bytes += payload
        return bytes + Self.bigEndian(CRC32.checksum(of: bytes))
    }

    /// Two lengths, two checksums.
    static let overhead = 16

    private static func encoded(_ header: Header) -> [UInt8] {
        precondition((1...255).contains(header.name.utf8.count), "a header's name has 1 to 255 bytes")
        let name = [UInt8(header.name.utf8.count)] + Array(header.name.utf8)
        return switch header.value {
        case .bool(true): name + [0]
        case .bool(false): name + [1]
        case .int8(let value): name + [2] + bigEndian(value)
        case .int16(let value): name + [3] + bigEndian(value)
        case .int32(let value): name + [4] + bigEndian(value)
        case .int64(let value): name + [5] + bigEndian(value)
        case .bytes(let value): name + [6] + bigEndian(UInt16(value.count)) + value
        case .string(let value): name + [7] + bigEndian(UInt16(value.utf8.count)) + Array(value.utf8)
        case .timestamp(let value): name + [8] + bigEndian(value)
        case .uuid(let value): name + [9] + value
        }
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
    }
}

/// What is wrong with an event stream. Nothing after it can be trusted.
public enum EventStreamError: Error, Hashable, Sendable {
    /// A length contradicts another or the format's least.
    case malformedLength
    /// More than ``EventStreamDecoder/largestHeaders`` bytes of headers.
    case headersTooLarge
    /// More than ``EventStreamDecoder/largestPayload`` bytes of payload.
    case payloadTooLarge
    /// The first checksum is not that of the lengths.
    case wrongPreludeChecksum
    /// The second checksum is not that of the message.
    case wrongMessageChecksum
    /// A header does not end within the headers, has an unknown type, no name, no UTF-8, or a name that was there before.
    case malformedHeaders
    /// The stream ended inside a message.
    case truncated
}
