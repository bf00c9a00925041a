import Conversations
import Hummingbird

/// `GET /api/me`.
struct MeBody: ResponseEncodable {
    /// Tells this user's drafts from another's in the same browser tab; it names nobody elsewhere.
    let id: String
    let name: String
    let email: String?
    let model: Model
    let limits = Limits()

    struct Model: Encodable {
        let provider: String
        let id: String
        let label: String
        let simulated: Bool
    }

    struct Limits: Encodable {
        let messageCharacters = MessageText.characterLimit
        let messageBytes = MessageText.byteLimit
        let titleCharacters = ConversationTitle.characterLimit
    }

    init(_ visitor: Visitor, model: ModelDescriptor) {
        id = visitor.user.id.text
        name = visitor.user.displayName
        email = visitor.identity.text("email")
        self.model = Model(
            provider: model.provider, id: model.modelID, label: model.label, simulated: model.simulated)
    }
}

/// A conversation as the API shows it. Times are milliseconds since 1970 UTC.
struct ConversationBody: ResponseEncodable {
    let id: String
    let title: String
    let titleSource: String
    let createdAt: Int
    let updatedAt: Int
    let messageCount: Int

    init(_ conversation: Conversation) {
        id = conversation.id.text
        title = conversation.title
        titleSource = conversation.titleSource.rawValue
        createdAt = conversation.createdAt.milliseconds
        updatedAt = conversation.updatedAt.milliseconds
        messageCount = conversation.messageCount
    }
}

/// `GET /api/conversations`.
struct ConversationListBody: ResponseEncodable {
    let conversations: [ConversationBody]
}

/// `GET /api/conversations/{id}`.
struct ConversationWithMessagesBody: ResponseEncodable {
    let conversation: ConversationBody
    /// One page of them, in order.
    let messages: [MessageBody]
    /// What to ask for with `before` to get the page before this one; absent where there is none.
    let earlier: Int?
    /// The answer being written now, to be followed at `/api/generations/{id}/events`.
    let generationId: String?
}

/// A message as the API shows it: raw Markdown, never HTML.
struct MessageBody: Encodable {
    let id: String
    let role: String
    let content: String
    let status: String
    let stopReason: String?
    let errorCode: String?
    let provider: String?
    let model: String?
    let simulated: Bool
    let createdAt: Int
    let completedAt: Int?

    init(_ message: Message) {
        id = message.id.text
        role = message.role.rawValue
        content = message.content
        status = message.status.rawValue
        stopReason = message.stopReason?.rawValue
        errorCode = message.errorCode
        provider = message.provider
        model = message.modelID
        simulated = message.simulated
        createdAt = message.createdAt.milliseconds
        completedAt = message.completedAt?.milliseconds
    }
}
