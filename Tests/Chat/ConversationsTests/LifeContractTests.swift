import Conversations
import Foundation
import Testing

/// What any store must do with deletion, search, usage, and conversations from elsewhere.
@Suite struct LifeContractTests {
    private let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func later(_ milliseconds: Int) -> Timestamp { Timestamp(milliseconds: now.milliseconds + milliseconds) }

    private func user(_ subject: String = "ann", in store: any ConversationStore) async throws -> UserID {
        try await store.user(
            for: UserIdentity(issuer: "https://one", subject: subject, displayName: subject), now: now
        ).id
    }

    @discardableResult
    private func conversation(
        _ question: String, answer: String = "yes", figures: AnswerFigures? = nil, status: Message.Status = .complete,
        of owner: UserID, in store: any ConversationStore, at time: Timestamp? = nil
    ) async throws -> ConversationID {
        let time = time ?? now
        let id = try await store.createConversation(title: nil, of: owner, now: time).id
        let turn = try await store.beginTurn(
            in: id, of: owner, asking: .question(try MessageText(question)), model: model, now: time)
        try await store.finish(
            turn.answer.id, of: owner, with: MessageEnding(content: answer, status: status, figures: figures), now: time
        )
        return id
    }

    private func found(_ text: String, of owner: UserID, in store: any ConversationStore) async throws -> [String] {
        try await store.search(SearchQuery(text), of: owner, limit: 10).map(\.conversation.title)
    }

    // MARK: Deletion

