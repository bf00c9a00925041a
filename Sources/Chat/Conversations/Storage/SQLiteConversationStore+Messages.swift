internal import GRDB

extension SQLiteConversationStore {
    /// A page of the branch that is shown; one indexed read for each message.
    public func messages(
        in id: ConversationID, of owner: UserID, before sequence: Int?, limit: Int, bytes: Int
    ) async throws -> MessagePage? {
        try await database.read { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return nil }
            let last: MessageID?
            if let sequence {
                last = try String.fetchOne(
                    database,
                    sql: "SELECT parent_id FROM message WHERE conversation_id = ? AND owner_id = ? AND seq = ?",
                    arguments: [id.text, owner.text, sequence]
                ).flatMap { MessageID($0) }
            } else {
                last = try Conversation.leaf(of: id, of: owner, in: database)
            }
            let messages = try Message.path(
                to: last, in: id, of: owner, limit: limit, bytes: bytes, database: database)
            var siblings: [MessageID: [MessageID]] = [:]
            var attachments: [MessageID: [Attachment]] = [:]
            for message in messages {
                let files = message.role == .user ? try Attachment.all(of: message.id, of: owner, in: database) : []
                if !files.isEmpty { attachments[message.id] = files }
                let all = try message.siblings(of: owner, in: database)
                if all.count > 1 { siblings[message.id] = all }
            }
            let first = messages.first
            return MessagePage(
                messages: messages, earlier: first?.parentID == nil ? nil : first?.sequence, siblings: siblings,
                attachments: attachments)
        }
    }

    /// Messages of all branches; one indexed read, row by row.
    public func allMessages(
        in id: ConversationID, of owner: UserID, after sequence: Int, limit: Int, bytes: Int
    ) async throws -> [Message] {
        try await database.read { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return [] }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT * FROM message WHERE conversation_id = ? AND owner_id = ? AND seq > ? ORDER BY seq LIMIT ?
                    """,
                arguments: [id.text, owner.text, sequence, limit])
            var messages: [Message] = []
            var size = 0
            while let row = try rows.next() {
                let message = try Message(row: row)
                size += message.content.utf8.count
                guard messages.isEmpty || size <= bytes else { break }
                messages.append(message)
            }
            return messages
        }
    }

    /// Identifiers alone, so that no text is read.
    public func shownMessages(in id: ConversationID, of owner: UserID) async throws -> [MessageID] {
        try await database.read { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return [] }
            let parent = try database.cachedStatement(
                sql: "SELECT parent_id FROM message WHERE id = ? AND conversation_id = ? AND owner_id = ?")
            var ids: [MessageID] = []
            var next = try Conversation.leaf(of: id, of: owner, in: database)
            while let message = next,
                let row = try Row.fetchOne(parent, arguments: [message.text, id.text, owner.text])
            {
                ids.append(message)
                next = (row["parent_id"] as String?).flatMap { MessageID($0) }
            }
            return ids.reversed()
        }
    }

    /// What leads to an answer; it holds up no writer.
    public func history(before answer: Message, of owner: UserID, bytes: Int) async throws -> [Message] {
        try await database.read { database in
            try Message.path(
                to: answer.parentID, in: answer.conversationID, of: owner, limit: Self.longestHistory, bytes: bytes,
                database: database)
        }
    }

    /// More messages are given to no model, however short they are.
    private static var longestHistory: Int { 500 }
}
