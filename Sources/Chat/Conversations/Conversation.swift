/// One conversation as the list shows it.
public struct Conversation: Hashable, Sendable {
    /// The identifier.
    public let id: ConversationID
    /// The title.
    public let title: String
    /// Who chose the title.
    public let titleSource: TitleSource
    /// When it was begun.
    public let createdAt: Timestamp
    /// When its last message was written.
    public let updatedAt: Timestamp
    /// How many messages it holds, of both sides.
    public let messageCount: Int

    /// Where a title comes from.
    public enum TitleSource: String, Sendable {
        /// Taken from the first message.
        case auto
        /// Chosen by the user; never replaced by the program.
        case user
    }
}

/// The identifier of a conversation.
public typealias ConversationID = EntityID<Conversation>
