/// The trailer fields of a chunked message as ranges into their lines (RFC 9110 §6.5).
public struct TrailerSection: Sendable {
    /// All field lines in order.
    public private(set) var fields: [HeaderField] = []

    /// A section without fields.
    public init() {}

    /// Parses whole field lines, as ``BodyReader/trailers`` has them.
    public mutating func parse(_ bytes: Span<UInt8>) throws(HeadError) {
        fields.removeAll(keepingCapacity: true)
        var desync: DesyncReason?  // says something of heads only
        try FieldParser.parse(bytes, from: 0, to: bytes.count, names: .token, into: &fields, noting: &desync)
    }
}
