internal import GRDB

extension SQLiteConversationStore {
    /// Inserts everything in one transaction.
    public func importConversation(
        _ conversation: ImportedConversation, of owner: UserID, now: Timestamp
    ) async throws -> Conversation {
        try await database.write { database in
            try checkRoom(
                for: owner, messages: conversation.messages.count, bytes: conversation.bytes, in: database)
            let id = try insertConversation(
                title: conversation.title, of: owner, createdAt: conversation.createdAt, updatedAt: now, in: database
            ).id
            var files: [AttachmentID] = []
            for file in conversation.files {
                files.append(try insert(file, to: id, of: owner, now: now, in: database).id)
            }
            var ids: [MessageID] = []
            for (place, message) in conversation.messages.enumerated() {
                let isAnswer = message.role == .assistant
                let stored = Message(
                    id: MessageID(now: now), conversationID: id, sequence: place + 1, role: message.role,
                    content: message.content, status: message.status, stopReason: nil, errorCode: nil,
                    provider: isAnswer ? "imported" : nil, modelID: isAnswer ? "imported" : nil,
                    simulated: message.simulated, createdAt: message.createdAt, completedAt: message.createdAt,
                    parentID: message.parent.map { ids[$0] })
                try stored.insert(of: owner, in: database)
                try add(message.files.map { files[$0] }, to: stored, of: owner, in: database)
                ids.append(stored.id)
            }
            let instructions = conversation.instructions.flatMap { $0.value.isEmpty ? nil : $0.value }
            let leaf = conversation.shown.map { ids[$0] } ?? ids.last
            try database.execute(
                sql: """
                    UPDATE conversation SET leaf_id = ?, message_count = ?, pinned = ?, instructions = ?
                    WHERE id = ? AND owner_id = ?
                    """,
                arguments: [leaf?.text, ids.count, conversation.isPinned, instructions, id.text, owner.text])
            guard let stored = try Conversation.find(id, of: owner, in: database) else {
                throw StoredRowError(table: "conversation")
            }
            return stored
        }
    }
}
