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
            updatedAt: Timestamp(milliseconds: row["updated_at"]), messageCount: row["message_count"])
    }

    static func find(_ id: ConversationID, of owner: UserID, in database: Database) throws -> Conversation? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM conversation WHERE id = ? AND owner_id = ?",
            arguments: [id.text, owner.text]
        ).map(Conversation.init(row:))
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
            completedAt: (row["completed_at"] as Int?).map(Timestamp.init(milliseconds:)))
    }

    /// The newest messages before a place, in order: at most `limit`, and no more than `bytes` of text beyond the first.
    ///
    /// Rows are read one by one, so what is beyond the limits is never in memory.
    static func newest(
        in id: ConversationID, of owner: UserID, before sequence: Int, limit: Int, bytes: Int, in database: Database
    ) throws -> [Message] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM message WHERE conversation_id = ? AND owner_id = ? AND seq < ?
                ORDER BY seq DESC LIMIT ?
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
        return messages.reversed()
    }

    /// The last message of one side, or of either.
    static func last(
        in id: ConversationID, of owner: UserID, role: Role? = nil, in database: Database
    ) throws -> Message? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT * FROM message WHERE conversation_id = ? AND owner_id = ? AND (? IS NULL OR role = ?)
                ORDER BY seq DESC LIMIT 1
                """,
            arguments: [id.text, owner.text, role?.rawValue, role?.rawValue]
        ).map(Message.init(row:))
    }

    static func question(_ text: MessageText, in id: ConversationID, sequence: Int, now: Timestamp) -> Message {
        Message(
            id: MessageID(now: now), conversationID: id, sequence: sequence, role: .user, content: text.value,
            status: .complete, stopReason: nil, errorCode: nil, provider: nil, modelID: nil, simulated: false,
            createdAt: now, completedAt: now)
    }

    static func answer(in id: ConversationID, sequence: Int, model: ModelDescriptor, now: Timestamp) -> Message {
        Message(
            id: MessageID(now: now), conversationID: id, sequence: sequence, role: .assistant, content: "",
            status: .streaming, stopReason: nil, errorCode: nil, provider: model.provider, modelID: model.modelID,
            simulated: model.simulated, createdAt: now, completedAt: nil)
    }

    func insert(of owner: UserID, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO message (id, conversation_id, owner_id, seq, role, content, status, provider, model_id,
                    simulated, created_at, completed_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.text, conversationID.text, owner.text, sequence, role.rawValue, content, status.rawValue, provider,
                modelID, simulated, createdAt.milliseconds, completedAt?.milliseconds,
            ])
    }
}
