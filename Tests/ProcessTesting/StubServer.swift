import Glibc
import Synchronization

/// A small HTTP/1.1 server inside the test process that records what it receives.
///
/// One thread a connection, blocking calls: what arrives here is what the program under test sent, with no library's opinion in
/// between.
public final class StubServer: Sendable {
    /// How a request is answered.
    public typealias Responder = @Sendable (StubRequest) -> StubResponse

    /// A request with this field is answered after its head, and its body read afterwards.
    public static let answerEarly = "X-Stub-Answer-Early"

    private struct State {
        var requests: [StubRequest] = []
        var connections = 0
        var bytes: [UInt8] = []
        var isStopped = false
        var responder: Responder
    }

    private let listener: Int32
    private let state: Mutex<State>
    /// The TCP port; 0 for a Unix socket.
    public let port: Int

    /// Listens on a Unix socket.
    public convenience init(socket path: String, _ responder: @escaping Responder = { _ in .text("ok") }) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = try sockaddr_un(path: path)
        try address.withSocketAddress { pointer, length in
            guard bind(descriptor, pointer, length) == 0 else { throw Failure("cannot bind \(path): errno \(errno)") }
        }
        try self.init(listener: descriptor, port: 0, responder)
    }

    /// Listens on a free port of 127.0.0.1.
    public convenience init(_ responder: @escaping Responder = { _ in .text("ok") }) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in(loopbackPort: 0)
        try address.withSocketAddress { pointer, length in
            guard bind(descriptor, pointer, length) == 0 else { throw Failure("cannot bind: errno \(errno)") }
        }
        try self.init(listener: descriptor, port: boundPort(of: descriptor), responder)
    }

    private init(listener: Int32, port: Int, _ responder: @escaping Responder) throws {
        // A peer that closes early must not end the test process.
        signal(SIGPIPE, SIG_IGN)
        self.listener = listener
        self.port = port
        state = Mutex(State(responder: responder))
        guard listen(listener, 1024) == 0 else { throw Failure("cannot listen: errno \(errno)") }
        spawn { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self, !self.state.withLock({ $0.isStopped }) else {
                    if connection >= 0 { close(connection) }
                    return
                }
                self.state.withLock { $0.connections += 1 }
                spawn {
                    self.serve(connection)
                    close(connection)
                }
            }
        }
    }

    /// All requests whose head arrived whole, in the order of their arrival.
    public var requests: [StubRequest] { state.withLock { $0.requests } }

    /// How many connections were accepted.
    public var connections: Int { state.withLock { $0.connections } }

    /// The first 64 KiB of everything received, heads and bodies, as it came.
    public var received: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Forgets what was received.
    public func reset() {
        state.withLock {
            $0.requests = []
            $0.connections = 0
            $0.bytes = []
        }
    }

    /// Answers differently from now on.
    public func respond(_ responder: @escaping Responder) { state.withLock { $0.responder = responder } }

    /// Accepts no further connections. Open ones go on.
    public func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        guard !wasStopped else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    deinit { stop() }

    private func serve(_ connection: Int32) {
        var reader = StubReader(descriptor: connection) { bytes in
            self.state.withLock { if $0.bytes.count < 65536 { $0.bytes += bytes } }
        }
        while var request = reader.readHead() {
            let index = state.withLock {
                $0.requests.append(request)
                return $0.requests.count - 1
            }
            if request.value("expect")?.lowercased() == "100-continue" {
                guard StubWriter.write("HTTP/1.1 100 Continue\r\n\r\n", to: connection) else { return }
            }
            if request.value(Self.answerEarly) != nil {
                // Long enough for whoever forwards the body to be unable to send more of it.
                usleep(100_000)
                guard StubWriter.write(.text("early"), to: connection, withBody: true) else { return }
            }
            guard reader.readBody(of: &request) else { return }
            if request.value(Self.answerEarly) != nil {
                let read = request
                state.withLock { if $0.requests.indices.contains(index) { $0.requests[index] = read } }
                continue
            }
            let (responder, finished) = state.withLock {
                if $0.requests.indices.contains(index) { $0.requests[index] = request }
                return ($0.responder, request)
            }
            guard
                StubWriter.write(
                    responder(finished), to: connection, withBody: finished.method != "HEAD", ahead: reader.buffer)
            else { return }
        }
    }
}

/// Runs a block on a thread of its own.
func spawn(_ block: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBlock(block)).toOpaque()
    pthread_create(
        &thread, nil,
        { context in
            context.map { Unmanaged<ThreadBlock>.fromOpaque($0).takeRetainedValue().block() }
            return nil
        }, context)
    pthread_detach(thread)
}

private final class ThreadBlock: Sendable {
    let block: @Sendable () -> Void
    init(_ block: @escaping @Sendable () -> Void) { self.block = block }
}
