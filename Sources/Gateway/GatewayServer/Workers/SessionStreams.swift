import Sessions

/// One worker's responses and tunnels that go on, by the session that began them.
///
/// What ends with the bytes that began it never comes here, so an ordinary request costs nothing.
struct SessionStreams {
    private var connections: [SessionID: [UpstreamConnection]] = [:]

    /// Adds a connection; once.
    mutating func add(_ connection: UpstreamConnection, to id: SessionID) {
        connections[id, default: []].append(connection)
    }

    /// Removes a connection whose stream has ended.
    mutating func remove(_ connection: UpstreamConnection, from id: SessionID) {
        connections[id]?.removeAll { $0 === connection }
        if connections[id]?.isEmpty == true { connections[id] = nil }
    }

    /// All of a session's, which are known no longer.
    mutating func take(_ id: SessionID) -> [UpstreamConnection] { connections.removeValue(forKey: id) ?? [] }
}
