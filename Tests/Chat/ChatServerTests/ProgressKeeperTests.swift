import Conversations
import Logging
import Testing

@testable import ChatServer

/// What has come of answers is kept for a crash, at a cost that does not grow with their number.
@Suite(.timeLimit(.minutes(1))) struct ProgressKeeperTests {
    private let fixture: Fixture
    private let owner: UserID
    private let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    init() async throws {
        fixture = try Fixture()
        owner = try await fixture.store.user(
            for: UserIdentity(issuer: "i", subject: "s", displayName: "n"), now: .now
        ).id
    }

    @Test func manyAnswersAreOneStepAndTheNewestTextCounts() async throws {
        let store = StoreDouble(fixture.store)
        let keeper = ProgressKeeper(store: store, logger: logger)
        let answers = (0..<200).map { _ in MessageID(now: .now) }
        for text in ["old", "new"] {
            for answer in answers { await keeper.keep(AnswerProgress(answer: answer, owner: owner, content: text)) }
        }
        await keeper.forget(answers[0])
        while store.checkpoints.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let step = try #require(store.checkpoints.first)
        // A machine that needs longer than the gathering for this may have begun earlier.
        let newest = store.checkpoints.flatMap { $0 }.filter { $0.content == "new" }
        #expect(step.count >= 199 && store.checkpoints.count <= 3)
        #expect(Set(newest.map(\.answer)) == Set(answers.dropFirst()))
    }

    @Test func aFailedStepIsNoReasonNotToTryTheNext() async throws {
        let store = StoreDouble(fixture.store)
        let keeper = ProgressKeeper(store: store, logger: logger)
        for count in 1...2 {
            await keeper.keep(AnswerProgress(answer: MessageID(now: .now), owner: owner, content: "\(count)"))
            while store.checkpoints.count < count { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(store.checkpoints.map { $0.map(\.content) } == [["1"], ["2"]])
    }

    @Test func whatHasComeIsOnDiskWhileTheAnswerGoesOn() async throws {
        let conversation = try await fixture.store.createConversation(title: nil, of: owner, now: .now).id
        let registry = GenerationRegistry(
            store: fixture.store, model: UnendingModel(), limits: .init(), logger: logger)
        let generation = try await registry.begin(
            in: conversation, of: owner, asking: .question(try MessageText("Hello")))
        var stored = ""
        while stored.isEmpty {
            stored = try await fixture.store.messages(in: conversation, of: owner)?.last?.content ?? ""
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(stored == UnendingModel.pieces[0], "what makes two KiB")
        // Whoever comes now reads pieces as they were said, from where he likes.
        #expect(await generation.news(since: 0).text == UnendingModel.words)
        #expect(await generation.news(since: 1).text == UnendingModel.pieces[1])
        #expect(await generation.news(since: 2).text.isEmpty)
        #expect(await generation.news(since: 99).next == 2)
        await generation.stop(.user)
        await generation.ended()
    }
}

/// A model that says something in two pieces, cut within a character of several scalars, and then waits.
private struct UnendingModel: ChatModel {
    let descriptor = ModelDescriptor(provider: "test", modelID: "unending", label: "Unending", simulated: true)
    static let pieces = [String(repeating: "ä", count: 2_000) + "e", "\u{301} and 👩🏽‍🚀"]
    static let words = pieces.joined()

    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        for piece in Self.pieces { try await emit(.delta(piece)) }
        try await Task.sleep(for: .seconds(3_600))
    }
}
