import Operations

/// Asks a running gateway on its admin socket; what `gatehouse sessions` and its like are made of.
public struct AdminClient: Sendable {
    private let client: SocketClient

    /// - Parameter socket: the admin socket's path.
    public init(socket: String) {
        client = SocketClient(path: socket)
    }

    /// What the gateway says of itself.
    public func health() async throws -> GatewayHealth { try await ask("GET", "/health") }

    /// Has the gateway read its configuration again, and what that names.
    public func reload() async throws -> ReloadOutcome { try await ask("POST", "/reload") }

    /// The standing sessions, the newest sign-ins first.
    ///
    /// - Parameters:
    ///   - user: a subject or a name, exactly; nil: everybody.
    ///   - limit: how many at most, 1 to 100,000.
    public func sessions(user: String? = nil, limit: Int = 1000) async throws -> SessionList {
        let filter = user.map { "&user=\(PercentEncoding.encode($0))" } ?? ""
        return try await ask("GET", "/sessions?limit=\(limit)\(filter)")
    }

    /// The session with this short id.
    public func session(_ id: String) async throws -> SessionSummary {
        try await ask("GET", "/sessions/\(PercentEncoding.encode(id))")
    }

    /// Whose the session with this short id is.
    public func sessionIdentity(_ id: String) async throws -> SessionIdentity {
        try await ask("GET", "/sessions/\(PercentEncoding.encode(id))/identity")
    }

    /// A request that was refused or failed, by the id that its error page shows.
    public func request(_ id: String) async throws -> FailedRequest {
        try await ask("GET", "/requests/\(PercentEncoding.encode(id))")
    }

    /// The newest requests that were refused or failed.
    public func requests(limit: Int = 20) async throws -> FailedRequestList {
        try await ask("GET", "/requests?limit=\(limit)")
    }

    /// Ends the session with this short id.
    public func endSession(_ id: String) async throws -> EndedSessions {
        try await ask("DELETE", "/sessions/\(PercentEncoding.encode(id))")
    }

    /// Ends all sessions of a subject, at one provider or at every.
    public func endSessions(ofSubject subject: String, issuer: String? = nil) async throws -> EndedSessions {
        let filter = issuer.map { "?issuer=\(PercentEncoding.encode($0))" } ?? ""
        return try await ask("DELETE", "/users/\(PercentEncoding.encode(subject))/sessions\(filter)")
    }

    /// - Throws: `OperationsError`, a sentence for the operator; or ``AdminProblem``, what the gateway said.
    func ask<Document: Decodable>(_ method: String, _ target: String) async throws -> Document {
        guard UnixSocket.isListening(path: client.path) else {
            throw OperationsError(
                "No gateway answers on \(client.path). Start it with \"gatehouse up\"; if it runs with another state folder "
                    + "or Admin.Socket, name it with --state or --socket.")
        }
        let answer = try await client.send(method, target)
        if answer.status == 200, let document = try? AdminDocument.decode(Document.self, from: answer.body) {
            return document
        }
        guard let problem = try? AdminDocument.decode(AdminProblem.self, from: answer.body) else {
            throw OperationsError(
                "What answers on \(client.path) is no gateway of this version (status \(answer.status)).")
        }
        throw problem
    }
}
