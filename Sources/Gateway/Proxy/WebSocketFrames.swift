/// Follows the frames a WebSocket server sends (RFC 6455 §5.2), without their content: a frame of the gateway's own may stand between two
/// of them, never within one.
struct WebSocketFrames: Equatable, Sendable {
    private enum State: Equatable, Sendable {
        /// Before a frame.
        case start
        /// The opcode was read.
        case lengthByte(isClose: Bool)
        /// Bytes of a longer length are due.
        case length(missing: Int, value: UInt64, isClose: Bool)
        case payload(UInt64)
        /// What came is no server's frame: nothing is known any more.
        case lost
    }

    private var state = State.start
    /// A Close frame was sent: no other frame may follow it.
    private(set) var hasClosed = false

    /// Whether a frame may be put in here.
    var takesFrame: Bool { state == .start && !hasClosed }

    /// Goes on over `bytes`.
    mutating func advance(_ bytes: Span<UInt8>) {
        var position = 0
        while position < bytes.count {
            switch state {
            case .start:
                state = .lengthByte(isClose: bytes[position] & 0x0F == 0x08)
                position += 1
            case .lengthByte(let isClose):
                let length = bytes[position]
                position += 1
                switch length {
                case 0...125: begin(payload: UInt64(length), isClose: isClose)
                case 126: state = .length(missing: 2, value: 0, isClose: isClose)
                case 127: state = .length(missing: 8, value: 0, isClose: isClose)
                default: state = .lost  // a server masks nothing
                }
            case .length(let missing, let value, let isClose):
                let longer = value << 8 | UInt64(bytes[position])
                position += 1
                if missing == 1 {
                    begin(payload: longer, isClose: isClose)
                } else {
                    state = .length(missing: missing - 1, value: longer, isClose: isClose)
                }
            case .payload(let remaining):
                let count = min(remaining, UInt64(bytes.count - position))
                position += Int(count)
                state = count == remaining ? .start : .payload(remaining - count)
            case .lost: return
            }
        }
    }

    private mutating func begin(payload: UInt64, isClose: Bool) {
        if isClose { hasClosed = true }
        state = payload == 0 ? .start : payload > UInt64(Int64.max) ? .lost : .payload(payload)
    }
}
