/// Where users' conversations are kept.
///
/// Every method that takes an owner sees only the owner's rows: a row of somebody else is as absent as one that does not
/// exist. Only ``user(for:now:)``, ``usageReport(from:through:users:)`` and what the program does on its own at start and
/// for upkeep look beyond. A deleted conversation is absent, too, but can be restored until it is purged. Failures of the
/// medium are thrown as they come.
public protocol ConversationStore: Sendable {
    /// Finds the user of an identity, or begins to know them.
    func user(for identity: UserIdentity, now: Timestamp) async throws -> User

    // MARK: Conversations

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

    /// Changes what a user may change of a conversation, in one step.
    ///
    /// - Returns: the conversation as it is now, or `nil` when the owner has none of this identifier, or no such message
    ///   in it as the change names; then nothing is changed.
    func change(
        _ id: ConversationID, of owner: UserID, by change: ConversationChange
    ) async throws -> Conversation?

    /// Deletes a conversation with all its messages. Until it is purged it can be restored.
    ///
    /// - Returns: whether the owner had it.
    func deleteConversation(_ id: ConversationID, of owner: UserID, now: Timestamp) async throws -> Bool

    /// Deletes all of the owner's conversations. Until they are purged they can be restored one by one.
    ///
    /// - Returns: which they were.
    func deleteAllConversations(of owner: UserID, now: Timestamp) async throws -> [ConversationID]

    /// Takes a deletion back.
    ///
    /// - Returns: the conversation, or `nil` when the owner has deleted none of this identifier or it has been purged.
    func restoreConversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation?

    /// Removes for good what was deleted before a moment, so that none of its words is left in the store's files.
    ///
    /// - Parameters:
    ///   - deleted: when it was deleted at the latest.
    ///   - untouched: also conversations, of anybody, whose last message is older than this; `nil` for none.
    /// - Returns: how many conversations there were.
    func purge(deletedBefore deleted: Timestamp, untouchedSince untouched: Timestamp?) async throws -> Int

    /// Conversations in which all words are found, in the title or together in one message; best first.
    ///
    /// - Parameter limit: the most to return, from 1.
    func search(_ query: SearchQuery, of owner: UserID, limit: Int) async throws -> [SearchHit]

    // MARK: Messages

    /// The newest messages of the branch that is shown, in order, or `nil` when the owner has no such conversation.
    ///
    /// - Parameters:
    ///   - sequence: only messages before the one at this place; `nil` for the newest of all.
    ///   - limit: the most messages, from 1.
    ///   - bytes: the most bytes of text; one message is there whatever it takes.
    func messages(
        in id: ConversationID, of owner: UserID, before sequence: Int?, limit: Int, bytes: Int
    ) async throws -> MessagePage?

    /// Messages of all branches in the order of their making, for taking a conversation elsewhere.
    ///
    /// - Parameters:
    ///   - sequence: only messages after this place; 0 for the first.
    ///   - bytes: the most bytes of text; one message is there whatever it takes.
    func allMessages(
        in id: ConversationID, of owner: UserID, after sequence: Int, limit: Int, bytes: Int
    ) async throws -> [Message]

    /// The messages of the branch that is shown, in order; empty when the owner has no such conversation.
    func shownMessages(in id: ConversationID, of owner: UserID) async throws -> [MessageID]

    /// The messages that lead to an answer, in order: what a model may be given to answer.
    ///
    /// - Parameter bytes: the most bytes of text; the last message, the question, is there whatever it takes.
    func history(before answer: Message, of owner: UserID, bytes: Int) async throws -> [Message]

