import Conversations
import Foundation
import Testing

/// What any store must do; run here on SQLite.
@Suite struct StoreTests {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString).sqlite").path
    let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    let now = Timestamp(milliseconds: 1_000_000)

    private func makeStore() throws -> SQLiteConversationStore { try SQLiteConversationStore(path: file) }

    private func user(_ subject: String, issuer: String = "https://one", in store: SQLiteConversationStore) async throws
        -> UserID
    {
        try await store.user(
            for: UserIdentity(issuer: issuer, subject: subject, displayName: subject), now: now
        ).id
    }

    private func later(_ milliseconds: Int) -> Timestamp { Timestamp(milliseconds: now.milliseconds + milliseconds) }

    @Test func issuerAndSubjectTogetherNameAUser() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        #expect(try await user("ann", in: store) == ann)
        #expect(try await user("ann", issuer: "https://two", in: store) != ann)
        #expect(try await user("ben", in: store) != ann)
        let renamed = try await store.user(
            for: UserIdentity(issuer: "https://one", subject: "ann", displayName: "Ann B."), now: now)
        #expect(renamed.id == ann && renamed.displayName == "Ann B.")
    }

    @Test func aTurnIsStoredAndEnded() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let conversation = try await store.createConversation(title: nil, of: ann, now: now)
        #expect(conversation.title == "New chat" && conversation.messageCount == 0)
        let turn = try await store.beginTurn(
            in: conversation.id, of: ann, text: try MessageText("What is this?"), model: model, now: later(5))
        #expect(turn.conversation.title == "What is this?" && turn.conversation.messageCount == 2)
        #expect(turn.conversation.updatedAt == later(5))
        #expect(turn.answer.status == .streaming && turn.answer.simulated && turn.answer.provider == "test")
        try await store.checkpoint(turn.answer.id, of: ann, content: "half")
        #expect(try await store.messages(in: conversation.id, of: ann)?.last?.content == "half")
        try await store.finish(
            turn.answer.id, of: ann, with: MessageEnding(content: "whole", status: .complete, stopReason: .endTurn),
            now: later(9))
        let messages = try #require(try await store.messages(in: conversation.id, of: ann))
        #expect(messages.map(\.content) == ["What is this?", "whole"])
        #expect(messages.map(\.role) == [.user, .assistant] && messages.map(\.sequence) == [1, 2])
        #expect(messages[1].status == .complete && messages[1].stopReason == .endTurn)
        #expect(messages[1].completedAt == later(9))
        // An ended answer does not change any more.
        try await store.checkpoint(turn.answer.id, of: ann, content: "late")
        try await store.finish(
            turn.answer.id, of: ann, with: MessageEnding(content: "late", status: .error), now: later(10))
        #expect(try await store.messages(in: conversation.id, of: ann) == messages)
    }

    @Test func retriesOfFailuresOnly() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        await #expect(throws: ConversationStoreError.nothingToRetry) {
            try await store.beginTurn(in: id, of: ann, text: nil, model: model, now: now)
        }
        let first = try await store.beginTurn(in: id, of: ann, text: try MessageText("Hi"), model: model, now: now)
        try await store.finish(
            first.answer.id, of: ann, with: MessageEnding(content: "par", status: .error, errorCode: "cut"), now: now)
        let second = try await store.beginTurn(in: id, of: ann, text: nil, model: model, now: now)
        #expect(second.question.content == "Hi" && second.answer.sequence == 3)
        let history = try await store.history(before: second.answer, of: ann, bytes: 1_000)
        #expect(ChatPrompt(history: history, includingSimulated: true)?.turns.map(\.text) == ["Hi"])
        try await store.finish(
            second.answer.id, of: ann, with: MessageEnding(content: "good", status: .complete), now: now)
        await #expect(throws: ConversationStoreError.nothingToRetry) {
            try await store.beginTurn(in: id, of: ann, text: nil, model: model, now: now)
        }
        // Nothing that was received is lost.
        #expect(try await store.messages(in: id, of: ann)?.map(\.content) == ["Hi", "par", "good"])
    }

    @Test func usersNeverSeeOrTouchEachOthersRows() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let ben = try await user("ben", in: store)
        let id = try await store.createConversation(title: try ConversationTitle("Ann's"), of: ann, now: now).id
        let turn = try await store.beginTurn(in: id, of: ann, text: try MessageText("secret"), model: model, now: now)
        let before = try await store.messages(in: id, of: ann)

        #expect(try await store.conversations(of: ben, limit: 10).isEmpty)
        #expect(try await store.conversation(id, of: ben) == nil)
        #expect(try await store.messages(in: id, of: ben) == nil)
        #expect(try await store.rename(id, of: ben, to: try ConversationTitle("Ben's"), now: now) == nil)
        #expect(try await store.deleteConversation(id, of: ben) == false)
        await #expect(throws: ConversationStoreError.notFound) {
            try await store.beginTurn(in: id, of: ben, text: try MessageText("mine"), model: model, now: now)
        }
        try await store.checkpoint(turn.answer.id, of: ben, content: "ben was here")
        try await store.finish(
            turn.answer.id, of: ben, with: MessageEnding(content: "ben was here", status: .complete), now: now)

        #expect(try await store.messages(in: id, of: ann) == before)
        #expect(try await store.conversation(id, of: ann)?.title == "Ann's")
    }

    @Test func deletingLeavesNothing() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let kept = try await store.createConversation(title: nil, of: ann, now: now)
        let gone = try await store.createConversation(title: nil, of: ann, now: later(1))
        _ = try await store.beginTurn(in: gone.id, of: ann, text: try MessageText("x"), model: model, now: later(2))
        #expect(try await store.conversations(of: ann, limit: 10).map(\.id) == [gone.id, kept.id])
        #expect(try await store.deleteConversation(gone.id, of: ann))
        #expect(try await store.conversations(of: ann, limit: 10).map(\.id) == [kept.id])
        #expect(try await store.messages(in: gone.id, of: ann) == nil)
        #expect(try await store.deleteConversation(gone.id, of: ann) == false)
        #expect(try await store.markInterrupted(now: now) == 0)
    }

    @Test func aChosenTitleStays() async throws {
        let store = try makeStore()
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        let renamed = try await store.rename(id, of: ann, to: try ConversationTitle("Mine"), now: now)
        #expect(renamed?.title == "Mine" && renamed?.titleSource == .user)
        let turn = try await store.beginTurn(in: id, of: ann, text: try MessageText("Hello"), model: model, now: now)
        #expect(turn.conversation.title == "Mine")
    }

    @Test func whatAnEarlierProcessLeftIsInterrupted() async throws {
        let id: ConversationID
        let ann: UserID
        do {
            let store = try makeStore()
            ann = try await user("ann", in: store)
            id = try await store.createConversation(title: nil, of: ann, now: now).id
            let turn = try await store.beginTurn(in: id, of: ann, text: try MessageText("x"), model: model, now: now)
            try await store.checkpoint(turn.answer.id, of: ann, content: "half an ans")
        }
        let store = try makeStore()
        #expect(try await store.markInterrupted(now: later(50)) == 1)
        let answer = try await store.messages(in: id, of: ann)?.last
        #expect(answer?.status == .interrupted && answer?.content == "half an ans")
        #expect(try await store.markInterrupted(now: later(60)) == 0)
        try await store.ping()
    }

    @Test func aConversationHasAnEnd() async throws {
        let store = try SQLiteConversationStore(path: file, limits: .init(messagesPerConversation: 6))
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        for _ in 0..<3 {
            let turn = try await store.beginTurn(in: id, of: ann, text: try MessageText("x"), model: model, now: now)
            try await store.finish(
                turn.answer.id, of: ann, with: MessageEnding(content: "y", status: .complete), now: now)
        }
        await #expect(throws: ConversationStoreError.full(limit: 6)) {
            try await store.beginTurn(in: id, of: ann, text: try MessageText("x"), model: model, now: now)
        }
    }

    @Test func aDamagedFileIsNotUsed() throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: file))
        #expect(throws: (any Error).self) { try makeStore() }
    }
}
