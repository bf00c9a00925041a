import Foundation
import GRDB
import Testing

@testable import Conversations

@Suite struct StorageLimitTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent(
        "store-\(UUID().uuidString).sqlite"
    ).path
    private let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    private let now = Timestamp(milliseconds: 1_000_000)

    private func user(_ subject: String = "ann", in store: SQLiteConversationStore) async throws -> UserID {
        try await store.user(
            for: UserIdentity(issuer: "https://one", subject: subject, displayName: subject), now: now
        ).id
    }

    /// A conversation of so many turns, each of a question and an answer of these sizes.
    private func conversation(
        turns: Int, question: String = "question", answer: String, of owner: UserID, in store: SQLiteConversationStore
    ) async throws -> ConversationID {
        let id = try await store.createConversation(title: nil, of: owner, now: now).id
        for _ in 0..<turns {
            let turn = try await store.beginTurn(
                in: id, of: owner, asking: .question(try MessageText(question)), model: model, now: now)
            try await store.finish(
                turn.answer.id, of: owner, with: MessageEnding(content: answer, status: .complete), now: now)
        }
        return id
    }

    private func storedBytes(of owner: UserID, in store: SQLiteConversationStore) async throws -> Int? {
        try await store.database.read {
            try Int.fetchOne($0, sql: "SELECT stored_bytes FROM user WHERE id = ?", arguments: [owner.text])
        }
    }

    @Test func messagesComeInPagesFromTheNewestOn() async throws {
        let store = try SQLiteConversationStore(path: file)
        let ann = try await user(in: store)
        let id = try await conversation(turns: 3, answer: "a", of: ann, in: store)
        let last = try #require(try await store.messages(in: id, of: ann, before: nil, limit: 4, bytes: 1_000))
        #expect(last.messages.map(\.sequence) == [3, 4, 5, 6] && last.earlier == 3)
        let first = try #require(
            try await store.messages(in: id, of: ann, before: last.earlier, limit: 4, bytes: 1_000))
        #expect(first.messages.map(\.sequence) == [1, 2] && first.earlier == nil)
        #expect(try await store.messages(in: id, of: ann, before: 1, limit: 4, bytes: 1)?.messages == [])
        let ben = try await user("ben", in: store)
        #expect(try await store.messages(in: id, of: ben, before: nil, limit: 4, bytes: 1_000) == nil)
    }

    @Test func aPageAndAHistoryEndAtTheirBytes() async throws {
        let store = try SQLiteConversationStore(path: file)
        let ann = try await user(in: store)
        let large = String(repeating: "x", count: 1_000)
        let id = try await conversation(turns: 3, answer: large, of: ann, in: store)
        let page = try #require(try await store.messages(in: id, of: ann, before: nil, limit: 100, bytes: 2_100))
        #expect(page.messages.map(\.sequence) == [3, 4, 5, 6] && page.earlier == 3)
        let small = try await store.messages(in: id, of: ann, before: nil, limit: 100, bytes: 10)
        #expect(small?.messages.map(\.sequence) == [6], "one message is always there")
        let turn = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("Hi")), model: model, now: now)
        let history = try await store.history(before: turn.answer, of: ann, bytes: 1_100)
        #expect(history.map(\.sequence) == [5, 6, 7] && history.last?.content == "Hi")
        #expect(try await store.history(before: turn.answer, of: ann, bytes: 0).map(\.content) == ["Hi"])
    }

    @Test func aUserHasSoManyConversations() async throws {
        let store = try SQLiteConversationStore(path: file, limits: .init(conversationsPerUser: 2))
        let ann = try await user(in: store)
        let first = try await store.createConversation(title: nil, of: ann, now: now)
        _ = try await store.createConversation(title: nil, of: ann, now: now)
        await #expect(throws: ConversationStoreError.tooManyConversations(limit: 2)) {
            try await store.createConversation(title: nil, of: ann, now: now)
        }
        _ = try await store.createConversation(title: nil, of: try await user("ben", in: store), now: now)
        #expect(try await store.deleteConversation(first.id, of: ann, now: now))
        _ = try await store.createConversation(title: nil, of: ann, now: now)
    }

    @Test func aUserHasSoManyBytes() async throws {
        let store = try SQLiteConversationStore(path: file, limits: .init(bytesPerUser: 10_000))
        let ann = try await user(in: store)
        let id = try await conversation(turns: 1, answer: String(repeating: "é", count: 4_500), of: ann, in: store)
        #expect(try await storedBytes(of: ann, in: store) == 8 + 9_000 + 2 * StorageLimits.messageOverhead)
        await #expect(throws: ConversationStoreError.tooManyBytes(limit: 10_000)) {
            try await store.beginTurn(
                in: id, of: ann, asking: .question(try MessageText("more")), model: model, now: now)
        }
        let ben = try await user("ben", in: store)
        _ = try await conversation(turns: 1, answer: "a", of: ben, in: store)
        #expect(try await store.deleteConversation(id, of: ann, now: now))
        // What is deleted makes room at once, and counts no longer when it is purged.
        _ = try await conversation(turns: 1, answer: "a", of: ann, in: store)
        #expect(try await storedBytes(of: ann, in: store) == 9 + 2 * StorageLimits.messageOverhead)
        #expect(try await store.restoreConversation(id, of: ann) == nil)
    }

    @Test func anOlderFileIsCounted() async throws {
        let queue = try DatabaseQueue(path: file)
        try SchemaMigrations.migrator.migrate(queue, upTo: "1 users, conversations, messages")
        let id = UserID(now: now).text
        try await queue.write { [now] database in
            try database.execute(
                sql: "INSERT INTO user VALUES (?, 'https://one', 'ann', 'ann', 0, 0)", arguments: [id])
            let conversation = ConversationID(now: now)
            try database.execute(
                sql: "INSERT INTO conversation VALUES (?, ?, 't', 'auto', 0, 0, 1)", arguments: [conversation.text, id])
            try database.execute(
                sql: """
                    INSERT INTO message (id, conversation_id, owner_id, seq, role, content, status, created_at)
                    VALUES (?, ?, ?, 1, 'user', '12345', 'complete', 0)
                    """,
                arguments: [MessageID(now: now).text, conversation.text, id])
        }
        try queue.close()
        let store = try SQLiteConversationStore(path: file)
        #expect(try await storedBytes(of: try await user(in: store), in: store) == 5 + StorageLimits.messageOverhead)
    }

    @Test func anAnswerThatWasGivenUpDoesNotBlockItsConversation() async throws {
        let store = try SQLiteConversationStore(path: file)
        let ann = try await user(in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        let lost = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("Hi")), model: model, now: now)
        try await store.checkpoint(lost.answer.id, of: ann, content: "half")
        let next = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("Again")), model: model, now: now)
        let messages = try await store.messages(in: id, of: ann)
        #expect(messages?.map(\.status) == [.complete, .interrupted, .complete, .streaming])
        #expect(messages?[1].content == "half" && next.answer.sequence == 4)
    }
}
