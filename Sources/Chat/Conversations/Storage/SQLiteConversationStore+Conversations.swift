internal import GRDB

extension SQLiteConversationStore {
    /// The newest conversations; one indexed read.
    public func conversations(of owner: UserID, limit: Int) async throws -> [Conversation] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM conversation WHERE owner_id = ? AND deleted_at IS NULL
                    ORDER BY updated_at DESC, id DESC LIMIT ?
                    """,
                arguments: [owner.text, limit]
            ).map(Conversation.init(row:))
        }
    }

    /// One conversation, by its key.
    public func conversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation? {
        try await database.read { try Conversation.find(id, of: owner, in: $0) }
    }

    /// Counts and inserts in one transaction, so that no two requests together go beyond the limit.
    public func createConversation(
        title: ConversationTitle?, of owner: UserID, now: Timestamp
    ) async throws -> Conversation {
        try await database.write { database in
            try insertConversation(title: title, of: owner, createdAt: now, updatedAt: now, in: database)
        }
    }

    /// Inserts a conversation if there is room for one more.
    func insertConversation(
        title: ConversationTitle?, of owner: UserID, createdAt: Timestamp, updatedAt: Timestamp, in database: Database
    ) throws -> Conversation {
        func isFull() throws -> Bool {
            let count = try Int.fetchOne(
                database, sql: "SELECT COUNT(*) FROM conversation WHERE owner_id = ?", arguments: [owner.text])
            return count ?? 0 >= limits.conversationsPerUser
        }
        if try isFull() {
            // Deleted ones count until they are purged, which they are when room is needed.
            try purgeDeleted(of: owner, in: database)
            guard try !isFull() else {
                throw ConversationStoreError.tooManyConversations(limit: limits.conversationsPerUser)
            }
        }
        let id = ConversationID(now: createdAt)
        try database.execute(
            sql: """
                INSERT INTO conversation (id, owner_id, title, title_source, created_at, updated_at)
                VALUES (:id, :owner, :title, :source, :created, :updated)
                """,
            arguments: [
                "id": id.text, "owner": owner.text, "title": (title ?? .untitled).value,
                "source": (title == nil ? Conversation.TitleSource.auto : .user).rawValue,
                "created": createdAt.milliseconds, "updated": updatedAt.milliseconds,
            ])
        guard let conversation = try Conversation.find(id, of: owner, in: database) else {
            throw StoredRowError(table: "conversation")
        }
        return conversation
    }

    /// All of a change, or none of it, in one transaction.
    public func change(
        _ id: ConversationID, of owner: UserID, by change: ConversationChange
    ) async throws -> Conversation? {
        try await database.write { database in
            guard try Conversation.find(id, of: owner, in: database) != nil else { return nil }
            if let message = change.shownMessage {
                guard let leaf = try leaf(toShow: message, in: id, of: owner, database) else { return nil }
                try set("leaf_id", to: leaf.text, in: id, of: owner, database)
            }
            if let title = change.title {
                try set("title", to: title.value, in: id, of: owner, database)
                try set("title_source", to: Conversation.TitleSource.user.rawValue, in: id, of: owner, database)
            }
            if let isPinned = change.isPinned { try set("pinned", to: isPinned, in: id, of: owner, database) }
            if let instructions = change.instructions {
                let text = instructions.value.isEmpty ? nil : instructions.value
                try set("instructions", to: text, in: id, of: owner, database)
            }
            return try Conversation.find(id, of: owner, in: database)
        }
    }

    private func set(
        _ column: String, to value: (any DatabaseValueConvertible)?, in id: ConversationID, of owner: UserID,
        _ database: Database
    ) throws {
        try database.execute(
            sql: "UPDATE conversation SET \(column) = ? WHERE id = ? AND owner_id = ?",
            arguments: [value, id.text, owner.text])
    }

    /// The end of the branch a message is on: the one that is shown if it is on that, else its newest.
    private func leaf(
        toShow message: MessageID, in id: ConversationID, of owner: UserID, _ database: Database
    ) throws -> MessageID? {
        guard try Message.find(message, in: id, of: owner, database: database) != nil else { return nil }
        let shown = try Conversation.leaf(of: id, of: owner, in: database)
        var above = shown
        while let next = above {
            if next == message { return shown }
            above = try Message.find(next, in: id, of: owner, database: database)?.parentID
        }
        var leaf = message
        while let child = try String.fetchOne(
            database,
            sql: """
                SELECT id FROM message WHERE conversation_id = ? AND parent_id = ? AND owner_id = ?
                ORDER BY seq DESC LIMIT 1
                """,
            arguments: [id.text, leaf.text, owner.text]
        ).flatMap({ MessageID($0) }) {
            leaf = child
        }
        return leaf
    }

    /// Marks the row; ``purge(deletedBefore:untouchedSince:)`` removes it.
    public func deleteConversation(_ id: ConversationID, of owner: UserID, now: Timestamp) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE conversation SET deleted_at = ? WHERE id = ? AND owner_id = ? AND deleted_at IS NULL",
                arguments: [now.milliseconds, id.text, owner.text])
            return database.changesCount > 0
        }
    }

    /// Marks all rows of an owner in one statement.
    public func deleteAllConversations(of owner: UserID, now: Timestamp) async throws -> [ConversationID] {
        try await database.write { database in
            try String.fetchAll(
                database,
                sql: """
                    UPDATE conversation SET deleted_at = ? WHERE owner_id = ? AND deleted_at IS NULL RETURNING id
                    """,
                arguments: [now.milliseconds, owner.text]
            ).compactMap { ConversationID($0) }
        }
    }

    /// Takes the mark away.
    public func restoreConversation(_ id: ConversationID, of owner: UserID) async throws -> Conversation? {
        try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE conversation SET deleted_at = NULL
                    WHERE id = ? AND owner_id = ? AND deleted_at IS NOT NULL
                    """,
                arguments: [id.text, owner.text])
            return database.changesCount > 0 ? try Conversation.find(id, of: owner, in: database) : nil
        }
    }

    /// Deletes the rows, whose pages are overwritten (`secure_delete`), then the words in the search index, then what is
    /// left of both in the log.
    public func purge(deletedBefore deleted: Timestamp, untouchedSince untouched: Timestamp?) async throws -> Int {
        let count = try await database.write { database in
            try database.execute(
                sql: "DELETE FROM conversation WHERE deleted_at < ? OR updated_at < ?",
                arguments: [deleted.milliseconds, untouched?.milliseconds ?? .min])
            let count = database.changesCount
            try database.execute(
                sql: """
                    DELETE FROM attachment WHERE created_at < ? AND NOT EXISTS (
                        SELECT 1 FROM message_attachment WHERE attachment_id = attachment.id)
                    """,
                arguments: [deleted.milliseconds - Self.unsentMilliseconds])
            if database.changesCount > 0 { holdsDeletedWords.withLock { $0 = true } }
            return count
        }
        if count > 0 { holdsDeletedWords.withLock { $0 = true } }
        try await removeDeletedWords()
        return count
    }

    /// How long a file is kept that no message was sent with: a day.
    private static var unsentMilliseconds: Int { 86_400_000 }

    /// Takes the words of deleted rows out of the search index and out of the log.
    private func removeDeletedWords() async throws {
        guard holdsDeletedWords.withLock({ $0 }) else { return }
        // Set back before: a deletion that comes in between is left for the next time.
        holdsDeletedWords.withLock { $0 = false }
        do {
            try await database.write { database in
                // They stay in the index's segments until these are merged.
                try database.execute(sql: "INSERT INTO message_search (message_search) VALUES ('optimize')")
            }
            try await emptyLog()
        } catch {
            holdsDeletedWords.withLock { $0 = true }
            throw error
        }
    }

    /// Deletes the rows of what an owner has deleted; their words go with the next purge.
    func purgeDeleted(of owner: UserID, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM conversation WHERE owner_id = ? AND deleted_at IS NOT NULL", arguments: [owner.text])
        if database.changesCount > 0 { holdsDeletedWords.withLock { $0 = true } }
    }
}
