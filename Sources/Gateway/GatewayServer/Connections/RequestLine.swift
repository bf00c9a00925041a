import Wire

/// The beginning of a request's first line, kept in place, without memory of its own, for the record that is made should the request fail.
struct RequestLine {
    private var bytes = InlineArray<112, UInt8>(repeating: 0)
    private var count: UInt8 = 0

    /// Keeps what fits of a request line's `length` bytes, without the query, in which secrets may stand.
    mutating func note(_ line: Span<UInt8>, length: Int) {
        count = 0
        for index in 0..<min(length, bytes.count) {
            let byte = line[index]
            if byte == UInt8(ascii: "?") { return }
            bytes[index] = byte
            count &+= 1
        }
    }

    /// Method and path; nil where the request has none that was understood.
    var text: String? {
        guard count > 0 else { return nil }
        return String(decoding: (0..<Int(count)).map { bytes[$0] }, as: UTF8.self)
    }
}
