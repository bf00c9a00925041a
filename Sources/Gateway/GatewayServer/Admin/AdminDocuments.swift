public import Foundation

/// What `GET /health` on the admin socket answers.
public struct GatewayHealth: Codable, Sendable, Equatable {
    /// `ok`.
    public let status: String
    /// Sessions that are held.
    public let sessions: Int
    /// Threads that serve connections.
    public let workers: Int
    /// When the gateway was started.
    public let startedAt: Date
}

/// A session as an operator sees it: nothing in it lets anybody in.
public struct SessionSummary: Codable, Sendable, Equatable {
    /// The short hash that logs show, too: eight hexadecimal digits.
    public let id: String
    /// The user's `sub` at the provider.
    public let subject: String
    /// What the user is called, if the provider says.
    public let user: String?
    /// The provider.
    public let issuer: String
    /// The client id at that provider.
    public let client: String
    /// The sign-in.
    public let signedInAt: Date
    /// The end that no activity puts off.
    public let endsAt: Date
}

/// Whose a session is, as `gatehouse why` asks for it: what decides whether a request with it passes. No token is in it.
public struct SessionIdentity: Codable, Sendable, Equatable {
    /// The user's `sub` at the provider.
    public let subject: String
    /// The provider.
    public let issuer: String
    /// The client id at that provider.
    public let client: String
    /// The name of the session's cookie.
    public let cookieName: String
    /// The claims of ID token and user-info response together, a JSON object.
    public let claims: String
}

/// What `GET /sessions` answers: the newest sign-ins first.
public struct SessionList: Codable, Sendable, Equatable {
    /// How many sessions fit the question; more than are listed, where a limit cut the list.
    public let total: Int
    /// The sessions.
    public let sessions: [SessionSummary]
}

/// What `DELETE /sessions/ID` and `DELETE /users/SUBJECT/sessions` answer.
public struct EndedSessions: Codable, Sendable, Equatable {
    /// The sessions that ended.
    public let ended: [SessionSummary]
    /// Whether those are over, too, that browsers hold themselves and the gateway has not seen (`gatehouse.sessions.store: cookie`).
    public let coversUnseen: Bool
}

/// What the admin socket answers instead, where it cannot do what it was asked (a problem document, RFC 9457).
public struct AdminProblem: Codable, Sendable, Equatable, Error {
    /// The status.
    public let status: Int
    /// A sentence for the operator.
    public let detail: String

    /// A problem.
    public init(status: Int, detail: String) {
        self.status = status
        self.detail = detail
    }
}

/// How these documents are written and read.
public enum AdminDocument {
    /// The document as JSON with sorted names.
    public static func encode(_ document: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(document)
    }

    /// Reads a document.
    public static func decode<Document: Decodable>(_ type: Document.Type, from bytes: [UInt8]) throws -> Document {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }
}
