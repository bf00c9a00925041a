/// What the client has said of its streams: which it may still send on, and how those closed last came to their end. A frame on a
/// closed stream means something else for each way (RFC 9113 §5.1).
struct StreamHistory: Equatable, Sendable {
    /// How the client's side of a stream ended.
    enum Ending: UInt8, Sendable {
        /// By `END_STREAM`.
        case ended
        /// By the client's own reset.
        case resetByClient
        /// The gateway reset it; what the client sent before it knew is passed over.
        case resetHere
    }

    /// Where a stream stands.
    enum Standing: Equatable, Sendable {
        /// Never used, and its number is above all that were.
        case idle
        /// The client may send on it.
        case open
        case closed(Ending)
        /// Passed over when a higher one was opened, or closed long ago.
        case forgotten
    }

    /// Closed streams remembered: twice as many as can be open.
    static let capacity = 256
    /// Streams the client has open in its own view; more than can be open in ours only where it does not heed resets and GOAWAY.
    static let openLimit = 1024

    private(set) var highest: Int32 = 0
    private var open: [Int32] = []
    private var closed: [Int32] = []
    private var endings: [Ending] = []
    private var next = 0

    /// Where `stream`, a number above 0, stands.
    func standing(_ stream: Int32) -> Standing {
        if stream > highest { return .idle }
        if open.contains(stream) { return .open }
        if let index = closed.lastIndex(of: stream) { return .closed(endings[index]) }
        return .forgotten
    }

    /// An idle stream is opened. False if too many are open.
    mutating func opened(_ stream: Int32, endsStream: Bool) -> Bool {
        highest = stream
        if endsStream {
            remember(stream, .ended)
            return true
        }
        open.append(stream)
        return open.count <= Self.openLimit
    }

    /// The client's side of a stream ended, or its ending turned into another.
    mutating func closed(_ stream: Int32, _ ending: Ending) {
        if let index = open.firstIndex(of: stream) {
            open.remove(at: index)
            remember(stream, ending)
        } else if let index = closed.lastIndex(of: stream) {
            // What the client said last of its own stream stays said.
            if ending == .resetByClient || endings[index] == .ended { endings[index] = ending }
        }
    }

    private mutating func remember(_ stream: Int32, _ ending: Ending) {
        if closed.count < Self.capacity {
            closed.append(stream)
            endings.append(ending)
        } else {
            closed[next] = stream
            endings[next] = ending
            next = (next + 1) % Self.capacity
        }
    }
}
