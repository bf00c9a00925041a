import Conversations
import Foundation
import Testing

/// What any store must do.
@Suite struct StoreContractTests {
    let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    let now = Timestamp(milliseconds: 1_000_000)

    private func user(_ subject: String, issuer: String = "https://one", in store: any ConversationStore) async throws
        -> UserID
    {
        try await store.user(
            for: UserIdentity(issuer: issuer, subject: subject, displayName: subject), now: now
        ).id
    }

    private func later(_ milliseconds: Int) -> Timestamp { Timestamp(milliseconds: now.milliseconds + milliseconds) }

    @Test(arguments: StoreKind.allCases) func issuerAndSubjectTogetherNameAUser(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        #expect(try await user("ann", in: store) == ann)
        #expect(try await user("ann", issuer: "https://two", in: store) != ann)
        #expect(try await user("ben", in: store) != ann)
        let renamed = try await store.user(
            for: UserIdentity(issuer: "https://one", subject: "ann", displayName: "Ann B."), now: now)
        #expect(renamed.id == ann && renamed.displayName == "Ann B.")
    }

    @Test(arguments: StoreKind.allCases) func aTurnIsStoredAndEnded(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        let conversation = try await store.createConversation(title: nil, of: ann, now: now)
        #expect(conversation.title == "New chat" && conversation.messageCount == 0)
        let turn = try await store.beginTurn(
            in: conversation.id, of: ann, asking: .question(try MessageText("What is this?")), model: model,
            now: later(5))
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

    @Test(arguments: StoreKind.allCases) func retriesOfFailuresOnly(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        await #expect(throws: ConversationStoreError.nothingToRetry) {
            try await store.beginTurn(in: id, of: ann, asking: .again(nil), model: model, now: now)
        }
        let first = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("Hi")), model: model, now: now)
        try await store.finish(
            first.answer.id, of: ann, with: MessageEnding(content: "par", status: .error, errorCode: "cut"), now: now)
        let second = try await store.beginTurn(in: id, of: ann, asking: .again(nil), model: model, now: now)
        #expect(second.question.content == "Hi" && second.answer.sequence == 3)
        let history = try await store.history(before: second.answer, of: ann, bytes: 1_000)
        #expect(ChatPrompt(history: history, includingSimulated: true)?.turns.map(\.text) == ["Hi"])
        try await store.finish(
            second.answer.id, of: ann, with: MessageEnding(content: "good", status: .complete), now: now)
        await #expect(throws: ConversationStoreError.nothingToRetry) {
            try await store.beginTurn(in: id, of: ann, asking: .again(nil), model: model, now: now)
        }
        // The last answer is shown; nothing that was received is lost.
        #expect(try await store.messages(in: id, of: ann)?.map(\.content) == ["Hi", "good"])
        let all = try await store.allMessages(in: id, of: ann, after: 0, limit: 10, bytes: 1_000)
        #expect(all.map(\.content) == ["Hi", "par", "good"])
    }

    @Test(arguments: StoreKind.allCases) func usersNeverSeeOrTouchEachOthersRows(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        let ben = try await user("ben", in: store)
        let id = try await store.createConversation(title: try ConversationTitle("Ann's"), of: ann, now: now).id
        let turn = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("secret")), model: model, now: now)
        let before = try await store.messages(in: id, of: ann)

        #expect(try await store.conversations(of: ben, limit: 10).isEmpty)
        #expect(try await store.conversation(id, of: ben) == nil)
        #expect(try await store.messages(in: id, of: ben) == nil)
        #expect(try await store.change(id, of: ben, by: .init(title: try ConversationTitle("Ben's"))) == nil)
        #expect(try await store.deleteConversation(id, of: ben, now: now) == false)
        await #expect(throws: ConversationStoreError.notFound) {
            try await store.beginTurn(
                in: id, of: ben, asking: .question(try MessageText("mine")), model: model, now: now)
        }
        try await store.checkpoint(turn.answer.id, of: ben, content: "ben was here")
        try await store.finish(
            turn.answer.id, of: ben, with: MessageEnding(content: "ben was here", status: .complete), now: now)

        #expect(try await store.messages(in: id, of: ann) == before)
        #expect(try await store.conversation(id, of: ann)?.title == "Ann's")
    }

    @Test(arguments: StoreKind.allCases) func deletingLeavesNothing(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        let kept = try await store.createConversation(title: nil, of: ann, now: now)
        let gone = try await store.createConversation(title: nil, of: ann, now: later(1))
        _ = try await store.beginTurn(
            in: gone.id, of: ann, asking: .question(try MessageText("x")), model: model, now: later(2))
        #expect(try await store.conversations(of: ann, limit: 10).map(\.id) == [gone.id, kept.id])
        #expect(try await store.deleteConversation(gone.id, of: ann, now: now))
        #expect(try await store.conversations(of: ann, limit: 10).map(\.id) == [kept.id])
        #expect(try await store.messages(in: gone.id, of: ann) == nil)
        #expect(try await store.deleteConversation(gone.id, of: ann, now: now) == false)
        #expect(try await store.purge(deletedBefore: later(9), untouchedSince: nil) == 1)
        #expect(try await store.markInterrupted(now: now) == 0)
    }

    @Test(arguments: StoreKind.allCases) func aChosenTitleStays(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        let renamed = try await store.change(id, of: ann, by: .init(title: try ConversationTitle("Mine")))
        #expect(renamed?.title == "Mine" && renamed?.titleSource == .user)
        let turn = try await store.beginTurn(
            in: id, of: ann, asking: .question(try MessageText("Hello")), model: model, now: now)
        #expect(turn.conversation.title == "Mine")
    }

    @Test(arguments: StoreKind.allCases) func aConversationHasAnEnd(kind: StoreKind) async throws {
        let store = try kind.makeStore(limits: .init(messagesPerConversation: 6))
        let ann = try await user("ann", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        for _ in 0..<3 {
            let turn = try await store.beginTurn(
                in: id, of: ann, asking: .question(try MessageText("x")), model: model, now: now)
            try await store.finish(
                turn.answer.id, of: ann, with: MessageEnding(content: "y", status: .complete), now: now)
        }
        await #expect(throws: ConversationStoreError.full(limit: 6)) {
            try await store.beginTurn(in: id, of: ann, asking: .question(try MessageText("x")), model: model, now: now)
        }
    }
}
