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
    /// The message it follows: a question follows an answer or nothing, an answer its question. Messages with the same
    /// parent are other wordings of a question, or other answers to it.
    public var parentID: MessageID?
    /// What writing it took, once that is known; of all its parts where it was continued.
    public var figures: AnswerFigures?

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

/// What an answer took.
public struct AnswerFigures: Hashable, Sendable {
    /// Tokens of the prompt, those the provider had cached included.
    public var inputTokens: Int
    /// Tokens of the answer.
    public var outputTokens: Int
    /// An estimate of the price in millionths of a US dollar; `nil` where no price is known.
    public var costMicroUSD: Int?
    /// Whether the tokens were estimated here instead of counted by the provider.
    public var isEstimated: Bool
    /// Milliseconds from the question to the first word; `nil` when none came.
    public var firstTokenMilliseconds: Int?
    /// Milliseconds from the question to the end.
    public var milliseconds: Int

    /// Describes what an answer took.
    public init(
        inputTokens: Int, outputTokens: Int, costMicroUSD: Int? = nil, isEstimated: Bool,
        firstTokenMilliseconds: Int? = nil, milliseconds: Int
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costMicroUSD = costMicroUSD
        self.isEstimated = isEstimated
        self.firstTokenMilliseconds = firstTokenMilliseconds
        self.milliseconds = milliseconds
    }
}

/// The identifier of a message.
public typealias MessageID = EntityID<Message>