    /// Stores what is asked and begins the answer to it, in one step.
    ///
    /// Nobody may be writing an answer in this conversation; whoever calls has seen to that. An answer that is still marked
    /// as being written was given up when its end could not be stored, and becomes ``Message/Status/interrupted``.
    ///
    /// - Parameter model: the model that will answer.
    /// - Throws: ``ConversationStoreError``.
    func beginTurn(
        in id: ConversationID, of owner: UserID, asking request: TurnRequest, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn

    /// Keeps what has been received of answers so far, all in one step. Of those that are no longer being written nothing changes.
    func checkpoint(_ answers: [AnswerProgress]) async throws

    /// Ends an answer and adds what it took to the owner's usage, in one step. Of the answer nothing changes if it is no
    /// longer being written; what it took counts all the same, unless the same ending was stored before.
    func finish(_ id: MessageID, of owner: UserID, with ending: MessageEnding, now: Timestamp) async throws

    /// Brings a conversation in from elsewhere, whole or not at all.
    ///
    /// - Throws: ``ConversationStoreError`` when it does not fit in.
    func importConversation(
        _ conversation: ImportedConversation, of owner: UserID, now: Timestamp
    ) async throws -> Conversation

    // MARK: Attachments

    /// The files of messages, without their content; nothing for messages without any.
    func files(of messages: [MessageID], of owner: UserID) async throws -> [MessageID: [Attachment]]

    /// Keeps a file for a message of a conversation that is still to be sent.
    ///
    /// - Throws: ``ConversationStoreError/notFound`` or ``ConversationStoreError/tooManyBytes(limit:)``.
    func attach(
        _ file: InspectedFile, to conversation: ConversationID, of owner: UserID, now: Timestamp
    ) async throws -> Attachment

    /// A file with its content, or `nil` when the owner has none of this identifier.
    func attachment(_ id: AttachmentID, of owner: UserID) async throws -> (Attachment, ChatAttachment)?

    /// Takes a file away that no message has.
    ///
    /// - Returns: whether there was such a file.
    func detach(_ id: AttachmentID, of owner: UserID) async throws -> Bool

    /// The files of messages, in order, by message: of the last messages first, until they have so many bytes.
    func attachments(
        of messages: [MessageID], of owner: UserID, bytes: Int
    ) async throws -> [MessageID: [ChatAttachment]]

    // MARK: Usage

    /// What the owner's answers of a day took.
    func usage(of owner: UserID, on day: Day) async throws -> UsageSum

    /// What everybody's answers took, for an administrator.
    ///
    /// - Parameter users: the most users to name, from 1.
    func usageReport(from first: Day, through last: Day, users: Int) async throws -> UsageReport

    /// Forgets what each answer took before a day. The sums by user and day stay.
    func forgetUsage(before day: Day) async throws

    // MARK: Upkeep

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
    /// The answer, ``Message/Status/streaming``: empty, or what is to be continued.
    public let answer: Message
}

/// Some messages of a branch that follow one another.
public struct MessagePage: Sendable, Hashable {
    /// The messages in order.
    public let messages: [Message]
    /// Where the page before this one ends: what to ask for messages before. `nil` if there are none.
    public let earlier: Int?
    /// The messages a message stands among, itself included and in the order of their making, by its identifier; only
    /// for messages that do not stand alone.
    public let siblings: [MessageID: [MessageID]]
    /// The files of a message, by its identifier; only for messages that have some.
    public let attachments: [MessageID: [Attachment]]
}

/// What has been received of an answer that is still being written.
public struct AnswerProgress: Hashable, Sendable {
    /// The answer's message.
    public let answer: MessageID
    /// Whose it is.
    public let owner: UserID
    /// All the text received so far.
    public let content: String

    /// Describes how far an answer is.
    public init(answer: MessageID, owner: UserID, content: String) {
        self.answer = answer
        self.owner = owner
        self.content = content
    }
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
    /// What it took, of this part alone where an answer was continued; `nil` where nothing was begun.
    public let figures: AnswerFigures?

    /// Describes an ending.
    public init(
        content: String, status: Message.Status, stopReason: StopReason? = nil, errorCode: String? = nil,
        figures: AnswerFigures? = nil
    ) {
        self.content = content
        self.status = status
        self.stopReason = stopReason
        self.errorCode = errorCode
        self.figures = figures
    }
}

/// Why a conversation or a turn could not begin.
public enum ConversationStoreError: Error, Hashable, Sendable {
    /// The owner has no conversation of this identifier, or no such message in it.
    case notFound
    /// The conversation holds as many messages as it may.
    case full(limit: Int)
    /// The owner has as many conversations as a user may have.
    case tooManyConversations(limit: Int)
    /// The owner's messages take as many bytes as a user may store.
    case tooManyBytes(limit: Int)
    /// A message has more documents than a model takes.
    case tooManyDocuments(limit: Int)
    /// There is no incomplete answer at the end that could be tried again.
    case nothingToRetry
    /// There is no answer at the end that ended early and holds a word.
    case nothingToContinue
}
