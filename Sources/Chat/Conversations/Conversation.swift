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
    /// How many messages it holds, of both sides and on all branches.
    public let messageCount: Int
    /// Whether the user wants it at the top of the list.
    public var isPinned = false
    /// What the model is told before the first message; `nil` for nothing.
    public var instructions: String?

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

/// What a user changes of a conversation; `nil` leaves things as they are.
public struct ConversationChange: Hashable, Sendable {
    /// A title of the user's choice.
    public var title: ConversationTitle?
    /// Whether it stands at the top of the list.
    public var isPinned: Bool?
    /// What the model is told before the first message. An empty ``Instructions`` takes them away.
    public var instructions: Instructions?
    /// A message on the branch to show from now on; the branch goes on to its newest end.
    public var shownMessage: MessageID?

    /// A change of nothing, or of what is given.
    public init(
        title: ConversationTitle? = nil, isPinned: Bool? = nil, instructions: Instructions? = nil,
        shownMessage: MessageID? = nil
    ) {
        self.title = title
        self.isPinned = isPinned
        self.instructions = instructions
        self.shownMessage = shownMessage
    }
}
