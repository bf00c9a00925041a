internal import GRDB

extension SQLiteConversationStore {
    /// The messages in order; one indexed read.
    public func messages(in id: ConversationID, of owner: UserID) async throws -> [Message]? {
        try await database.read { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return nil }
            return try Message.all(in: id, of: owner, in: database)
        }
    }

    /// Stores question and answer in one transaction.
    public func beginTurn(
        in id: ConversationID, of owner: UserID, text: MessageText?, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn {
        try await database.write { database in
            guard let conversation = try Conversation.find(id, of: owner, in: database) else {
                throw ConversationStoreError.notFound
            }
            var history = try Message.all(in: id, of: owner, in: database)
            guard !history.contains(where: { $0.status == .streaming }) else {
                throw ConversationStoreError.answerInProgress
            }
            guard history.count + 2 <= messageLimit else {
                throw ConversationStoreError.full(limit: messageLimit)
            }
            if let text {
                let sequence = (history.last?.sequence ?? 0) + 1
                history.append(.question(text, in: id, sequence: sequence, now: now))
                try history[history.count - 1].insert(of: owner, in: database)
                if conversation.messageCount == 0, conversation.titleSource == .auto {
                    try database.execute(
                        sql: "UPDATE conversation SET title = ? WHERE id = ? AND owner_id = ?",
                        arguments: [ConversationTitle(firstMessage: text).value, id.text, owner.text])
                }
            } else {
                guard let last = history.last, last.role == .user || last.status != .complete else {
                    throw ConversationStoreError.nothingToRetry
                }
            }
            guard let question = history.last(where: { $0.role == .user }), let last = history.last else {
                throw ConversationStoreError.nothingToRetry
            }
            let answer = Message.answer(in: id, sequence: last.sequence + 1, model: model, now: now)
            try answer.insert(of: owner, in: database)
            try database.execute(
                sql: "UPDATE conversation SET updated_at = ?, message_count = ? WHERE id = ? AND owner_id = ?",
                arguments: [now.milliseconds, history.count + 1, id.text, owner.text])
            guard let updated = try Conversation.find(id, of: owner, in: database) else {
                throw StoredRowError(table: "conversation")
            }
            return BegunTurn(conversation: updated, question: question, answer: answer, history: history)
        }
    }

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