    @Test(arguments: StoreKind.allCases) func aDeletionCanBeTakenBack(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let id = try await conversation("Plums", of: ann, in: store)
        #expect(try await store.deleteConversation(id, of: ann, now: now))
        #expect(try await store.conversation(id, of: ann) == nil)
        #expect(try await found("plums", of: ann, in: store).isEmpty)
        #expect(try await store.change(id, of: ann, by: .init(isPinned: true)) == nil)
        #expect(try await store.allMessages(in: id, of: ann, after: 0, limit: 9, bytes: 999).isEmpty)
        #expect(try await store.shownMessages(in: id, of: ann).isEmpty)
        await #expect(throws: ConversationStoreError.notFound) {
            try await store.beginTurn(
                in: id, of: ann, asking: .question(try MessageText("x")), model: model, now: now)
        }
        let ben = try await user("ben", in: store)
        #expect(try await store.restoreConversation(id, of: ben) == nil)
        #expect(try await store.restoreConversation(id, of: ann)?.title == "Plums")
        #expect(try await store.restoreConversation(id, of: ann) == nil, "it is not deleted any more")
        #expect(try await found("plums", of: ann, in: store) == ["Plums"])
    }

    @Test(arguments: StoreKind.allCases) func purgingEndsIt(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let ben = try await user("ben", in: store)
        let old = try await conversation("Old", of: ann, in: store)
        let new = try await conversation("New", of: ann, in: store, at: later(100))
        let bens = try await conversation("Ben's", of: ben, in: store, at: later(100))
        #expect(Set(try await store.deleteAllConversations(of: ann, now: later(200))) == [old, new])
        #expect(try await store.restoreConversation(new, of: ann) != nil)
        #expect(try await store.purge(deletedBefore: later(200), untouchedSince: nil) == 0)
        #expect(try await store.purge(deletedBefore: later(201), untouchedSince: nil) == 1)
        #expect(try await store.restoreConversation(old, of: ann) == nil)
        // What nobody has touched for long goes, too, if that is wanted.
        #expect(try await store.purge(deletedBefore: now, untouchedSince: later(100)) == 0)
        #expect(try await store.purge(deletedBefore: now, untouchedSince: later(101)) == 2)
        #expect(try await store.conversation(bens, of: ben) == nil)
    }

    // MARK: Change

    @Test(arguments: StoreKind.allCases) func aConversationIsChanged(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let id = try await conversation("Plums", of: ann, in: store)
        let changed = try await store.change(
            id, of: ann, by: .init(isPinned: true, instructions: Instructions("Be brief.")))
        #expect(changed?.isPinned == true && changed?.instructions == "Be brief." && changed?.title == "Plums")
        #expect(changed?.updatedAt == now, "what is no message does not make it newer")
        let back = try await store.change(id, of: ann, by: .init(isPinned: false, instructions: Instructions("  ")))
        #expect(back?.isPinned == false && back?.instructions == nil)
    }

    // MARK: Search

    @Test(arguments: StoreKind.allCases) func wordsAreFound(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        try await conversation("Crème brûlée", answer: "Burn the sugar slowly, then wait.", of: ann, in: store)
        try await conversation("Taxes", answer: "The sugar tax of 1764", of: ann, in: store, at: later(1))
        try await conversation("東京の天気", answer: "晴れです", of: ann, in: store, at: later(2))
        #expect(try await found("creme", of: ann, in: store) == ["Crème brûlée"])
        #expect(try await found("SUG tax", of: ann, in: store) == ["Taxes"], "beginnings, in any order, all of them")
        #expect(Set(try await found("sugar", of: ann, in: store)) == ["Taxes", "Crème brûlée"])
        #expect(try await found("sugar plums", of: ann, in: store).isEmpty)
        #expect(try await found("天気", of: ann, in: store) == ["東京の天気"])
        #expect(try await found("晴れ", of: ann, in: store) == ["東京の天気"])
        let hit = try await store.search(SearchQuery("slowly"), of: ann, limit: 10).first
        #expect(hit?.excerpt.map(\.text).joined() == "Burn the sugar slowly, then wait.")
        #expect(hit?.excerpt.filter(\.isMatch).map(\.text) == ["slowly"])
        let ben = try await user("ben", in: store)
        #expect(try await found("sugar", of: ben, in: store).isEmpty)
        #expect(try await found("天気", of: ben, in: store).isEmpty)
    }

    @Test(
        arguments: StoreKind.allCases,
        [
            "\"", "a\"b", "NEAR(a b)", "content:x", "a* b", "owner_id:x", "AND OR NOT", "-x ^y", "{a}", "%a_", "a\\",
            "'; --",
            "a + b", "(", "天%", "天_", "天\\",
        ])
    func whatIsLookedForIsNeverALanguage(kind: StoreKind, text: String) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        try await conversation("plain words", answer: "天気", of: ann, in: store)
        guard let query = try? SearchQuery(text) else { return }
        #expect(try await store.search(query, of: ann, limit: 10).isEmpty, "\(text)")
    }

    @Test(arguments: StoreKind.allCases) func aConversationIsFoundOnce(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let id = try await conversation("sugar", answer: "sugar sugar", of: ann, in: store)
        let hits = try await store.search(SearchQuery("sugar"), of: ann, limit: 10)
        #expect(hits.map(\.conversation.id) == [id] && hits[0].messageID != nil)
        #expect(try await store.search(SearchQuery("sugar"), of: ann, limit: 1).count == 1)
    }

    // MARK: Usage

    @Test(arguments: StoreKind.allCases) func whatAnswersTakeIsSummed(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let ben = try await user("ben", in: store)
        func figures(_ tokens: Int, cost: Int?, ms: Int) -> AnswerFigures {
            AnswerFigures(
                inputTokens: tokens, outputTokens: tokens * 2, costMicroUSD: cost, isEstimated: cost == nil,
                firstTokenMilliseconds: ms / 2, milliseconds: ms)
        }
        let day = Day(of: now)
        let id = try await conversation("1", figures: figures(10, cost: 500, ms: 100), of: ann, in: store)
        try await conversation("2", figures: figures(20, cost: nil, ms: 300), status: .error, of: ann, in: store)
        try await conversation("3", figures: figures(100, cost: 9, ms: 200), of: ben, in: store)
        try await conversation(
            "4", figures: figures(1, cost: 1, ms: 1), of: ann, in: store,
            at: Timestamp(milliseconds: day.end.milliseconds))
        let sum = try await store.usage(of: ann, on: day)
        #expect(
            sum == UsageSum(answers: 2, failures: 1, inputTokens: 30, outputTokens: 60, costMicroUSD: 500)
                && sum.tokens == 90)
        #expect(try await store.usage(of: ann, on: day.advanced(by: -1)) == UsageSum())
        let message = try await store.messages(in: id, of: ann)?.last
        #expect(message?.figures == figures(10, cost: 500, ms: 100))

        // It outlives the conversation.
        _ = try await store.deleteAllConversations(of: ann, now: now)
        _ = try await store.purge(deletedBefore: later(1), untouchedSince: nil)
        let report = try await store.usageReport(from: day, through: day, users: 10)
        #expect(report.days.map(\.day) == [day] && report.days[0].sum.answers == 3)
        #expect(report.users.map(\.user.displayName) == ["ben", "ann"] && report.users[1].sum.tokens == 90)
        #expect(report.models.map(\.modelID) == ["test-1"] && report.models[0].sum.costMicroUSD == 509)
        #expect(report.whole.median == 200 && report.whole.p95 == 300 && report.firstToken.median == 100)
        #expect(try await store.usageReport(from: day, through: day.advanced(by: 1), users: 1).days.count == 2)
        try await store.forgetUsage(before: day.advanced(by: 1))
        let rest = try await store.usageReport(from: day, through: day, users: 10)
        #expect(rest.whole.median == nil && rest.models.isEmpty && rest.days[0].sum.answers == 3)
    }

    @Test(arguments: StoreKind.allCases) func aContinuedAnswerAddsUp(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let part = AnswerFigures(
            inputTokens: 5, outputTokens: 7, costMicroUSD: 3, isEstimated: false, firstTokenMilliseconds: 40,
            milliseconds: 100)
        let id = try await conversation("1", answer: "a", figures: part, status: .stopped, of: ann, in: store)
        let more = try await store.beginTurn(in: id, of: ann, asking: .proceed, model: model, now: now)
        try await store.finish(
            more.answer.id, of: ann, with: MessageEnding(content: "ab", status: .complete, figures: part), now: now)
        let sum = AnswerFigures(
            inputTokens: 10, outputTokens: 14, costMicroUSD: 6, isEstimated: false, firstTokenMilliseconds: 40,
            milliseconds: 200)
        #expect(try await store.messages(in: id, of: ann)?.last?.figures == sum)
        // An ending that comes twice counts once.
        try await store.finish(
            more.answer.id, of: ann, with: MessageEnding(content: "ab", status: .complete, figures: part), now: now)
        #expect(try await store.usage(of: ann, on: Day(of: now)).answers == 2)
    }

    // MARK: From elsewhere

    private func document(_ messages: String, more: String = "") -> [UInt8] {
        Array(
            #"{"format":"gatehouse-chat/1","conversations":[{"title":"Plums"\#(more),"messages":[\#(messages)]}]}"#.utf8
        )
    }

    @Test(arguments: StoreKind.allCases) func aConversationComesFromElsewhere(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let json = document(
            """
            {"id":"q","role":"user","content":"Which plums?"},
            {"id":"a1","parent":"q","role":"assistant","content":"Quetsche","status":"streaming","simulated":true,"model":"x"},
            {"id":"a2","parent":"q","role":"assistant","content":"Mirabelle","createdAt":5},
            {"id":"q2","parent":"a1","role":"user","content":"Why?"}
            """, more: #","instructions":"Be brief.","pinned":true,"createdAt":1000,"shown":"a2""#)
        let parsed = try #require(try ConversationDocument.conversations(in: json, now: now).first)
        let stored = try await store.importConversation(parsed, of: ann, now: now)
        #expect(stored.title == "Plums" && stored.isPinned && stored.instructions == "Be brief.")
        #expect(stored.createdAt == Timestamp(milliseconds: 1_000) && stored.messageCount == 4)
        #expect(stored.titleSource == .user)
        let shown = try #require(try await store.messages(in: stored.id, of: ann))
        #expect(shown.map(\.content) == ["Which plums?", "Mirabelle"])
        #expect(shown[1].provider == "imported" && shown[1].createdAt == Timestamp(milliseconds: 5))
        let all = try await store.allMessages(in: stored.id, of: ann, after: 0, limit: 9, bytes: 9_999)
        #expect(all.map(\.status) == [.complete, .interrupted, .complete, .complete])
        #expect(all[1].simulated && all[1].modelID == "imported" && all[3].parentID == all[1].id)
        #expect(try await found("mirabelle", of: ann, in: store) == ["Plums"])
        // It goes on like any other.
        let turn = try await store.beginTurn(
            in: stored.id, of: ann, asking: .question(try MessageText("More")), model: model, now: now)
        #expect(turn.question.sequence == 5 && turn.question.parentID == all[2].id)
    }

    @Test(arguments: StoreKind.allCases) func whatDoesNotFitIsNotTakenIn(kind: StoreKind) async throws {
        let store = try kind.makeStore(limits: .init(messagesPerConversation: 2, bytesPerUser: 3_000))
        let ann = try await user(in: store)
        func parsed(_ messages: [(String, String)]) throws -> ImportedConversation {
            let json = messages.map { #"{"role":"\#($0)","content":"\#($1)"}"# }.joined(separator: ",")
            return try #require(try ConversationDocument.conversations(in: document(json), now: now).first)
        }
        let three = try parsed([("user", "a"), ("assistant", "b"), ("user", "c")])
        await #expect(throws: ConversationStoreError.full(limit: 2)) {
            try await store.importConversation(three, of: ann, now: now)
        }
        let large = try parsed([("user", "a"), ("assistant", String(repeating: "x", count: 3_000))])
        await #expect(throws: ConversationStoreError.tooManyBytes(limit: 3_000)) {
            try await store.importConversation(large, of: ann, now: now)
        }
        #expect(try await store.conversations(of: ann, limit: 9).isEmpty)
    }

    @Test(arguments: [
        ("[]", ImportProblem.malformed), (#"{"format":"gatehouse-chat/2"}"#, .unknownFormat), ("{}", .unknownFormat),
        (#"{"format":"gatehouse-chat/1"}"#, .malformed),
        (#"{"format":"gatehouse-chat/1","conversations":[]}"#, .noConversations),
        (#"{"format":"gatehouse-chat/1","conversations":[{"title":"t","messages":[]}]}"#, .noMessages),
        (#"{"format":"gatehouse-chat/1","conversations":[{"title":"","messages":[]}]}"#, .text(.empty(.title))),
    ])
    func aDocumentIsChecked(json: String, problem: ImportProblem) {
        #expect(throws: problem) { try ConversationDocument.conversations(in: Array(json.utf8), now: now) }
    }

    @Test(arguments: [
        (#"{"role":"system","content":"x"}"#, ImportProblem.role(0)),
        (#"{"role":"assistant","content":"x"}"#, .order(0)),
        (#"{"role":"user","content":"x"},{"role":"user","content":"y"}"#, .order(1)),
        (
            #"{"id":"a","role":"user","content":"x"},{"id":"a","parent":"a","role":"assistant","content":"y"}"#,
            .order(1)
        ),
        (#"{"id":"a","parent":"a","role":"user","content":"x"}"#, .order(0)),
        (#"{"id":"a","parent":"b","role":"user","content":"x"},{"id":"b","role":"user","content":"y"}"#, .order(0)),
        (#"{"role":"user","content":" "}"#, .text(.empty(.message))),
        (#"{"role":"user","content":"\u0000"}"#, .text(.controlCharacter(.message, codePoint: 0))),
        (
            #"{"role":"user","content":"x"},{"role":"assistant","content":"\u0007"}"#,
            .text(.controlCharacter(.answer, codePoint: 7))
        ),
    ])
    func messagesOfADocumentAreChecked(messages: String, problem: ImportProblem) {
        #expect(throws: problem) { try ConversationDocument.conversations(in: document(messages), now: now) }
    }
}
