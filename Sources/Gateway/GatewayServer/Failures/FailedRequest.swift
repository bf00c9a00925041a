public import Foundation

/// A request that was refused, or failed, as the operator is told of it: `gatehouse explain`.
public struct FailedRequest: Codable, Sendable, Equatable {
    /// The id that the error page shows.
    public let id: String
    /// When it was answered.
    public let time: Date
    /// The answer's status.
    public let status: Int
    /// The headline of the answer.
    public let title: String
    /// What the client was told.
    public let message: String
    /// Why, in a word, as the logs have it.
    public let cause: String
    /// More on the cause, which the client was not told.
    public let detail: String?
    /// Method and path, without the query; nil if the request was not understood so far.
    public let request: String?
    /// The listener.
    public let listener: String
    /// The rule that the request met; nil if it came to none.
    public let rule: String?
    /// The client's address.
    public let address: String
    /// The short hash of the session it came with, if one stood.
    public let session: String?
    /// Whose session that is.
    public let subject: String?
    /// The provider that was asked, or that the session is of.
    public let provider: String?
}

/// What `GET /requests` answers: the newest first.
public struct FailedRequestList: Codable, Sendable, Equatable {
    /// The requests.
    public let requests: [FailedRequest]
}
