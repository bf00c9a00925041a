import Conversations
import Foundation
import Testing

/// What any store must do with other wordings, other answers and continued answers.
@Suite struct BranchContractTests {
    private let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    private let now = Timestamp(milliseconds: 1_000_000)

    /// A conversation of one owner.
    private struct Place {
        let store: any ConversationStore
        let owner: UserID
        let id: ConversationID
        let model: ModelDescriptor
        let now: Timestamp

        @discardableResult
        func turn(
            _ request: TurnRequest, answer: String, status: Message.Status = .complete, reason: StopReason? = nil
        ) async throws -> BegunTurn {
            let turn = try await store.beginTurn(in: id, of: owner, asking: request, model: model, now: now)
            try await store.finish(
                turn.answer.id, of: owner, with: MessageEnding(content: answer, status: status, stopReason: reason),
                now: now)
            return turn
        }

        func ask(_ text: String, answer: String) async throws -> BegunTurn {
            try await turn(.question(try MessageText(text)), answer: answer)
        }

        func shown() async throws -> [String] {
            try await store.messages(in: id, of: owner)?.map(\.content) ?? []
        }

        func siblings(of message: MessageID) async throws -> [MessageID]? {
            try await store.messages(in: id, of: owner, before: nil, limit: 100, bytes: 10_000)?.siblings[message]
        }
    }

    private func place(_ kind: StoreKind) async throws -> Place {
        let store = try kind.makeStore()
        let owner = try await store.user(
            for: UserIdentity(issuer: "https://one", subject: "ann", displayName: "ann"), now: now
        ).id
        let id = try await store.createConversation(title: nil, of: owner, now: now).id
        return Place(store: store, owner: owner, id: id, model: model, now: now)
    }

    @Test(arguments: StoreKind.allCases) func anotherWordingIsABranch(kind: StoreKind) async throws {
        let place = try await place(kind)
        let first = try await place.ask("one", answer: "1")
        let second = try await place.ask("two", answer: "2")
        let edited = try await place.turn(.edit(second.question.id, try MessageText("zwei")), answer: "II")
        #expect(try await place.shown() == ["one", "1", "zwei", "II"])
        #expect(edited.question.parentID == first.answer.id)
        let wordings = [second.question.id, edited.question.id]
        #expect(try await place.siblings(of: edited.question.id) == wordings)
        #expect(try await place.siblings(of: edited.answer.id) == nil)

        let history = try await place.store.history(before: edited.answer, of: place.owner, bytes: 1_000)
        #expect(history.map(\.content) == ["one", "1", "zwei"], "a model sees its own branch alone")

        _ = try await place.store.change(place.id, of: place.owner, by: .init(shownMessage: second.question.id))
        #expect(try await place.shown() == ["one", "1", "two", "2"])
        _ = try await place.ask("three", answer: "3")
        #expect(try await place.shown() == ["one", "1", "two", "2", "three", "3"])
        // A message that is shown changes nothing; one above the fork shows the branch that was shown.
        _ = try await place.store.change(place.id, of: place.owner, by: .init(shownMessage: first.question.id))
        #expect(try await place.shown() == ["one", "1", "two", "2", "three", "3"])
        // Back on the other branch, to its end.
        _ = try await place.store.change(place.id, of: place.owner, by: .init(shownMessage: edited.question.id))
        #expect(try await place.shown() == ["one", "1", "zwei", "II"])
        let shown = try await place.store.shownMessages(in: place.id, of: place.owner)
        #expect(shown == [first.question.id, first.answer.id, edited.question.id, edited.answer.id])
        #expect(try await place.store.conversation(place.id, of: place.owner)?.messageCount == 8)
        // The first question can be worded anew, too: nothing stands before it.
        let anew = try await place.turn(.edit(first.question.id, try MessageText("eins")), answer: "I")
        #expect(anew.question.parentID == nil)
        #expect(try await place.shown() == ["eins", "I"])
    }

