import Foundation

/// A conversation from elsewhere, checked, ready to be stored.
public struct ImportedConversation: Hashable, Sendable {
    /// The title.
    public let title: ConversationTitle
    /// What the model is told before the first message.
    public let instructions: Instructions?
    /// Whether it stands at the top of the list.
    public let isPinned: Bool
    /// When it was begun.
    public let createdAt: Timestamp
    /// The messages; each follows one before it in the list, or none.
    public let messages: [ImportedMessage]
    /// Which of them is the last of the branch to show; `nil` for the last in the list.
    public let shown: Int?

    /// How many bytes of text there are.
    public var bytes: Int {
        messages.reduce(0) { $0 + $1.content.utf8.count + StorageLimits.messageOverhead }
    }

    /// Checks a document.
    ///
    /// Answers are marked as imported: nobody here saw a model write them.
    ///
    /// - Throws: the first problem found.
    init(_ document: ConversationDocument.Conversation, now: Timestamp) throws(ImportProblem) {
        do throws(TextProblem) {
            title = try ConversationTitle(document.title)
            instructions = try document.instructions.map { text throws(TextProblem) in try Instructions(text) }
        } catch {
            throw .text(error)
        }
        isPinned = document.pinned ?? false
        createdAt = Self.time(document.createdAt, now: now)
        guard !document.messages.isEmpty else { throw .noMessages }
        var places: [String: Int] = [:]
        var messages: [ImportedMessage] = []
        for (place, message) in document.messages.enumerated() {
            var parent = place > 0 ? Optional(place - 1) : nil
            if let id = message.id {
                guard places.updateValue(place, forKey: id) == nil else { throw .order(place) }
                parent = try message.parent.map { id throws(ImportProblem) in
                    guard let parent = places[id], parent < place else { throw .order(place) }
                    return parent
                }
            }
            messages.append(try ImportedMessage(message, after: parent.map { messages[$0] }, parent, place, now: now))
        }
        self.messages = messages
        shown = document.shown.flatMap { places[$0] }
    }

    static func time(_ milliseconds: Int?, now: Timestamp) -> Timestamp {
        guard let milliseconds, (0...now.milliseconds).contains(milliseconds) else { return now }
        return Timestamp(milliseconds: milliseconds)
    }
}

/// A message from elsewhere, checked.
public struct ImportedMessage: Hashable, Sendable {
    /// Who wrote it.
    public let role: Message.Role
    /// The text.
    public let content: String
    /// How it ended.
    public let status: Message.Status
    /// Whether it was scripted.
    public let simulated: Bool
    /// When it was written.
    public let createdAt: Timestamp
    /// The place in the list of the message it follows.
    public let parent: Int?

    fileprivate init(
        _ message: ConversationDocument.Message, after parent: ImportedMessage?, _ parentPlace: Int?, _ place: Int,
        now: Timestamp
    ) throws(ImportProblem) {
        guard let role = Message.Role(rawValue: message.role) else { throw .role(place) }
        // A question follows an answer or nothing, an answer a question.
        guard parent?.role != role, parent != nil || role == .user else { throw .order(place) }
        self.role = role
        self.parent = parentPlace
        do throws(TextProblem) {
            switch role {
            case .user: content = try MessageText(message.content).value
            case .assistant: content = try Self.answer(message.content)
            }
        } catch {
            throw .text(error)
        }
        let status = message.status.flatMap(Message.Status.init(rawValue:)) ?? .complete
        self.status = role == .user ? .complete : status == .streaming ? .interrupted : status
        simulated = role == .assistant && message.simulated ?? false
        createdAt = ImportedConversation.time(message.createdAt, now: now)
    }

    private static func answer(_ text: String) throws(TextProblem) -> String {
        let value = try TextNormalisation.normalise(text, as: .answer)
        guard value.utf8.count <= answerLimit else {
            throw .tooManyBytes(.answer, limit: answerLimit, actual: value.utf8.count)
        }
        return value
    }

    /// As long as an answer may be that is written here.
    private static let answerLimit = 1_000_000
}

/// Why a document cannot be imported. The description never repeats what is in it.
public enum ImportProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not JSON of the wanted shape.
    case malformed
    /// It is of another format, or of a later version.
    case unknownFormat
    /// It holds no conversation.
    case noConversations
    /// A conversation holds no message.
    case noMessages
    /// A text in it cannot be used.
    case text(TextProblem)
    /// A message, counted from 0, is of neither side.
    case role(Int)
    /// A message, counted from 0, does not follow one before it, or one of the same side.
    case order(Int)

    /// A name that programs can rely on.
    public var code: String {
        switch self {
        case .malformed: "malformed"
        case .unknownFormat: "unknown-format"
        case .noConversations: "no-conversations"
        case .noMessages: "no-messages"
        case .text(let problem): problem.code
        case .role: "role"
        case .order: "order"
        }
    }

    /// A sentence for the person who sent it.
    public var description: String {
        switch self {
        case .malformed: "The file is not an exported conversation in JSON. Choose a file that was exported here."
        case .unknownFormat:
            "The file is of an unknown format. Files with the format \(ConversationDocument.formatName) can be imported."
        case .noConversations: "The file holds no conversation."
        case .noMessages: "A conversation in the file holds no message."
        case .text(let problem): problem.description
        case .role(let place): "Message \(place + 1) of a conversation in the file is of neither user nor assistant."
        case .order(let place):
            "Message \(place + 1) of a conversation in the file does not follow one of the other side before it."
        }
    }
}
