import Conversations
import Logging
import Synchronization
import Testing

@testable import ChatServer

/// What goes wrong around an answer: its end cannot be stored, it is stopped or deleted before it has begun.
@Suite(.timeLimit(.minutes(1))) struct GenerationFaultTests {
    private let fixture: Fixture
    private let owner: UserID
    private let conversation: ConversationID
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
        conversation = try await fixture.store.createConversation(title: nil, of: owner, now: .now).id
    }

    private func generation(_ model: any ChatModel, _ store: any ConversationStore) async throws -> Generation {
        let turn = try await store.beginTurn(
            in: conversation, of: owner, asking: .question(try MessageText("Hello")), model: model.descriptor, now: .now
        )
        // Nobody reads here, and a busy machine may take longer than the usual grace.
        var limits = ChatConfiguration.Limits()
        limits.disconnectGraceSeconds = 3600
        return Generation(
            turn: turn, owner: owner, model: model.descriptor, store: store,
            progress: ProgressKeeper(store: store, logger: logger), limits: limits, logger: logger,
            storageRetries: [.milliseconds(1), .milliseconds(1)])
    }

    /// The last stored message's status.
    private func status() async throws -> Message.Status? {
        try await fixture.store.messages(in: conversation, of: owner)?.last?.status
    }

    @Test func anEndIsStoredAgainUntilItIsStored() async throws {
        let model = OfflineModel(pace: .instant)
        let generation = try await generation(model, StoreDouble(fixture.store, failures: 2))
        await generation.start(model) { _ in }
        await generation.ended()
        #expect(try await status() == .complete)
        guard case .done(.complete, _, _) = await generation.news(since: 0).ending else {
            Issue.record("the reader is told of another end")
            return
        }
    }

    @Test func whoReadsIsToldWhenTheEndCannotBeStored() async throws {
        let model = OfflineModel(pace: .instant)
        let generation = try await generation(model, StoreDouble(fixture.store, failures: 3))
        await generation.start(model) { _ in }
        await generation.ended()
        #expect(try await status() == .streaming)
        guard case .failed(let error, _) = await generation.news(since: 0).ending else {
            Issue.record("the reader is told that all is well")
            return
        }
        #expect(error.code == .storage)
        // And the conversation goes on.
        let registry = GenerationRegistry(store: fixture.store, model: model, limits: .init(), logger: logger)
        let next = try await registry.begin(in: conversation, of: owner, asking: .question(try MessageText("Again")))
        await next.ended()
        #expect(try await status() == .complete)
    }

    @Test func stoppedBeforeItBeganItEndsAtOnce() async throws {
        let model = GatedModel()
        let generation = try await generation(model, fixture.store)
        await generation.stop(.user)
        async let ended: Void = generation.ended()
        await generation.start(model) { _ in }
        await ended
        #expect(try await status() == .stopped)
    }

    @Test func stoppedTwiceItEnds() async throws {
        let model = BegunModel()
        let generation = try await generation(model, fixture.store)
        await generation.start(model) { _ in }
        await model.hasBegun()
        await generation.stop(.user)
        await generation.stop(.shutdown)
        await generation.ended()
        #expect(try await status() == .stopped, "the first reason counts")
    }

    @Test func deletedWhileItBeginsItIsStopped() async throws {
        let (stored, store) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let registry = GenerationRegistry(
            store: StoreDouble(fixture.store) {
                store.yield()
                for await _ in released { break }
            }, model: GatedModel(), limits: .init(), logger: logger)
        let begun = Task { [conversation, owner] in
            try await registry.begin(in: conversation, of: owner, asking: .question(try MessageText("Hello")))
        }
        for await _ in stored { break }
        let deleted = Task { [conversation, owner] in try await registry.delete(conversation, of: owner) }
        // Nothing more begins in a conversation that is being deleted.
        await #expect(throws: Problem.self) {
            try await registry.begin(in: conversation, of: owner, asking: .question(try MessageText("More")))
        }
        release.yield()
        #expect(try await deleted.value)
        await (try await begun.value).ended()
        #expect(await registry.generation(in: conversation, of: owner) == nil)
        #expect(try await fixture.store.conversation(conversation, of: owner) == nil)
    }

    @Test func aQuestionIsAskedWhateverFailedAnswersTake() async throws {
        var limits = ChatConfiguration.Limits()
        limits.promptBytes = 1_000
        let registry = GenerationRegistry(
            store: fixture.store, model: OfflineModel(pace: .instant), limits: limits, logger: logger)
        let failed = try await fixture.store.beginTurn(
            in: conversation, of: owner, asking: .question(try MessageText("Hello")), model: GatedModel().descriptor,
            now: .now)
        try await fixture.store.finish(
            failed.answer.id, of: owner,
            with: MessageEnding(content: String(repeating: "x", count: 2_000), status: .error), now: .now)
        await (try await registry.begin(in: conversation, of: owner, asking: .again(nil))).ended()
        #expect(try await status() == .complete)
        let answer = try await fixture.store.messages(in: conversation, of: owner)?.last?.content
        #expect(answer?.contains("Hello") == true)
    }

    @Test func aUserAsksSoManyQuestionsAMinute() async throws {
        var rate = QuestionRate(perMinute: 3)
        let now = ContinuousClock.now
        let other = UserID(now: .now)
        for _ in 1...3 { #expect(rate.asked(by: owner, at: now) == nil) }
        #expect(rate.asked(by: owner, at: now) == .seconds(20))
        #expect(rate.asked(by: other, at: now) == nil)
        #expect(rate.asked(by: owner, at: now + .seconds(20)) == nil)
        #expect(rate.asked(by: owner, at: now + .seconds(20)) == .seconds(20))
        for _ in 1...2_000 { _ = rate.asked(by: UserID(now: .now), at: now) }
        _ = rate.asked(by: owner, at: now + .seconds(3_600))
        #expect(rate.count == 1, "whose minute is whole is forgotten")
    }
}

/// A model that says when it has begun, and then waits until it is cancelled.
private final class BegunModel: ChatModel {
    let descriptor = ModelDescriptor(provider: "test", modelID: "begun", label: "Begun", simulated: true)
    private let begun = AsyncStream.makeStream(of: Void.self)

    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        begun.continuation.yield()
        try await Task.sleep(for: .seconds(3_600))
    }

    func hasBegun() async {
        for await _ in begun.stream { return }
    }
}
