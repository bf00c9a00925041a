import Sessions

/// One worker's responses and tunnels that go on, by the session that began them.
///
/// What ends with the bytes that began it never comes here, so an ordinary request costs nothing.
struct SessionStreams {
    private var connections: [SessionDigest: [UpstreamConnection]] = [:]

    /// Adds a connection; once.
    mutating func add(_ connection: UpstreamConnection, to session: SessionDigest) {
        connections[session, default: []].append(connection)
    }

    /// Removes a connection whose stream has ended.
    mutating func remove(_ connection: UpstreamConnection, from session: SessionDigest) {
        connections[session]?.removeAll { $0 === connection }
        if connections[session]?.isEmpty == true { connections[session] = nil }
    }

    /// All of a session's, which are known no longer.
    mutating func take(_ session: SessionDigest) -> [UpstreamConnection] {
        connections.removeValue(forKey: session) ?? []
    }
}
