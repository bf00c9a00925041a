/// Where users' conversations are kept.
///
/// Every method but ``user(for:now:)`` and ``markInterrupted(now:)`` takes the owner and sees only the owner's rows: a
/// row of somebody else is as absent as one that does not exist. Failures of the medium are thrown as they come.
public protocol ConversationStore: Sendable {
    /// Finds the user of an identity, or begins to know them.
    func user(for identity: UserIdentity, now: Timestamp) async throws -> User

    /// The owner's conversations, the one with the newest message first.
    ///
    /// - Parameter limit: the most to return, from 1.
    func conversations(of owner: UserID, limit: Int) async throws -> [Conversation]

    /// One conversation, or `nil` when the owner has none of this identifier.
    func conversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation?

    /// Begins a conversation.
    ///
    /// - Parameter title: the title the user chose; without one the first message gives it.
    /// - Throws: ``ConversationStoreError/tooManyConversations(limit:)``.
    func createConversation(title: ConversationTitle?, of owner: UserID, now: Timestamp) async throws -> Conversation

    /// Gives a conversation a title of the user's choice.
    ///
    /// - Returns: the conversation as it is now, or `nil` when the owner has none of this identifier.
    func rename(
        _ id: ConversationID, of owner: UserID, to title: ConversationTitle, now: Timestamp
    ) async throws -> Conversation?

    /// Deletes a conversation with all its messages, for good.
    ///
    /// - Returns: whether the owner had it.
    func deleteConversation(_ id: ConversationID, of owner: UserID) async throws -> Bool

    /// The newest messages of a conversation, in order, or `nil` when the owner has none of this identifier.
    ///
    /// - Parameters:
    ///   - sequence: only messages before this place; `nil` for the newest of all.
    ///   - limit: the most messages, from 1.
    ///   - bytes: the most bytes of text; the first message of a page is there whatever it takes.
    func messages(
        in id: ConversationID, of owner: UserID, before sequence: Int?, limit: Int, bytes: Int
    ) async throws -> MessagePage?

    /// The newest messages before an answer, in order: what a model may be given to answer.
    ///
    /// - Parameter bytes: the most bytes of text; the last message, the question, is there whatever it takes.
    func history(before answer: Message, of owner: UserID, bytes: Int) async throws -> [Message]

    /// Stores a question and begins the answer to it, in one step.
    ///
    /// Nobody may be writing an answer in this conversation; whoever calls has seen to that. An answer that is still marked
    /// as being written was given up when its end could not be stored, and becomes ``Message/Status/interrupted``.
    /// - Parameters:
    ///   - text: the question; `nil` asks the last question again, which is allowed when its answer is not complete.
    ///   - model: the model that will answer.
    /// - Throws: ``ConversationStoreError``.
    func beginTurn(
        in id: ConversationID, of owner: UserID, text: MessageText?, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn

    /// Keeps what has been received of an answer so far. Nothing happens if the answer is no longer being written.
    func checkpoint(_ id: MessageID, of owner: UserID, content: String) async throws

    /// Ends an answer. Nothing happens if it is no longer being written.
    func finish(_ id: MessageID, of owner: UserID, with ending: MessageEnding, now: Timestamp) async throws

    /// Marks every answer as interrupted that an earlier process left unfinished; for the start of the program.
    ///
    /// - Returns: how many there were.
    func markInterrupted(now: Timestamp) async throws -> Int

    /// Whether the store answers; for a readiness check.
    func ping() async throws
}

/// A question that was stored and the answer begun for it.
public struct BegunTurn: Sendable {
    /// The conversation, with its title as it is now.
    public let conversation: Conversation
    /// The question.
    public let question: Message
    /// The answer, empty and ``Message/Status/streaming``.
    public let answer: Message
}

/// Some messages of a conversation that follow one another.
public struct MessagePage: Sendable, Hashable {
    /// The messages in order.
    public let messages: [Message]
    /// Where the page before this one ends: what to ask for messages before. `nil` if there are none.
    public let earlier: Int?
}

/// How an answer ended.
public struct MessageEnding: Hashable, Sendable {
    /// All the text received.
    public let content: String
    /// The final status.
    public let status: Message.Status
    /// The model's reason, if it gave one.
    public let stopReason: StopReason?
    /// What went wrong, for the status ``Message/Status/error``.
    public let errorCode: String?

    /// Describes an ending.
    public init(content: String, status: Message.Status, stopReason: StopReason? = nil, errorCode: String? = nil) {
        self.content = content
        self.status = status
        self.stopReason = stopReason
        self.errorCode = errorCode
    }
}

/// Why a conversation or a turn could not begin.
public enum ConversationStoreError: Error, Hashable, Sendable {
    /// The owner has no conversation of this identifier.
    case notFound
    /// The conversation holds as many messages as it may.
    case full(limit: Int)
    /// The owner has as many conversations as a user may have.
    case tooManyConversations(limit: Int)
    /// The owner's messages take as many bytes as a user may store.
    case tooManyBytes(limit: Int)
    /// There is no incomplete answer at the end that could be tried again.
    case nothingToRetry
}
