internal import GRDB

extension SQLiteConversationStore {
    /// Stores question and answer in one transaction, which reads no message but those it is about.
    public func beginTurn(
        in id: ConversationID, of owner: UserID, asking request: TurnRequest, model: ModelDescriptor, now: Timestamp
    ) async throws -> BegunTurn {
        try await database.write { database in
            guard let conversation = try Conversation.find(id, of: owner, in: database) else {
                throw ConversationStoreError.notFound
            }
            try checkRoom(for: owner, messages: conversation.messageCount + 2, in: database)
            try database.execute(
                sql: """
                    UPDATE message SET status = 'interrupted', completed_at = ?
                    WHERE conversation_id = ? AND owner_id = ? AND status = 'streaming'
                    """,
                arguments: [now.milliseconds, id.text, owner.text])
            let leaf = try Conversation.leaf(of: id, of: owner, in: database).flatMap {
                try Message.find($0, in: id, of: owner, database: database)
            }
            let sequence = try Message.nextSequence(in: id, of: owner, database: database)
            let question: Message
            var answer: Message?
            switch request {
            case .ask(let text, let attachments):
                question = .question(text.value, in: id, after: leaf?.id, sequence: sequence, now: now)
                try question.insert(of: owner, in: database)
                try add(attachments, to: question, of: owner, in: database)
                try giveTitle(text, to: conversation, of: owner, in: database)
            case .edit(let edited, let text):
                guard let edited = try Message.find(edited, in: id, of: owner, database: database), edited.role == .user
                else { throw ConversationStoreError.notFound }
                question = .question(text.value, in: id, after: edited.parentID, sequence: sequence, now: now)
                try question.insert(of: owner, in: database)
                let attachments = try Attachment.all(of: edited.id, of: owner, in: database).map(\.id)
                try add(attachments, to: question, of: owner, in: database)
            case .again(let message):
                question = try self.question(toAskAgain: message, leaf: leaf, in: id, of: owner, database)
            case .proceed:
                guard let leaf, leaf.isContinuable, let asked = leaf.parentID,
                    let asked = try Message.find(asked, in: id, of: owner, database: database)
                else { throw ConversationStoreError.nothingToContinue }
                question = asked
                answer = try resume(leaf, of: owner, model: model, in: database)
            }
            let answerSequence = max(question.sequence + 1, sequence)
            let begun = answer ?? .answer(to: question, sequence: answerSequence, model: model, now: now)
            if answer == nil { try begun.insert(of: owner, in: database) }
            try database.execute(
                sql: """
                    UPDATE conversation SET updated_at = :now, leaf_id = :leaf,
                        message_count = (SELECT COUNT(*) FROM message WHERE conversation_id = :id)
                    WHERE id = :id AND owner_id = :owner
                    """,
                arguments: ["now": now.milliseconds, "leaf": begun.id.text, "id": id.text, "owner": owner.text])
            guard let updated = try Conversation.find(id, of: owner, in: database) else {
                throw StoredRowError(table: "conversation")
            }
            return BegunTurn(conversation: updated, question: question, answer: begun)
        }
    }

    /// Refuses what would go beyond the limits.
    func checkRoom(for owner: UserID, messages: Int, bytes: Int = 0, in database: Database) throws {
        guard messages <= limits.messagesPerConversation else {
            throw ConversationStoreError.full(limit: limits.messagesPerConversation)
        }
        func isFull() throws -> Bool {
            let stored = try Int.fetchOne(
                database, sql: "SELECT stored_bytes FROM user WHERE id = ?", arguments: [owner.text])
            return (stored ?? 0) + bytes >= limits.bytesPerUser
        }
        if try isFull() {
            try purgeDeleted(of: owner, in: database)
            guard try !isFull() else { throw ConversationStoreError.tooManyBytes(limit: limits.bytesPerUser) }
        }
    }

    private func giveTitle(
        _ text: MessageText, to conversation: Conversation, of owner: UserID, in database: Database
    ) throws {
        guard conversation.messageCount == 0, conversation.titleSource == .auto else { return }
        try database.execute(
            sql: "UPDATE conversation SET title = ? WHERE id = ? AND owner_id = ?",
            arguments: [ConversationTitle(firstMessage: text).value, conversation.id.text, owner.text])
    }

