import EventLoop
import Glibc
import Testing

/// Two connected, non-blocking stream sockets.
func makeSocketPair() throws -> (Int32, Int32) {
    var descriptors: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(socketpair(AF_UNIX, type, 0, &descriptors) == 0)
    return (descriptors[0], descriptors[1])
}

func write(_ text: String, to descriptor: Int32) {
    #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
}

/// A channel that keeps a record and does what the test says.
final class ProbeChannel: Channel {
    var reports: [Readiness] = []
    var received: [UInt8] = []
    var results: [TransferResult] = []
    var deadlines: [Int64] = []
    var onReady: (ProbeChannel, Readiness) -> Void = { _, _ in }
    var onDeadline: (ProbeChannel) -> Void = { _ in }
    let loop: Loop

    init(_ descriptor: Int32, on loop: Loop) throws {
        self.loop = loop
        super.init(descriptor: descriptor)
        try loop.register(self)
    }

    override func ready(_ readiness: Readiness) {
        reports.append(readiness)
        onReady(self, readiness)
    }

    override func deadlineReached() {
        deadlines.append(loop.now)
        onDeadline(self)
    }

    /// Reads until nothing is left, and keeps how that ended.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let result = buffer.withUnsafeMutableBytes { receive(into: $0) }
            guard case .bytes(let count) = result else {
                results.append(result)
                return
            }
            received += buffer[..<count]
        }
    }
}

extension Loop {
    /// Runs until ``stop()``; a loop that nobody stops is a failure after `seconds`.
    func runGuarded(seconds: Int64 = 20) throws {
        let (guardEnd, otherEnd) = try makeSocketPair()
        defer { close(otherEnd) }
        let watchdog = try ProbeChannel(guardEnd, on: self)
        watchdog.onDeadline = { watchdog in
            Issue.record("the loop was not stopped in time")
            watchdog.loop.stop()
        }
        setDeadline(now + seconds * 1000, of: watchdog)
        run()
        close(watchdog)
    }

    private func close(_ descriptor: Int32) { Glibc.close(descriptor) }
}
