/// One message of a conversation.
public struct Message: Hashable, Sendable {
    /// The identifier.
    public let id: MessageID
    /// The conversation it belongs to.
    public let conversationID: ConversationID
    /// Its place in the conversation, from 1.
    public let sequence: Int
    /// Who wrote it.
    public let role: Role
    /// The text: Markdown in an answer, plain text in a question. Never HTML.
    public let content: String
    /// How the writing of it ended, or that it goes on.
    public let status: Status
    /// Why the model stopped, when it said so.
    public let stopReason: StopReason?
    /// What went wrong, for the status ``Status/error``.
    public let errorCode: String?
    /// The provider that answered; `nil` in a user's message.
    public let provider: String?
    /// The model that answered; `nil` in a user's message.
    public let modelID: String?
    /// Whether the answer was scripted and no model took part.
    public let simulated: Bool
    /// When it was begun.
    public let createdAt: Timestamp
    /// When it was ended; `nil` while it is being written.
    public let completedAt: Timestamp?

    /// The writer of a message.
    public enum Role: String, Sendable {
        /// The person.
        case user
        /// The model.
        case assistant
    }

    /// How far the writing of a message has come.
    public enum Status: String, Sendable {
        /// Whole.
        case complete
        /// Being written now.
        case streaming
        /// Ended early because the user, or the user's leaving, ended it.
        case stopped
        /// Ended early because the program ended.
        case interrupted
        /// Ended early because the model failed.
        case error
    }
}

/// The identifier of a message.
public typealias MessageID = EntityID<Message>
