import Foundation
internal import GRDB

extension SQLiteConversationStore {
    /// Inserts a row if there is room for it, and if not too many wait to be sent.
    public func attach(
        _ file: InspectedFile, to conversation: ConversationID, of owner: UserID, now: Timestamp
    ) async throws -> Attachment {
        try await database.write { database in
            guard try Conversation.find(conversation, of: owner, in: database) != nil else {
                throw ConversationStoreError.notFound
            }
            try checkRoom(for: owner, messages: 0, bytes: file.content.bytes.count, in: database)
            return try insert(file, to: conversation, of: owner, now: now, in: database)
        }
    }

    /// Inserts a row, whatever room there is.
    func insert(
        _ file: InspectedFile, to conversation: ConversationID, of owner: UserID, now: Timestamp, in database: Database
    ) throws -> Attachment {
        let bytes = file.content.bytes
        let attachment = Attachment(
            id: AttachmentID(now: now), name: file.name, format: file.content.format, byteCount: bytes.count)
        try database.execute(
            sql: """
                INSERT INTO attachment (id, owner_id, conversation_id, name, format, size, bytes, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                attachment.id.text, owner.text, conversation.text, attachment.name, attachment.format,
                attachment.byteCount, Data(bytes), now.milliseconds,
            ])
        return attachment
    }

    /// The files of messages, without their content.
    public func files(of messages: [MessageID], of owner: UserID) async throws -> [MessageID: [Attachment]] {
        try await database.read { database in
            var found: [MessageID: [Attachment]] = [:]
            for message in messages {
                let files = try Attachment.all(of: message, of: owner, in: database)
                if !files.isEmpty { found[message] = files }
            }
            return found
        }
    }

    /// One row, by its key; none of a deleted conversation.
    public func attachment(_ id: AttachmentID, of owner: UserID) async throws -> (Attachment, ChatAttachment)? {
        try await database.read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT attachment.* FROM attachment JOIN conversation ON conversation.id = conversation_id
                    WHERE attachment.id = ? AND attachment.owner_id = ? AND deleted_at IS NULL
                    """,
                arguments: [id.text, owner.text])
            guard let row else { return nil }
            return (try Attachment(row: row), try ChatAttachment(row: row))
        }
    }

    /// Deletes a row that no message refers to. Its pages are overwritten.
    public func detach(_ id: AttachmentID, of owner: UserID) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: """
                    DELETE FROM attachment WHERE id = ? AND owner_id = ? AND NOT EXISTS (
                        SELECT 1 FROM message_attachment WHERE attachment_id = attachment.id)
                    """,
                arguments: [id.text, owner.text])
            guard database.changesCount > 0 else { return false }
            holdsDeletedWords.withLock { $0 = true }
            return true
        }
    }

    /// Row by row from the last message on, so that what is beyond the limit is never in memory.
    public func attachments(
        of messages: [MessageID], of owner: UserID, bytes: Int
    ) async throws -> [MessageID: [ChatAttachment]] {
        try await database.read { database in
            var found: [MessageID: [ChatAttachment]] = [:]
            var left = bytes
            for message in messages.reversed() {
                for attachment in try Attachment.all(of: message, of: owner, in: database) {
                    left -= attachment.byteCount
                    guard left >= 0 else { return found }
                    let row = try Row.fetchOne(
                        database, sql: "SELECT format, bytes FROM attachment WHERE id = ? AND owner_id = ?",
                        arguments: [attachment.id.text, owner.text])
                    if let row { found[message, default: []].append(try ChatAttachment(row: row)) }
                }
            }
            return found
        }
    }

    /// Gives files to a question.
    ///
    /// - Throws: ``ConversationStoreError/notFound`` for one that is not of the owner and of this conversation.
    func add(_ attachments: [AttachmentID], to question: Message, of owner: UserID, in database: Database) throws {
        for (place, attachment) in attachments.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO message_attachment (message_id, place, attachment_id)
                    SELECT ?, ?, id FROM attachment WHERE id = ? AND owner_id = ? AND conversation_id = ?
                    """,
                arguments: [
                    question.id.text, place, attachment.text, owner.text, question.conversationID.text,
                ])
            guard database.changesCount == 1 else { throw ConversationStoreError.notFound }
        }
        guard attachments.count > ChatAttachment.documentsPerMessage else { return }
        let documents = try Attachment.all(of: question.id, of: owner, in: database).count { !$0.isImage }
        guard documents <= ChatAttachment.documentsPerMessage else {
            throw ConversationStoreError.tooManyDocuments(limit: ChatAttachment.documentsPerMessage)
        }
    }
}

extension Attachment {
    init(row: Row) throws {
        guard let id = AttachmentID(row["id"] as String) else { throw StoredRowError(table: "attachment") }
        self.init(id: id, name: row["name"], format: row["format"], byteCount: row["size"])
    }

    /// The files of a message, in order.
    static func all(of message: MessageID, of owner: UserID, in database: Database) throws -> [Attachment] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT attachment.id, name, format, size
                    FROM message_attachment JOIN attachment ON attachment.id = attachment_id
                    WHERE message_id = ? AND owner_id = ? ORDER BY place
                    """), arguments: [message.text, owner.text]
        ).map(Attachment.init(row:))
    }
}

extension ChatAttachment {
    init(row: Row) throws {
        let bytes: Data = row["bytes"]
        guard let attachment = ChatAttachment(format: row["format"], bytes: Array(bytes)) else {
            throw StoredRowError(table: "attachment")
        }
        self = attachment
    }
}
