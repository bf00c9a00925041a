import Glibc

/// A Unix socket behind which nobody reads: connections are made, and take what the system keeps for them.
public final class StalledSocket: Sendable {
    private let listener: Int32

    /// Listens; the backlog takes a thousand connections.
    public init(path: String) throws {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = try sockaddr_un(path: path)
        try address.withSocketAddress { pointer, length in
            guard bind(listener, pointer, length) == 0, listen(listener, 1000) == 0 else {
                throw Failure("cannot set up \(path): errno \(errno)")
            }
        }
    }

    /// Takes one connection, reads `total` bytes of it in pieces of many sizes with a moment between them, then answers with how many came.
    public func serveSlowly(total: Int) {
        let listener = listener
        spawn {
            let connection = accept(listener, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 262_144)
            var taken = 0
            var random: UInt32 = 1
            while taken < total, case let count = read(connection, &buffer, 1 + Int(random >> 14)), count > 0 {
                taken += count
                random = random &* 1_664_525 &+ 1_013_904_223
                usleep(300)
            }
            _ = StubWriter.write(.text("\(taken)"), to: connection, withBody: true)
            close(connection)
        }
    }

    /// Takes one connection and answers `unread` before it reads anything.
    public func answerUnread() throws -> StubSocket {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { throw Failure("cannot accept: errno \(errno)") }
        _ = StubWriter.write(.text("unread"), to: connection, withBody: true)
        return StubSocket(descriptor: connection, ahead: [])
    }

    deinit { close(listener) }
}
