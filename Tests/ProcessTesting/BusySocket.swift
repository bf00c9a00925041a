import Glibc

/// A Unix socket whose backlog is full: nobody accepts until ``serveAll()``.
public final class BusySocket: Sendable {
    private let listener: Int32
    private let filler: Int32

    /// Listens and fills the backlog.
    public init(path: String) throws {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        filler = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = try sockaddr_un(path: path)
        try address.withSocketAddress { pointer, length in
            guard bind(listener, pointer, length) == 0, listen(listener, 0) == 0, connect(filler, pointer, length) == 0
            else { throw Failure("cannot set up \(path): errno \(errno)") }
        }
    }

    /// Accepts from now on, and answers each connection's first request.
    public func serveAll() {
        let listener = listener
        spawn {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                if read(connection, &buffer, buffer.count) > 0 {
                    _ = StubWriter.write(.text("at last"), to: connection, withBody: true)
                }
                close(connection)
            }
        }
        close(filler)
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
