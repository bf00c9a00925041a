internal import GRDB

/// A row that does not hold what the schema promises; the file was changed by something else.
struct StoredRowError: Error {
    let table: String
}

extension User {
    init(row: Row) throws {
        guard let id = UserID(row["id"] as String) else { throw StoredRowError(table: "user") }
        self.init(id: id, displayName: row["display_name"])
    }
}

extension Conversation {
    init(row: Row) throws {
        guard let id = ConversationID(row["id"] as String), let source = TitleSource(rawValue: row["title_source"])
        else { throw StoredRowError(table: "conversation") }
        self.init(
            id: id, title: row["title"], titleSource: source,
            createdAt: Timestamp(milliseconds: row["created_at"]),
            updatedAt: Timestamp(milliseconds: row["updated_at"]), messageCount: row["message_count"],
            isPinned: row["pinned"], instructions: row["instructions"])
    }

    /// One that is not deleted.
    static func find(_ id: ConversationID, of owner: UserID, in database: Database) throws -> Conversation? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM conversation WHERE id = ? AND owner_id = ? AND deleted_at IS NULL",
            arguments: [id.text, owner.text]
        ).map(Conversation.init(row:))
    }

    /// The last message of the branch that is shown; `nil` in an empty conversation.
    static func leaf(of id: ConversationID, of owner: UserID, in database: Database) throws -> MessageID? {
        try String.fetchOne(
            database, sql: "SELECT leaf_id FROM conversation WHERE id = ? AND owner_id = ?",
            arguments: [id.text, owner.text]
        ).flatMap { MessageID($0) }
    }
}

extension Message {
    init(row: Row) throws {
        guard let id = MessageID(row["id"] as String),
            let conversation = ConversationID(row["conversation_id"] as String),
            let role = Role(rawValue: row["role"]), let status = Status(rawValue: row["status"])
        else { throw StoredRowError(table: "message") }
        self.init(
            id: id, conversationID: conversation, sequence: row["seq"], role: role, content: row["content"],
            status: status, stopReason: (row["stop_reason"] as String?).map(StopReason.init(rawValue:)),
            errorCode: row["error_code"], provider: row["provider"], modelID: row["model_id"],
            simulated: row["simulated"], createdAt: Timestamp(milliseconds: row["created_at"]),
            completedAt: (row["completed_at"] as Int?).map(Timestamp.init(milliseconds:)),
            parentID: (row["parent_id"] as String?).flatMap { MessageID($0) }, figures: AnswerFigures(row: row))
    }

    /// One message of a conversation.
    static func find(
        _ id: MessageID, in conversation: ConversationID, of owner: UserID, database: Database
    ) throws -> Message? {
        try database.cachedStatement(
            sql: "SELECT * FROM message WHERE id = ? AND conversation_id = ? AND owner_id = ?"
        ).fetchOne([id.text, conversation.text, owner.text]).map(Message.init(row:))
    }

    /// The messages that lead to one, in order and with it: at most `limit`, and no more than `bytes` of text beyond it.
    ///
    /// Rows are read one by one from the end, so what is beyond the limits is never in memory.
    static func path(
        to last: MessageID?, in conversation: ConversationID, of owner: UserID, limit: Int, bytes: Int,
        database: Database
    ) throws -> [Message] {
        var messages: [Message] = []
        var size = 0
        var next = last
        while messages.count < limit, let id = next,
            let message = try find(id, in: conversation, of: owner, database: database)
        {
            size += message.content.utf8.count
            guard messages.isEmpty || size <= bytes else { break }
            messages.append(message)
            next = message.parentID
        }
        return messages.reversed()
    }

    /// The messages with the same parent and of the same side, in the order of their making, with this one.
    func siblings(of owner: UserID, in database: Database) throws -> [MessageID] {
        try database.cachedStatement(
            sql: """
                SELECT id FROM message
                WHERE conversation_id = ? AND parent_id IS ? AND owner_id = ? AND role = ? ORDER BY seq
                """
        ).fetchAll([conversationID.text, parentID?.text, owner.text, role.rawValue]).compactMap { MessageID($0) }
    }

    /// The place behind all messages of a conversation.
    static func nextSequence(in id: ConversationID, of owner: UserID, database: Database) throws -> Int {
        let last = try Int.fetchOne(
            database, sql: "SELECT MAX(seq) FROM message WHERE conversation_id = ? AND owner_id = ?",
            arguments: [id.text, owner.text])
        return (last ?? 0) + 1
    }

    static func question(
        _ text: String, in id: ConversationID, after parent: MessageID?, sequence: Int, now: Timestamp
    ) -> Message {
        Message(
            id: MessageID(now: now), conversationID: id, sequence: sequence, role: .user, content: text,
            status: .complete, stopReason: nil, errorCode: nil, provider: nil, modelID: nil, simulated: false,
            createdAt: now, completedAt: now, parentID: parent)
    }

    static func answer(to question: Message, sequence: Int, model: ModelDescriptor, now: Timestamp) -> Message {
        Message(
            id: MessageID(now: now), conversationID: question.conversationID, sequence: sequence, role: .assistant,
            content: "", status: .streaming, stopReason: nil, errorCode: nil, provider: model.provider,
            modelID: model.modelID, simulated: model.simulated, createdAt: now, completedAt: nil,
            parentID: question.id)
    }

    func insert(of owner: UserID, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO message (id, conversation_id, owner_id, seq, role, content, status, stop_reason, error_code,
                    provider, model_id, simulated, created_at, completed_at, parent_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.text, conversationID.text, owner.text, sequence, role.rawValue, content, status.rawValue,
                stopReason?.rawValue, errorCode, provider, modelID, simulated, createdAt.milliseconds,
                completedAt?.milliseconds, parentID?.text,
            ])
    }
}

extension AnswerFigures {
    /// What a message's row says of it; `nil` where nothing is known.
    init?(row: Row) {
        guard let input = row["input_tokens"] as Int?, let output = row["output_tokens"] as Int? else { return nil }
        self.init(
            inputTokens: input, outputTokens: output, costMicroUSD: row["cost_micro_usd"],
            isEstimated: row["estimated"] ?? true, firstTokenMilliseconds: row["first_token_ms"],
            milliseconds: row["latency_ms"] ?? 0)
    }
}

extension Statement {
    fileprivate func fetchOne(_ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(self, arguments: arguments)
    }

    fileprivate func fetchAll(_ arguments: StatementArguments) throws -> [String] {
        try String.fetchAll(self, arguments: arguments)
    }
}
