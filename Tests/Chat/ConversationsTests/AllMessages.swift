import Conversations

extension ConversationStore {
    /// All messages of a conversation, in order.
    func messages(in id: ConversationID, of owner: UserID) async throws -> [Message]? {
        try await messages(in: id, of: owner, before: nil, limit: .max, bytes: .max)?.messages
    }

    /// Keeps what has been received of one answer.
    func checkpoint(_ id: MessageID, of owner: UserID, content: String) async throws {
        try await checkpoint([AnswerProgress(answer: id, owner: owner, content: content)])
    }
}
