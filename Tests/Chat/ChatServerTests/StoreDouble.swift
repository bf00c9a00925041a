import Conversations
import Synchronization

/// A store in which things go wrong, or slowly, as a test wants it.
final class StoreDouble: ConversationStore {
    /// The medium failed.
    struct Broken: Error {}

    private let base: SQLiteConversationStore
    /// Waited for after a turn has been stored, before the caller hears of it.
    private let afterBegin: @Sendable () async -> Void
    private let failures: Mutex<Int>
    private let steps = Mutex<[[AnswerProgress]]>([])

    /// - Parameter failures: how many endings cannot be stored.
    init(
        _ base: SQLiteConversationStore, failures: Int = 0,
        afterBegin: @escaping @Sendable () async -> Void = {}
    ) {
        self.base = base
        self.afterBegin = afterBegin
        self.failures = Mutex(failures)
    }

    func beginTurn(
        in id: ConversationID, of owner: UserID, asking request: TurnRequest, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn {
        let turn = try await base.beginTurn(in: id, of: owner, asking: request, model: model, now: now)
        await afterBegin()
        return turn
    }

    func finish(_ id: MessageID, of owner: UserID, with ending: MessageEnding, now: Timestamp) async throws {
        let fails = failures.withLock { left in
            left -= 1
            return left >= 0
        }
        if fails { throw Broken() }
        try await base.finish(id, of: owner, with: ending, now: now)
    }

    func user(for identity: UserIdentity, now: Timestamp) async throws -> User {
        try await base.user(for: identity, now: now)
    }

    func conversations(of owner: UserID, limit: Int) async throws -> [Conversation] {
        try await base.conversations(of: owner, limit: limit)
    }

    func conversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation? {
        try await base.conversation(id, of: owner)
    }

    func createConversation(title: ConversationTitle?, of owner: UserID, now: Timestamp) async throws -> Conversation {
        try await base.createConversation(title: title, of: owner, now: now)
    }

    func change(
        _ id: ConversationID, of owner: UserID, by change: ConversationChange
    ) async throws -> Conversation? {
        try await base.change(id, of: owner, by: change)
    }

    func deleteConversation(_ id: ConversationID, of owner: UserID, now: Timestamp) async throws -> Bool {
        try await base.deleteConversation(id, of: owner, now: now)
    }

    func deleteAllConversations(of owner: UserID, now: Timestamp) async throws -> [ConversationID] {
        try await base.deleteAllConversations(of: owner, now: now)
    }

    func restoreConversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation? {
        try await base.restoreConversation(id, of: owner)
    }

    func purge(deletedBefore deleted: Timestamp, untouchedSince untouched: Timestamp?) async throws -> Int {
        try await base.purge(deletedBefore: deleted, untouchedSince: untouched)
    }

    func search(_ query: SearchQuery, of owner: UserID, limit: Int) async throws -> [SearchHit] {
        try await base.search(query, of: owner, limit: limit)
    }

    func allMessages(
        in id: ConversationID, of owner: UserID, after sequence: Int, limit: Int, bytes: Int
    ) async throws -> [Message] {
        try await base.allMessages(in: id, of: owner, after: sequence, limit: limit, bytes: bytes)
    }

    func shownMessages(in id: ConversationID, of owner: UserID) async throws -> [MessageID] {
        try await base.shownMessages(in: id, of: owner)
    }

    func importConversation(
        _ conversation: ImportedConversation, of owner: UserID, now: Timestamp
    ) async throws -> Conversation {
        try await base.importConversation(conversation, of: owner, now: now)
    }

    func attach(
        _ file: InspectedFile, to conversation: ConversationID, of owner: UserID, now: Timestamp
    ) async throws -> Attachment {
        try await base.attach(file, to: conversation, of: owner, now: now)
    }

    func attachment(_ id: AttachmentID, of owner: UserID) async throws -> (Attachment, ChatAttachment)? {
        try await base.attachment(id, of: owner)
    }

    func files(of messages: [MessageID], of owner: UserID) async throws -> [MessageID: [Attachment]] {
        try await base.files(of: messages, of: owner)
    }

    func detach(_ id: AttachmentID, of owner: UserID) async throws -> Bool {
        try await base.detach(id, of: owner)
    }

    func attachments(
        of messages: [MessageID], of owner: UserID, bytes: Int
    ) async throws -> [MessageID: [ChatAttachment]] {
        try await base.attachments(of: messages, of: owner, bytes: bytes)
    }

    func usage(of owner: UserID, on day: Day) async throws -> UsageSum { try await base.usage(of: owner, on: day) }

    func usageReport(from first: Day, through last: Day, users: Int) async throws -> UsageReport {
        try await base.usageReport(from: first, through: last, users: users)
    }

    func forgetUsage(before day: Day) async throws { try await base.forgetUsage(before: day) }

    func messages(
        in id: ConversationID, of owner: UserID, before sequence: Int?, limit: Int, bytes: Int
    ) async throws -> MessagePage? {
        try await base.messages(in: id, of: owner, before: sequence, limit: limit, bytes: bytes)
    }

    func history(before answer: Message, of owner: UserID, bytes: Int) async throws -> [Message] {
        try await base.history(before: answer, of: owner, bytes: bytes)
    }

    func checkpoint(_ answers: [AnswerProgress]) async throws {
        steps.withLock { $0.append(answers) }
        throw Broken()
    }

    /// What was to be kept of answers, step by step; none of it was.
    var checkpoints: [[AnswerProgress]] { steps.withLock { $0 } }

    func markInterrupted(now: Timestamp) async throws -> Int { try await base.markInterrupted(now: now) }

    func ping() async throws { try await base.ping() }
}
