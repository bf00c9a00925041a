/// Reads the data of server-sent events (WHATWG HTML §9.2) from bytes that come in any pieces.
struct ServerSentEvents: Sendable {
    /// The most bytes of a line, and of one event's data.
    static let largest = 4 << 20

    /// A line or an event is longer than ``largest``.
    struct TooLarge: Error, Hashable {}

    private var line: [UInt8] = []
    private var data: [UInt8]?
    private var endedByReturn = false
    private var events: [[UInt8]] = []

    /// Takes the next bytes.
    ///
    /// - Returns: the data of each event that they end.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [[UInt8]] {
        events = []
        for byte in bytes {
            let followsReturn = endedByReturn
            endedByReturn = byte == 0x0D
            if byte == 0x0D || (byte == 0x0A && !followsReturn) {
                try lineEnded()
            } else if byte != 0x0A {
                guard line.count < Self.largest else { throw TooLarge() }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func lineEnded() throws(TooLarge) {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            if let data { events.append(data) }
            data = nil
            return
        }
        guard line.starts(with: Self.field) else { return }
        var value = line.dropFirst(Self.field.count)
        if value.first == 0x20 { value = value.dropFirst() }
        guard (data?.count ?? 0) + value.count < Self.largest else { throw TooLarge() }
        data = data.map { $0 + [0x0A] + value } ?? Array(value)
    }

    private static let field = Array("data:".utf8)
}
