import Conversations
import Hummingbird

/// `GET /api/me`.
struct MeBody: ResponseEncodable {
    /// Tells this user's drafts from another's in the same browser tab; it names nobody elsewhere.
    let id: String
    let name: String
    let email: String?
    let model: Model
    let limits: Limits
    /// Whether everybody's usage may be seen.
    let admin: Bool

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
        let instructionsCharacters = Instructions.characterLimit
        let searchCharacters = SearchQuery.characterLimit
        let imageBytes = ChatAttachment.imageByteLimit
        let fileBytes = ChatAttachment.documentByteLimit
        let filesPerMessage = ChatAttachment.imagesPerMessage
        let importBytes: Int
    }

    init(_ visitor: Visitor, model: ModelDescriptor, importBytes: Int, isAdministrator: Bool) {
        limits = Limits(importBytes: importBytes)
        admin = isAdministrator
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
    let pinned: Bool
    let instructions: String?

    init(_ conversation: Conversation) {
        pinned = conversation.isPinned
        instructions = conversation.instructions
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
    /// A sentence for the person about the error; absent where there was none.
    let errorMessage: String?
    /// A sentence for the person about the reason to stop; absent where the answer simply ended.
    let notice: String?
    let provider: String?
    let model: String?
    let simulated: Bool
    let createdAt: Int
    let completedAt: Int?
    /// The messages it stands among, itself included; absent where it stands alone.
    let siblings: [String]?
    /// Whether more of it can be asked for.
    let continuable: Bool
    let usage: FiguresBody?
    /// The files that were sent with it; absent for none.
    let attachments: [AttachmentBody]?

    init(_ message: Message, siblings: [MessageID]? = nil, attachments: [Attachment]? = nil) {
        self.attachments = attachments?.map(AttachmentBody.init)
        self.siblings = siblings?.map(\.text)
        continuable = message.isContinuable
        usage = message.figures.map(FiguresBody.init)
        id = message.id.text
        role = message.role.rawValue
        content = message.content
        status = message.status.rawValue
        stopReason = message.stopReason?.rawValue
        errorCode = message.errorCode
        errorMessage = message.errorCode.flatMap(ChatModelError.Code.init(rawValue:))?.sentence
        notice = message.stopReason?.notice
        provider = message.provider
        model = message.modelID
        simulated = message.simulated
        createdAt = message.createdAt.milliseconds
        completedAt = message.completedAt?.milliseconds
    }
}

/// `DELETE /api/conversations`: what was deleted, so that it can be restored.
struct DeletedBody: ResponseEncodable {
    let deleted: [String]
}

/// `POST /api/import`.
struct ImportedBody: ResponseEncodable {
    let imported: [ConversationBody]
}

/// `GET /api/search`.
struct SearchBody: ResponseEncodable {
    let results: [Hit]

    struct Hit: Encodable {
        let conversation: ConversationBody
        /// Where it was found; absent where the title alone fits.
        let messageId: String?
        let excerpt: [Part]
    }

    struct Part: Encodable {
        let text: String
        let match: Bool
    }

    init(_ hits: [SearchHit]) {
        results = hits.map { hit in
            Hit(
                conversation: ConversationBody(hit.conversation), messageId: hit.messageID?.text,
                excerpt: hit.excerpt.map { Part(text: $0.text, match: $0.isMatch) })
        }
    }
}
