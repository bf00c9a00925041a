import Synchronization

/// The memory that requests of strangers may take while they are held: so much in all, and so much for one address.
final class HeldRequestRoom: Sendable {
    /// A part of the room, given back when nobody has it any more.
    final class Share: Sendable {
        private let room: HeldRequestRoom
        private let bytes: Int
        private let address: String

        fileprivate init(_ room: HeldRequestRoom, bytes: Int, address: String) {
            self.room = room
            self.bytes = bytes
            self.address = address
        }

        deinit { room.giveBack(bytes, address: address) }
    }

    private struct State {
        var taken = 0
        var sharesByAddress: [String: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Requests of one address that are held at once.
    static let addressLimit = 8
    /// Bytes that a request takes besides its body.
    static let overhead = 8192

    /// - Parameter limit: bytes in all.
    init(limit: Int) { self.limit = limit }

    /// Bytes that are taken.
    var taken: Int { state.withLock { $0.taken } }

    /// Room for a body of so many bytes; nil if there is none.
    func share(_ body: Int, address: String) -> Share? {
        let bytes = body + Self.overhead
        let isGiven = state.withLock { state in
            guard state.taken + bytes <= limit, state.sharesByAddress[address, default: 0] < Self.addressLimit else {
                return false
            }
            state.taken += bytes
            state.sharesByAddress[address, default: 0] += 1
            return true
        }
        return isGiven ? Share(self, bytes: bytes, address: address) : nil
    }

    private func giveBack(_ bytes: Int, address: String) {
        state.withLock { state in
            state.taken -= bytes
            let left = state.sharesByAddress[address, default: 1] - 1
            state.sharesByAddress[address] = left == 0 ? nil : left
        }
    }
}
