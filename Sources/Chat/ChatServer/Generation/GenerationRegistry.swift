import Conversations
import Logging

/// The answers being written now, and how many each user has.
actor GenerationRegistry {
    private let store: any ConversationStore
    private let progress: ProgressKeeper
    private let model: any ChatModel
    nonisolated let limits: ChatConfiguration.Limits
    nonisolated let metrics: ChatMetrics
    private let logger: Logger

    private var running: [GenerationID: Generation] = [:]
    /// Conversations in which an answer is just being begun.
    private var beginning: [Place: Task<Generation, any Error>] = [:]
    /// Conversations that are just being deleted.
    private var deleting: Set<Place> = []
    /// Counted from before the store is asked until the answer has ended, so that two requests at once cannot both pass.
    private var counts: [UserID: Int] = [:]
    private var rate: QuestionRate
    private var isDraining = false

    /// A conversation as its owner knows it. Another's question in it is none, and must not be told what goes on there.
    private struct Place: Hashable {
        let conversation: ConversationID
        let owner: UserID
    }

    init(
        store: any ConversationStore, model: any ChatModel, limits: ChatConfiguration.Limits,
        metrics: ChatMetrics = ChatMetrics(), logger: Logger
    ) {
        self.metrics = metrics
        self.store = store
        progress = ProgressKeeper(store: store, logger: logger)
        self.model = model
        self.limits = limits
        self.logger = logger
        rate = QuestionRate(perMinute: limits.questionsPerMinute)
    }

    /// Stores a question and begins its answer. There is one answer at a time in a conversation.
    ///
    /// - Throws: ``Problem`` or `ConversationStoreError`.
    func begin(
        in conversation: ConversationID, of owner: UserID, asking request: TurnRequest
    ) async throws -> Generation {
        guard !isDraining else { throw Problem.shuttingDown }
        let place = Place(conversation: conversation, owner: owner)
        guard !deleting.contains(place) else { throw Problem.notFound }
        guard beginning[place] == nil, generation(in: conversation, of: owner) == nil else {
            throw Problem.answerInProgress
        }
        guard counts[owner, default: 0] < limits.concurrentAnswers else {
            throw Problem.tooManyAnswers(limit: limits.concurrentAnswers)
        }
        // Each holds its prompt, files included, until it ends.
        guard counts.values.reduce(0, +) < limits.answers else { throw Problem.busy }
        if let wait = rate.asked(by: owner, at: .now) {
            throw Problem.tooManyQuestions(limit: limits.questionsPerMinute, wait: wait)
        }
        counts[owner, default: 0] += 1
        let task = Task { try await store(request, at: place) }
        beginning[place] = task
        defer { beginning[place] = nil }
        return try await task.value
    }

    private func store(_ request: TurnRequest, at place: Place) async throws -> Generation {
        let owner = place.owner
        do {
            try await checkUsage(of: owner, now: .now)
            let turn = try await store.beginTurn(
                in: place.conversation, of: owner, asking: request, model: model.descriptor, now: .now)
            let generation = Generation(
                turn: turn, owner: owner, model: model.descriptor, store: store, progress: progress, limits: limits,
                logger: logger)
            running[generation.id] = generation
            metrics.begun(model.descriptor)
            await generation.start(model) { await self.ended(generation, $0) }
            // Draining may have begun while the store was asked.
            if isDraining { await generation.stop(.shutdown) }
            return generation
        } catch {
            release(owner)
            throw error
        }
    }

    /// Refuses a user whose day's tokens or money are used up. Answers being written now are counted once they end.
    private func checkUsage(of owner: UserID, now: Timestamp) async throws {
        guard limits.tokensPerDay > 0 || limits.microUSDPerDay > 0 else { return }
        let day = Day(of: now)
        let used = try await store.usage(of: owner, on: day)
        let seconds = max(1, (day.end.milliseconds - now.milliseconds) / 1_000)
        if limits.tokensPerDay > 0, used.tokens >= limits.tokensPerDay {
            throw Problem.tokensUsedUp(limit: limits.tokensPerDay, seconds: seconds)
        }
        if limits.microUSDPerDay > 0, used.costMicroUSD >= limits.microUSDPerDay {
            throw Problem.moneyUsedUp(microUSD: limits.microUSDPerDay, seconds: seconds)
        }
    }

    /// Deletes a conversation and ends the answer being written in it, also one that is just being begun.
    ///
    /// - Returns: whether the owner had it.
    func delete(_ conversation: ConversationID, of owner: UserID) async throws -> Bool {
        let place = Place(conversation: conversation, owner: owner)
        guard deleting.insert(place).inserted else { return false }
        defer { deleting.remove(place) }
        // No further answer begins from here on, and one that does is known after this.
        _ = await beginning[place]?.result
        guard try await store.deleteConversation(conversation, of: owner, now: .now) else { return false }
        await generation(in: conversation, of: owner)?.stop(.user)
        return true
    }

    /// Deletes all conversations of an owner and ends the answers being written in them.
    ///
    /// - Returns: which there were.
    func deleteAll(of owner: UserID) async throws -> [ConversationID] {
        for (place, task) in beginning where place.owner == owner { _ = await task.result }
        let deleted = try await store.deleteAllConversations(of: owner, now: .now)
        for conversation in deleted { await generation(in: conversation, of: owner)?.stop(.user) }
        return deleted
    }

    /// A running answer of this owner.
    func generation(_ id: GenerationID, of owner: UserID) -> Generation? {
        running[id].flatMap { $0.owner == owner ? $0 : nil }
    }

    /// The running answer of a conversation, if there is one.
    func generation(in conversation: ConversationID, of owner: UserID) -> Generation? {
        running.values.first { $0.owner == owner && $0.turn.conversation.id == conversation }
    }

    /// Begins no more answers, gives the running ones some time, then ends them.
    func drain(within time: Duration) async {
        isDraining = true
        for task in beginning.values { _ = await task.result }
        guard !running.isEmpty else { return }
        logger.notice("waiting for answers to end", metadata: ["answers": "\(running.count)"])
        let deadline = Task {
            try await Task.sleep(for: time)
            for generation in self.running.values { await generation.stop(.shutdown) }
        }
        for generation in running.values { await generation.ended() }
        deadline.cancel()
    }

    private func ended(_ generation: Generation, _ ending: Generation.Ending) {
        running[generation.id] = nil
        release(generation.owner)
        metrics.ended(generation.model, ending)
    }

    private func release(_ owner: UserID) {
        let count = counts[owner, default: 0] - 1
        counts[owner] = count > 0 ? count : nil
    }
}
