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
    /// The files that messages have.
    public let files: [InspectedFile]
    /// Which of them is the last of the branch to show; `nil` for the last in the list.
    public let shown: Int?

    /// How many bytes of texts and files there are.
    public var bytes: Int {
        messages.reduce(0) { $0 + $1.content.utf8.count + StorageLimits.messageOverhead }
            + files.reduce(0) { $0 + $1.content.bytes.count + StorageLimits.messageOverhead }
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
        var files = ImportedFiles()
        for (place, message) in document.messages.enumerated() {
            var parent = place > 0 ? Optional(place - 1) : nil
            if let id = message.id {
                guard places.updateValue(place, forKey: id) == nil else { throw .order(place) }
                parent = try message.parent.map { id throws(ImportProblem) in
                    guard let parent = places[id], parent < place else { throw .order(place) }
                    return parent
                }
            }
            messages.append(
                try ImportedMessage(
                    message, after: parent.map { messages[$0] }, parent, place, try files.places(in: message, place),
                    now: now))
        }
        self.messages = messages
        self.files = files.all
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
    /// The places in the conversation's list of files of those that it has.
    public let files: [Int]

    fileprivate init(
        _ message: ConversationDocument.Message, after parent: ImportedMessage?, _ parentPlace: Int?, _ place: Int,
        _ files: [Int], now: Timestamp
    ) throws(ImportProblem) {
        guard let role = Message.Role(rawValue: message.role) else { throw .role(place) }
        // A question follows an answer or nothing, an answer a question.
        guard parent?.role != role, parent != nil || role == .user else { throw .order(place) }
        self.role = role
        self.parent = parentPlace
        self.files = files
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

/// The files of a conversation from elsewhere, each once.
private struct ImportedFiles {
    private(set) var all: [InspectedFile] = []
    private var known: [String: Int] = [:]

    /// Looks into the files of a message.
    ///
    /// - Returns: their places in the list.
    mutating func places(in message: ConversationDocument.Message, _ place: Int) throws(ImportProblem) -> [Int] {
        var places: [Int] = []
        for file in message.attachments ?? [] {
            guard message.role == Message.Role.user.rawValue else { throw .unknownFile(place) }
            if let content = file.content {
                guard let bytes = Data(base64Encoded: content) else { throw .unknownFile(place) }
                do throws(FileProblem) {
                    all.append(try InspectedFile(name: file.name ?? "", bytes: Array(bytes)))
                } catch {
                    throw .file(place, error)
                }
                places.append(all.count - 1)
                if let id = file.id { known[id] = all.count - 1 }
            } else if let earlier = file.id.flatMap({ known[$0] }) {
                places.append(earlier)
            } else {
                throw .unknownFile(place)
            }
        }
        let pictures = places.count { all[$0].content.isImage }
        guard Set(places).count == places.count, pictures <= ChatAttachment.imagesPerMessage,
            places.count - pictures <= ChatAttachment.documentsPerMessage
        else { throw .tooManyFiles(place) }
        return places
    }
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
    /// A file of a message, counted from 0, cannot be attached.
    case file(Int, FileProblem)
    /// A file of a message, counted from 0, has no content that can be read, or stands at an answer.
    case unknownFile(Int)
    /// A message, counted from 0, has more files than it may, or one twice.
    case tooManyFiles(Int)

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
        case .file(_, let problem): problem.code
        case .unknownFile: "unknown-file"
        case .tooManyFiles: "too-many-files"
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
        case .file(let place, let problem):
            "A file of message \(place + 1) of a conversation cannot be attached. \(problem)"
        case .unknownFile(let place):
            "A file of message \(place + 1) of a conversation has no content that can be read."
        case .tooManyFiles(let place):
            "Message \(place + 1) of a conversation has more files than the \(ChatAttachment.imagesPerMessage) pictures and "
                + "\(ChatAttachment.documentsPerMessage) documents that it may have, or one twice."
        }
    }
}