    private func question(
        toAskAgain id: MessageID?, leaf: Message?, in conversation: ConversationID, of owner: UserID,
        _ database: Database
    ) throws -> Message {
        var found: Message?
        if let id {
            found = try Message.find(id, in: conversation, of: owner, database: database)
            guard found != nil else { throw ConversationStoreError.notFound }
        } else if leaf?.role == .user || leaf?.status != .complete {
            found = leaf
        }
        if let answer = found, answer.role == .assistant {
            found = try answer.parentID.flatMap {
                try Message.find($0, in: conversation, of: owner, database: database)
            }
        }
        guard let found else { throw ConversationStoreError.nothingToRetry }
        return found
    }

    /// Opens an ended answer again. Its figures stay: what comes is added to them.
    private func resume(
        _ answer: Message, of owner: UserID, model: ModelDescriptor, in database: Database
    ) throws -> Message {
        try database.execute(
            sql: """
                UPDATE message SET status = 'streaming', stop_reason = NULL, error_code = NULL, completed_at = NULL,
                    provider = ?, model_id = ?, simulated = MAX(simulated, ?)
                WHERE id = ? AND owner_id = ?
                """,
            arguments: [model.provider, model.modelID, model.simulated, answer.id.text, owner.text])
        guard
            let resumed = try Message.find(answer.id, in: answer.conversationID, of: owner, database: database)
        else { throw StoredRowError(table: "message") }
        return resumed
    }

    /// Replaces the text of rows that are still being written, in one transaction.
    public func checkpoint(_ answers: [AnswerProgress]) async throws {
        try await database.write { database in
            let statement = try database.cachedStatement(
                sql: "UPDATE message SET content = ? WHERE id = ? AND owner_id = ? AND status = 'streaming'")
            for progress in answers {
                try statement.execute(arguments: [progress.content, progress.answer.text, progress.owner.text])
            }
        }
    }

    /// Ends a row that is still being written, and counts what it took.
    ///
    /// Of an answer whose conversation was purged meanwhile no row is left; what it took is counted for its owner. Of one
    /// that was ended before, everything has been counted.
    public func finish(_ id: MessageID, of owner: UserID, with ending: MessageEnding, now: Timestamp) async throws {
        try await database.write { database in
            let stored = try Row.fetchOne(
                database, sql: "SELECT status, provider, model_id FROM message WHERE id = ? AND owner_id = ?",
                arguments: [id.text, owner.text])
            if let stored, (stored["status"] as String) != Message.Status.streaming.rawValue { return }
            let figures = ending.figures
            // The content before the status, which puts it into the search index.
            try database.execute(
                sql: "UPDATE message SET content = ? WHERE id = ? AND owner_id = ?",
                arguments: [ending.content, id.text, owner.text])
            try database.execute(
                sql: """
                    UPDATE message
                    SET status = :status, stop_reason = :reason, error_code = :error, completed_at = :now,
                        input_tokens = CASE WHEN :input IS NULL THEN input_tokens
                            ELSE COALESCE(input_tokens, 0) + :input END,
                        output_tokens = CASE WHEN :output IS NULL THEN output_tokens
                            ELSE COALESCE(output_tokens, 0) + :output END,
                        cost_micro_usd = CASE WHEN :cost IS NULL THEN cost_micro_usd
                            ELSE COALESCE(cost_micro_usd, 0) + :cost END,
                        estimated = MAX(COALESCE(estimated, 0), COALESCE(:estimated, estimated, 0)),
                        first_token_ms = COALESCE(first_token_ms, :first),
                        latency_ms = COALESCE(latency_ms, 0) + COALESCE(:latency, 0)
                    WHERE id = :id AND owner_id = :owner
                    """,
                arguments: [
                    "status": ending.status.rawValue, "reason": ending.stopReason?.rawValue,
                    "error": ending.errorCode, "now": now.milliseconds, "input": figures?.inputTokens,
                    "output": figures?.outputTokens, "cost": figures?.costMicroUSD, "estimated": figures?.isEstimated,
                    "first": figures?.firstTokenMilliseconds, "latency": figures?.milliseconds, "id": id.text,
                    "owner": owner.text,
                ])
            if let figures {
                try count(
                    figures, status: ending.status, provider: stored?["provider"] ?? "unknown",
                    modelID: stored?["model_id"] ?? "unknown", of: owner, now: now, in: database)
            }
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

extension Message {
    /// Whether more of this answer can be asked for: it holds a word, and ended early.
    public var isContinuable: Bool {
        role == .assistant && content.contains(where: { !$0.isWhitespace }) && status != .streaming
            && (status != .complete || stopReason == .maxTokens)
    }
}
