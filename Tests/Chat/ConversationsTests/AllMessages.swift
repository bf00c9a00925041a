import Conversations

extension ConversationStore {
    /// All messages of a conversation, in order.
    func messages(in id: ConversationID, of owner: UserID) async throws -> [Message]? {
        try await messages(in: id, of: owner, before: nil, limit: .max, bytes: .max)?.messages
    }
}
