import Conversations
import Foundation
import Hummingbird
import NIOCore

/// Writes conversations as documents, some messages at a time, so that their length takes no memory.
struct ConversationExport: Sendable {
    let store: any ConversationStore
    let owner: UserID

    /// A ``ConversationDocument`` of all branches, with their files.
    func writeJSON(_ conversations: [Conversation], to writer: inout any ResponseBodyWriter) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try await writer.write(text: #"{"format":"\#(ConversationDocument.formatName)","conversations":["#)
        for (index, conversation) in conversations.enumerated() {
            let shown = try await store.shownMessages(in: conversation.id, of: owner).last
            let head = Head(ConversationDocument.Conversation(conversation, shown: shown))
            // The messages come after the other members, in the same object.
            let members = String(decoding: try encoder.encode(head).dropLast(), as: UTF8.self)
            try await writer.write(text: (index > 0 ? ",\n" : "\n") + members + #","messages":["#)
            var separator = "\n"
            var written: Set<AttachmentID> = []
            try await forEachPage(of: conversation) { messages in
                let files = try await store.files(of: messages.map(\.id), of: owner)
                for message in messages {
                    let json = try encoder.encode(ConversationDocument.Message(message))
                    try await writer.write(text: separator)
                    try await write(files[message.id] ?? [], of: json, &written, encoder, to: &writer)
                    separator = ",\n"
                }
            }
            try await writer.write(text: "]}")
        }
        try await writer.write(text: "\n]}\n")
    }

    /// A message with its files, of which one at a time is in memory.
    ///
    /// - Parameters:
    ///   - message: the message as JSON, without them.
    ///   - written: the files whose content stands in the document already, as that of another wording's.
    private func write(
        _ files: [Attachment], of message: Data, _ written: inout Set<AttachmentID>, _ encoder: JSONEncoder,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        guard !files.isEmpty else { return try await writer.write(ByteBuffer(bytes: message)) }
        try await writer.write(text: String(decoding: message.dropLast(), as: UTF8.self) + #","attachments":["#)
        var separator = ""
        for file in files {
            let isNew = written.insert(file.id).inserted
            let stored = isNew ? try await store.attachment(file.id, of: owner) : nil
            // Deleted meanwhile, and the conversation with it.
            if isNew, stored == nil { continue }
            let json = try encoder.encode(ConversationDocument.File(file, content: stored?.1))
            try await writer.write(text: separator)
            try await writer.write(ByteBuffer(bytes: json))
            separator = ","
        }
        try await writer.write(text: "]}")
    }

    /// The branch that is shown, for reading.
    func writeMarkdown(_ conversation: Conversation, to writer: inout any ResponseBodyWriter) async throws {
        let shown = Set(try await store.shownMessages(in: conversation.id, of: owner))
        try await writer.write(text: "# \(Self.plain(conversation.title))\n")
        if let instructions = conversation.instructions {
            try await writer.write(text: "\n## Instructions\n\n\(Self.quoted(instructions))\n")
        }
        try await forEachPage(of: conversation) { messages in
            for message in messages where shown.contains(message.id) {
                try await writer.write(text: Self.markdown(of: message))
            }
        }
    }

    private func forEachPage(of conversation: Conversation, _ take: ([Message]) async throws -> Void) async throws {
        var last = 0
        while true {
            let messages = try await store.allMessages(
                in: conversation.id, of: owner, after: last, limit: Self.messages,
                bytes: ChatConfiguration.Limits.bytesPerPage)
            guard let end = messages.last?.sequence else { return }
            try await take(messages)
            last = end
        }
    }

    private static func markdown(of message: Message) -> String {
        let time = Date(timeIntervalSince1970: Double(message.createdAt.milliseconds) / 1_000)
            .formatted(.iso8601.dateTimeSeparator(.space))
        switch message.role {
        case .user: return "\n## You – \(time)\n\n\(quoted(message.content))\n"
        case .assistant:
            var text = "\n## Answer – \(message.modelID ?? "unknown model"), \(time)\n"
            if message.simulated { text += "\n**Scripted answer: no AI model took part.**\n" }
            text += "\n\(message.content)\n"
            if message.status != .complete { text += "\n*The answer ended early (\(message.status.rawValue)).*\n" }
            return text
        }
    }

    /// What a person wrote is no Markdown: as a quotation, its lines stay its own.
    private static func quoted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + $0 }.joined(separator: "\n")
    }

    private static func plain(_ title: String) -> String {
        title.replacing("\\", with: "\\\\").replacing("*", with: "\\*").replacing("_", with: "\\_")
            .replacing("<", with: "\\<").replacing("[", with: "\\[").replacing("`", with: "\\`")
    }

    /// The members of a conversation but its messages.
    private struct Head: Encodable {
        let title: String
        let instructions: String?
        let pinned: Bool?
        let createdAt: Int?
        let shown: String?

        init(_ conversation: ConversationDocument.Conversation) {
            title = conversation.title
            instructions = conversation.instructions
            pinned = conversation.pinned
            createdAt = conversation.createdAt
            shown = conversation.shown
        }
    }

    private static let messages = 100
}

extension ResponseBodyWriter {
    fileprivate mutating func write(text: String) async throws {
        try await write(ByteBuffer(string: text))
    }
}