    @Test(arguments: StoreKind.allCases) func anotherAnswerIsABranch(kind: StoreKind) async throws {
        let place = try await place(kind)
        let first = try await place.ask("one", answer: "1")
        _ = try await place.ask("two", answer: "2")
        let again = try await place.turn(.again(first.answer.id), answer: "I")
        #expect(again.question.id == first.question.id && again.answer.parentID == first.question.id)
        #expect(try await place.shown() == ["one", "I"])
        #expect(try await place.siblings(of: again.answer.id) == [first.answer.id, again.answer.id])
        let byQuestion = try await place.turn(.again(first.question.id), answer: "i")
        #expect(byQuestion.answer.parentID == first.question.id)
        _ = try await place.store.change(place.id, of: place.owner, by: .init(shownMessage: first.answer.id))
        #expect(try await place.shown() == ["one", "1", "two", "2"])
    }

    @Test(arguments: StoreKind.allCases) func pagesFollowTheBranch(kind: StoreKind) async throws {
        let place = try await place(kind)
        let first = try await place.ask("one", answer: "1")
        _ = try await place.ask("two", answer: "2")
        _ = try await place.turn(.again(first.answer.id), answer: "I")
        _ = try await place.ask("zwei", answer: "II")
        let last = try #require(
            try await place.store.messages(in: place.id, of: place.owner, before: nil, limit: 2, bytes: 1_000))
        #expect(last.messages.map(\.content) == ["zwei", "II"])
        let earlier = try #require(last.earlier)
        let before = try await place.store.messages(
            in: place.id, of: place.owner, before: earlier, limit: 2, bytes: 1_000)
        #expect(before?.messages.map(\.content) == ["one", "I"] && before?.earlier == nil)
        #expect(before?.siblings.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func whatEndedEarlyIsContinued(kind: StoreKind) async throws {
        let place = try await place(kind)
        let whole = try await place.ask("one", answer: "1")
        await #expect(throws: ConversationStoreError.nothingToContinue) {
            try await place.turn(.proceed, answer: "x")
        }
        let cut = try await place.turn(
            .question(try MessageText("two")), answer: "a half", status: .complete, reason: .maxTokens)
        let more = try await place.store.beginTurn(
            in: place.id, of: place.owner, asking: .proceed, model: model, now: now)
        #expect(more.answer.id == cut.answer.id && more.answer.content == "a half" && more.answer.status == .streaming)
        #expect(more.question.id == cut.question.id && more.answer.stopReason == nil)
        try await place.store.checkpoint(more.answer.id, of: place.owner, content: "a half and")
        try await place.store.finish(
            more.answer.id, of: place.owner,
            with: MessageEnding(content: "a half and a hole", status: .complete, stopReason: .endTurn), now: now)
        #expect(try await place.shown() == ["one", "1", "two", "a half and a hole"])
        for word in ["half", "hole"] {
            let hits = try await place.store.search(SearchQuery(word), of: place.owner, limit: 9)
            #expect(hits.map(\.messageID) == [cut.answer.id], "\(word)")
        }
        // One that never got a word has nothing to be continued.
        _ = try await place.turn(.again(whole.answer.id), answer: "", status: .error)
        await #expect(throws: ConversationStoreError.nothingToContinue) {
            try await place.turn(.proceed, answer: "x")
        }
    }

    @Test(arguments: StoreKind.allCases) func messagesOfOtherConversationsAreNone(kind: StoreKind) async throws {
        let place = try await place(kind)
        let turn = try await place.ask("one", answer: "1")
        let other = try await place.store.createConversation(title: nil, of: place.owner, now: now).id
        for request in [
            TurnRequest.again(turn.answer.id), .again(turn.question.id),
            .edit(turn.question.id, try MessageText("x")), .again(MessageID(now: now)),
        ] {
            await #expect(throws: ConversationStoreError.notFound, "\(request)") {
                try await place.store.beginTurn(in: other, of: place.owner, asking: request, model: model, now: now)
            }
        }
        await #expect(throws: ConversationStoreError.notFound) {
            try await place.turn(.edit(turn.answer.id, try MessageText("an answer is no question")), answer: "x")
        }
        let change = ConversationChange(
            title: try ConversationTitle("not this"), shownMessage: turn.question.id)
        #expect(try await place.store.change(other, of: place.owner, by: change) == nil)
        #expect(try await place.store.conversation(other, of: place.owner)?.title == "New chat", "all or nothing")
    }
}
