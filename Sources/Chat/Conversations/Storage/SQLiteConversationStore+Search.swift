import Foundation
internal import GRDB

extension SQLiteConversationStore {
    /// Titles first, then messages by the index, or one by one in scripts whose words the index does not tell apart.
    public func search(_ query: SearchQuery, of owner: UserID, limit: Int) async throws -> [SearchHit] {
        try await database.read { database in
            var hits = try inMessages(query, of: owner, in: database)
            let titled = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM conversation WHERE owner_id = ? AND deleted_at IS NULL ORDER BY updated_at DESC
                    """,
                arguments: [owner.text]
            ).map(Conversation.init(row:)).filter { conversation in
                query.words.allSatisfy {
                    conversation.title.range(of: $0, options: [.caseInsensitive, .diacriticInsensitive]) != nil
                }
            }
            // One whose title fits comes first, with the excerpt of its message if there is one.
            let ids = Set(titled.map(\.id))
            let first = titled.map { conversation in
                hits.first { $0.conversation.id == conversation.id }
                    ?? SearchHit(conversation: conversation, messageID: nil, excerpt: [])
            }
            hits.removeAll { ids.contains($0.conversation.id) }
            return Array((first + hits).prefix(limit))
        }
    }

    /// At most one hit in a conversation, the best.
    private func inMessages(_ query: SearchQuery, of owner: UserID, in database: Database) throws -> [SearchHit] {
        let rows =
            query.needsSubstrings
            ? try bySubstring(query, of: owner, in: database) : try byIndex(query, of: owner, in: database)
        var hits: [SearchHit] = []
        var seen: Set<ConversationID> = []
        while let row = try rows.next() {
            guard let id = ConversationID(row["conversation_id"] as String), seen.insert(id).inserted,
                let conversation = try Conversation.find(id, of: owner, in: database)
            else { continue }
            let excerpt: String = row["excerpt"]
            hits.append(
                SearchHit(
                    conversation: conversation, messageID: MessageID(row["id"] as String),
                    excerpt: query.needsSubstrings
                        ? Self.excerpt(of: excerpt, around: query.words) : Self.parts(of: excerpt)))
            if hits.count == Self.mostHits { break }
        }
        return hits
    }

    private func byIndex(_ query: SearchQuery, of owner: UserID, in database: Database) throws -> RowCursor {
        // Each word is a string of the index's language, in which only quotes are special; it stands for its beginnings.
        let words = query.words.map { "\"\($0.replacing("\"", with: "\"\""))\"*" }.joined(separator: " AND ")
        // The owner is looked for in the index, too, so that others' messages cost nothing.
        return try Row.fetchCursor(
            database,
            sql: """
                SELECT message.id, message.conversation_id,
                    snippet(message_search, 0, :open, :close, '…', 14) AS excerpt
                FROM message_search JOIN message ON message.rowid = message_search.rowid
                WHERE message_search MATCH :match AND message.owner_id = :owner
                ORDER BY bm25(message_search, 1.0, 0.0), message.rowid DESC LIMIT :most
                """,
            arguments: [
                "match": "(content : (\(words))) AND (owner_id : \"\(owner.text)\")", "owner": owner.text,
                "open": String(Self.opening), "close": String(Self.closing), "most": Self.mostRows,
            ])
    }

    private func bySubstring(_ query: SearchQuery, of owner: UserID, in database: Database) throws -> RowCursor {
        let conditions = query.words.map { _ in "content LIKE ? ESCAPE '\\'" }.joined(separator: " AND ")
        let patterns = query.words.map { word in
            "%" + word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
        }
        return try Row.fetchCursor(
            database,
            sql: """
                SELECT id, conversation_id, content AS excerpt FROM message
                WHERE owner_id = ? AND status <> 'streaming' AND \(conditions) ORDER BY rowid DESC LIMIT ?
                """,
            arguments: StatementArguments([owner.text] + patterns) + [Self.mostRows])
    }

    /// What SQLite marked in a snippet.
    static func parts(of snippet: String) -> [SearchHit.Part] {
        var parts: [SearchHit.Part] = []
        var isMatch = false
        var text = ""
        for character in snippet.unicodeScalars {
            guard character == opening || character == closing else {
                text.unicodeScalars.append(character)
                continue
            }
            if !text.isEmpty { parts.append(SearchHit.Part(text: text, isMatch: isMatch)) }
            text = ""
            isMatch = character == opening
        }
        if !text.isEmpty { parts.append(SearchHit.Part(text: text, isMatch: isMatch)) }
        return parts
    }

    /// The surroundings of the first word found in a text.
    static func excerpt(of text: String, around words: [String]) -> [SearchHit.Part] {
        guard
            let range = words.lazy.compactMap({ text.range(of: $0, options: .caseInsensitive) }).first
        else { return [] }
        let start = text.index(range.lowerBound, offsetBy: -30, limitedBy: text.startIndex) ?? text.startIndex
        let end = text.index(range.upperBound, offsetBy: 40, limitedBy: text.endIndex) ?? text.endIndex
        return [
            SearchHit.Part(
                text: (start > text.startIndex ? "…" : "") + text[start..<range.lowerBound], isMatch: false),
            SearchHit.Part(text: String(text[range]), isMatch: true),
            SearchHit.Part(text: text[range.upperBound..<end] + (end < text.endIndex ? "…" : ""), isMatch: false),
        ].filter { !$0.text.isEmpty }
    }

    // Private use: in a message they could only highlight something else.
    private static var opening: Unicode.Scalar { "\u{E000}" }
    private static var closing: Unicode.Scalar { "\u{E001}" }
    private static var mostRows: Int { 400 }
    private static var mostHits: Int { 50 }
}
