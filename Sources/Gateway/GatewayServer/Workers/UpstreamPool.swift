/// One worker's idle connections to the targets of one group; the one used last is used next.
final class UpstreamPool {
    private let paths: [String]
    private var idle: [UpstreamConnection] = []
    private var next = 0

    /// Idle connections kept at most; further ones are closed.
    static let idleLimit = 256

    init(paths: [String]) { self.paths = paths }

    /// An idle connection, or nil. It is the caller's now.
    func take() -> UpstreamConnection? { idle.popLast() }

    /// The target for a new connection: one after the other.
    func nextPath() -> String? {
        guard !paths.isEmpty else { return nil }
        next = (next + 1) % paths.count
        return paths[next]
    }

    /// Keeps a connection for later; false if there are enough.
    func keep(_ connection: UpstreamConnection) -> Bool {
        guard idle.count < Self.idleLimit else { return false }
        idle.append(connection)
        return true
    }

    /// Closes all connections.
    func closeAll() {
        let closing = idle
        idle = []
        for connection in closing { connection.close() }
    }

    /// Forgets a connection that closed while idle.
    func forget(_ connection: UpstreamConnection) {
        if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    }
}
