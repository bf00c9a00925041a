import Foundation

/// What conversations look like as a JSON document, to be taken elsewhere and brought back.
public struct ConversationDocument: Codable, Sendable {
    /// Always ``formatName``.
    public var format: String
    /// The conversations.
    public var conversations: [Conversation]

    /// The name of this format.
    public static let formatName = "gatehouse-chat/1"

    /// One conversation. Times are milliseconds since 1970 UTC.
    public struct Conversation: Codable, Sendable {
        /// The title.
        public var title: String
        /// What the model is told before the first message.
        public var instructions: String?
        /// Whether it stands at the top of the list.
        public var pinned: Bool?
        /// When it was begun.
        public var createdAt: Int?
        /// The identifier of the last message of the branch that is shown.
        public var shown: String?
        /// All messages of all branches, each behind the one it follows.
        public var messages: [Message]

        /// The members before the messages, from what is stored.
        public init(_ conversation: Conversations.Conversation, shown: MessageID?) {
            title = conversation.title
            instructions = conversation.instructions
            pinned = conversation.isPinned ? true : nil
            createdAt = conversation.createdAt.milliseconds
            self.shown = shown?.text
            messages = []
        }
    }

    /// One message.
    public struct Message: Codable, Sendable {
        /// What other messages call it; without one, messages follow one another in a single branch.
        public var id: String?
        /// The identifier of the message it follows.
        public var parent: String?
        /// `user` or `assistant`.
        public var role: String
        /// The text: Markdown in an answer, plain text in a question.
        public var content: String
        /// How its writing ended.
        public var status: String?
        /// Who answered.
        public var provider: String?
        /// Which model answered.
        public var model: String?
        /// Whether the answer was scripted and no model took part.
        public var simulated: Bool?
        /// When it was written.
        public var createdAt: Int?
        /// The files of a question.
        public var attachments: [File]?

        /// The members of a stored message but its files.
        public init(_ message: Conversations.Message) {
            id = message.id.text
            parent = message.parentID?.text
            role = message.role.rawValue
            content = message.content
            status = message.status.rawValue
            provider = message.provider
            model = message.modelID
            simulated = message.simulated ? true : nil
            createdAt = message.createdAt.milliseconds
        }
    }

    /// A file that goes with a question.
    public struct File: Codable, Sendable {
        /// What other questions of the conversation call it that have the same file.
        public var id: String?
        /// What the person calls it.
        public var name: String?
        /// Its bytes in Base64 (RFC 4648 §4); absent where a question before has the same file.
        public var content: String?

        /// A stored file; `content` where it stands for the first time.
        public init(_ attachment: Attachment, content: ChatAttachment?) {
            id = attachment.id.text
            name = attachment.name
            self.content = content.map { Data($0.bytes).base64EncodedString() }
        }
    }

    /// Reads a document and checks all of it.
    ///
    /// - Parameters:
    ///   - json: the document.
    ///   - now: what stands for times that are missing or still to come.
    /// - Throws: the first problem found.
    public static func conversations(
        in json: [UInt8], now: Timestamp
    ) throws(ImportProblem) -> [ImportedConversation] {
        struct Head: Decodable { let format: String? }
        let data = Data(json)
        guard let head = try? JSONDecoder().decode(Head.self, from: data) else { throw .malformed }
        guard head.format == formatName else { throw .unknownFormat }
        guard let document = try? JSONDecoder().decode(ConversationDocument.self, from: data) else { throw .malformed }
        guard !document.conversations.isEmpty else { throw .noConversations }
        var conversations: [ImportedConversation] = []
        for conversation in document.conversations {
            conversations.append(try ImportedConversation(conversation, now: now))
        }
        return conversations
    }
}
