import Foundation
import GRDB
import Testing

@testable import Conversations

/// What a store in a file must do beside the contract.
@Suite struct SQLiteStoreTests {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString).sqlite").path
    let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    let now = Timestamp(milliseconds: 1_000_000)

    private func makeStore() throws -> SQLiteConversationStore { try SQLiteConversationStore(path: file) }

    private func user(_ subject: String, in store: SQLiteConversationStore) async throws -> UserID {
        try await store.user(
            for: UserIdentity(issuer: "https://one", subject: subject, displayName: subject), now: now
        ).id
    }

    private func later(_ milliseconds: Int) -> Timestamp { Timestamp(milliseconds: now.milliseconds + milliseconds) }

    @Test func whatAnEarlierProcessLeftIsInterrupted() async throws {
        let id: ConversationID
        let ann: UserID
        do {
            let store = try makeStore()
            ann = try await user("ann", in: store)
            id = try await store.createConversation(title: nil, of: ann, now: now).id
            let turn = try await store.beginTurn(
                in: id, of: ann, asking: .question(try MessageText("x")), model: model, now: now)
            try await store.checkpoint(turn.answer.id, of: ann, content: "half an ans")
        }
        let store = try makeStore()
        #expect(try await store.markInterrupted(now: later(50)) == 1)
        let answer = try await store.messages(in: id, of: ann)?.last
        #expect(answer?.status == .interrupted && answer?.content == "half an ans")
        #expect(try await store.markInterrupted(now: later(60)) == 0)
        try await store.ping()
    }

    @Test func aDamagedFileIsNotUsed() throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: file))
        #expect(throws: (any Error).self) { try makeStore() }
    }

    @Test func deletedWordsAreInNoFile() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let kept = try await conversation("Zwetschgendatschi", of: ann, in: store)
        let gone = try await conversation("Zwetschgenknoedel", of: ann, in: store)
        _ = try await store.change(
            gone, of: ann,
            by: .init(title: try ConversationTitle("Knoedelrezept"), instructions: Instructions("Marillen")))
        _ = try await store.attach(
            try InspectedFile(name: "powidl.txt", bytes: Array("Topfenteig".utf8)), to: gone, of: ann, now: now)
        // The index keeps words without the letters they share with the word before, and in small letters.
        func found() throws -> [String] {
            var bytes = Data()
            for suffix in ["", "-wal"] { bytes += FileManager.default.contents(atPath: file + suffix) ?? Data() }
            let small = Data(bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 })
            return ["knoedel", "edelrezept", "marillen", "powidl", "topfenteig", "datschi"].filter {
                small.range(of: Data($0.utf8)) != nil
            }
        }
        #expect(try found().count == 6)
        #expect(try await store.deleteConversation(gone, of: ann, now: now))
        #expect(try await store.purge(deletedBefore: now, untouchedSince: nil) == 0, "it can still be restored")
        #expect(try found().count == 6)
        #expect(try await store.purge(deletedBefore: later(1), untouchedSince: nil) == 1)
        #expect(try found() == ["datschi"])
        #expect(try await store.restoreConversation(gone, of: ann) == nil)
        let hits = try await store.search(SearchQuery("zwetschgen"), of: ann, limit: 10)
        #expect(hits.map(\.conversation.id) == [kept])
        try await store.close()
    }

    @Test func wordsThatMadeRoomGoWithTheNextPurge() async throws {
        let store = try SQLiteConversationStore(path: file, limits: .init(conversationsPerUser: 1))
        let ann = try await user("ann", in: store)
        let gone = try await conversation("Zwetschgenknoedel", of: ann, in: store)
        _ = try await store.purge(deletedBefore: now, untouchedSince: nil)
        #expect(try await store.deleteConversation(gone, of: ann, now: later(10)))
        _ = try await store.createConversation(title: nil, of: ann, now: later(11))
        #expect(try await store.purge(deletedBefore: now, untouchedSince: nil) == 0)
        for suffix in ["", "-wal"] {
            let bytes = FileManager.default.contents(atPath: file + suffix) ?? Data()
            #expect(bytes.range(of: Data("nknoedel".utf8)) == nil, "\(suffix)")
        }
    }

    @Test func anOlderFileGetsBranches() async throws {
        let queue = try DatabaseQueue(path: file)
        try SchemaMigrations.migrator.migrate(queue, upTo: "2 bytes of a user")
        let owner = UserID(now: now)
        let conversation = ConversationID(now: now)
        let messages = (0..<5).map { _ in MessageID(now: now) }
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO user (id, issuer, subject, display_name, created_at, last_seen_at)
                    VALUES (?, 'https://one', 'ann', 'ann', 0, 0)
                    """, arguments: [owner.text])
            try database.execute(
                sql: "INSERT INTO conversation VALUES (?, ?, 't', 'auto', 0, 0, 5)",
                arguments: [conversation.text, owner.text])
            // A question, a failed answer, a good one, a question, its answer.
            for (place, role) in ["user", "assistant", "assistant", "user", "assistant"].enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO message (id, conversation_id, owner_id, seq, role, content, status, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, 'complete', 0)
                        """,
                    arguments: [messages[place].text, conversation.text, owner.text, place + 1, role, "word\(place)"])
            }
        }
        try queue.close()
        let store = try makeStore()
        let page = try #require(
            try await store.messages(in: conversation, of: owner, before: nil, limit: 10, bytes: 1_000))
        #expect(page.messages.map(\.id) == [0, 2, 3, 4].map { messages[$0] })
        #expect(page.siblings == [messages[2]: [messages[1], messages[2]]])
        #expect(try await store.search(SearchQuery("word1"), of: owner, limit: 9).first?.messageID == messages[1])
    }

    private func conversation(
        _ word: String, of owner: UserID, in store: SQLiteConversationStore
    ) async throws -> ConversationID {
        let id = try await store.createConversation(title: nil, of: owner, now: now).id
        let turn = try await store.beginTurn(
            in: id, of: owner, asking: .question(try MessageText(word)), model: model, now: now)
        try await store.checkpoint(turn.answer.id, of: owner, content: "\(word) half")
        try await store.finish(
            turn.answer.id, of: owner, with: MessageEnding(content: "\(word) whole", status: .complete), now: now)
        return id
    }
}
