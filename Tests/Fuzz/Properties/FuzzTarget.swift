/// Code that reads hostile bytes, with what must hold for every input.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A request's head: scanning, parsing, and the head a backend gets.
    case requestHead = "request-head"
    /// A response's head: scanning, parsing, and the head a client gets.
    case responseHead = "response-head"
    /// The chunked transfer coding.
    case chunks
    /// The value of a `Cookie` header.
    case cookies
    /// A request target.
    case paths
    /// A host, as in `Host`.
    case hosts
    /// A field block of HTTP/2, on its way to an HTTP/1.1 head.
    case http2Fields = "http2-fields"
    /// Frames of HTTP/2.
    case http2Frames = "http2-frames"
    /// Messages of a model's event stream.
    case eventStream = "event-stream"

    /// What does not hold for this input, or nil. It traps where the code under test does.
    public func contradiction(in input: [UInt8]) -> String? {
        switch self {
        case .requestHead: RequestHeadProperty.contradiction(in: input)
        case .responseHead: ResponseHeadProperty.contradiction(in: input)
        case .chunks: ChunksProperty.contradiction(in: input)
        case .cookies: CookiesProperty.contradiction(in: input)
        case .paths: PathsProperty.contradiction(in: input)
        case .hosts: HostsProperty.contradiction(in: input)
        case .http2Fields: HTTP2FieldsProperty.contradiction(in: input)
        case .http2Frames: HTTP2FramesProperty.contradiction(in: input)
        case .eventStream: EventStreamProperty.contradiction(in: input)
        }
    }
}

/// Places to cut an input at. They depend on nothing but the input, so that a find is found again.
func cuts(of input: [UInt8], count: Int) -> [Int] {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in input { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (0..<count).map { _ in
        state = (state ^ (state >> 29)) &* 0xbf58_476d_1ce4_e5b9
        return Int(state >> 33) % (input.count + 1)
    }.sorted()
}
