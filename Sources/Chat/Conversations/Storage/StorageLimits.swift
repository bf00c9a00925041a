/// What one user, and one conversation, may take of a store.
public struct StorageLimits: Hashable, Sendable {
    /// The most messages of a conversation, of both sides.
    public var messagesPerConversation: Int
    /// The most conversations of a user.
    public var conversationsPerUser: Int
    /// The most bytes of a user's messages, each with ``messageOverhead``. Answers being written may go beyond it.
    public var bytesPerUser: Int

    /// What a message takes beside its text, in bytes, so that many short ones count, too.
    public static let messageOverhead = 512

    /// Sets limits; the defaults are those of `chat.yaml`.
    public init(messagesPerConversation: Int = 2_000, conversationsPerUser: Int = 500, bytesPerUser: Int = 64 << 20) {
        self.messagesPerConversation = messagesPerConversation
        self.conversationsPerUser = conversationsPerUser
        self.bytesPerUser = bytesPerUser
    }
}
