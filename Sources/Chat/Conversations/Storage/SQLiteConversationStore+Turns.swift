internal import GRDB

extension SQLiteConversationStore {
    /// A page of messages; one indexed read, from the newest on.
    public func messages(
        in id: ConversationID, of owner: UserID, before sequence: Int?, limit: Int, bytes: Int
    ) async throws -> MessagePage? {
        try await database.read { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return nil }
            let messages = try Message.newest(
                in: id, of: owner, before: sequence ?? .max, limit: limit, bytes: bytes, in: database)
            // The first message of a conversation has the sequence 1, and none is ever taken out.
            let first = messages.first?.sequence ?? 1
            return MessagePage(messages: messages, earlier: first > 1 ? first : nil)
        }
    }

    /// What came before an answer; one indexed read, from the newest on, which holds up no writer.
    public func history(before answer: Message, of owner: UserID, bytes: Int) async throws -> [Message] {
        try await database.read { database in
            try Message.newest(
                in: answer.conversationID, of: owner, before: answer.sequence, limit: Self.longestHistory, bytes: bytes,
                in: database)
        }
    }

    /// Stores question and answer in one transaction, which reads no message but the last ones.
    public func beginTurn(
        in id: ConversationID, of owner: UserID, text: MessageText?, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn {
        try await database.write { database in
            guard let conversation = try Conversation.find(id, of: owner, in: database) else {
                throw ConversationStoreError.notFound
            }
            guard conversation.messageCount + 2 <= limits.messagesPerConversation else {
                throw ConversationStoreError.full(limit: limits.messagesPerConversation)
            }
            let stored = try Int.fetchOne(
                database, sql: "SELECT stored_bytes FROM user WHERE id = ?", arguments: [owner.text])
            guard stored ?? 0 < limits.bytesPerUser else {
                throw ConversationStoreError.tooManyBytes(limit: limits.bytesPerUser)
            }
            try database.execute(
                sql: """
                    UPDATE message SET status = 'interrupted', completed_at = ?
                    WHERE conversation_id = ? AND owner_id = ? AND status = 'streaming'
                    """,
                arguments: [now.milliseconds, id.text, owner.text])
            let last = try Message.last(in: id, of: owner, in: database)
            let question: Message
            if let text {
                question = .question(text, in: id, sequence: (last?.sequence ?? 0) + 1, now: now)
                try question.insert(of: owner, in: database)
                if conversation.messageCount == 0, conversation.titleSource == .auto {
                    try database.execute(
                        sql: "UPDATE conversation SET title = ? WHERE id = ? AND owner_id = ?",
                        arguments: [ConversationTitle(firstMessage: text).value, id.text, owner.text])
                }
            } else {
                guard let last, last.role == .user || last.status != .complete,
                    let asked = try Message.last(in: id, of: owner, role: .user, in: database)
                else { throw ConversationStoreError.nothingToRetry }
                question = asked
            }
            let sequence = max(question.sequence, last?.sequence ?? 0) + 1
            let answer = Message.answer(in: id, sequence: sequence, model: model, now: now)
            try answer.insert(of: owner, in: database)
            try database.execute(
                sql: "UPDATE conversation SET updated_at = ?, message_count = ? WHERE id = ? AND owner_id = ?",
                arguments: [now.milliseconds, sequence, id.text, owner.text])
            guard let updated = try Conversation.find(id, of: owner, in: database) else {
                throw StoredRowError(table: "conversation")
            }
            return BegunTurn(conversation: updated, question: question, answer: answer)
        }
    }

    /// More messages are given to no model, however short they are.
    private static var longestHistory: Int { 500 }

    /// Replaces the text of a row that is still being written.
    public func checkpoint(_ id: MessageID, of owner: UserID, content: String) async throws {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE message SET content = ? WHERE id = ? AND owner_id = ? AND status = 'streaming'",
                arguments: [content, id.text, owner.text])
        }
    }

    /// Ends a row that is still being written.
    public func finish(_ id: MessageID, of owner: UserID, with ending: MessageEnding, now: Timestamp) async throws {
        try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE message
                    SET content = :content, status = :status, stop_reason = :reason, error_code = :error,
                        completed_at = :now
                    WHERE id = :id AND owner_id = :owner AND status = 'streaming'
                    """,
                arguments: [
                    "content": ending.content, "status": ending.status.rawValue,
                    "reason": ending.stopReason?.rawValue, "error": ending.errorCode, "now": now.milliseconds,
                    "id": id.text, "owner": owner.text,
                ])
        }
    }

    /// Ends the rows an earlier process left; found by a partial index.
    public func markInterrupted(now: Timestamp) async throws -> Int {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE message SET status = 'interrupted', completed_at = ? WHERE status = 'streaming'",
                arguments: [now.milliseconds])
            return database.changesCount
        }
    }
}
