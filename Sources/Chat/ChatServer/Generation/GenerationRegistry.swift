import Conversations
import Logging

/// The answers being written now, and how many each user has.
actor GenerationRegistry {
    private let store: any ConversationStore
    private let model: any ChatModel
    nonisolated let limits: ChatConfiguration.Limits
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

    init(store: any ConversationStore, model: any ChatModel, limits: ChatConfiguration.Limits, logger: Logger) {
        self.store = store
        self.model = model
        self.limits = limits
        self.logger = logger
        rate = QuestionRate(perMinute: limits.questionsPerMinute)
    }

    /// Stores a question and begins its answer. There is one answer at a time in a conversation.
    ///
    /// - Parameter text: the question; `nil` asks the last one again.
    /// - Throws: ``Problem`` or `ConversationStoreError`.
    func begin(in conversation: ConversationID, of owner: UserID, text: MessageText?) async throws -> Generation {
        guard !isDraining else { throw Problem.shuttingDown }
        let place = Place(conversation: conversation, owner: owner)
        guard !deleting.contains(place) else { throw Problem.notFound }
        guard beginning[place] == nil, generation(in: conversation, of: owner) == nil else {
            throw Problem.answerInProgress
        }
        guard counts[owner, default: 0] < limits.concurrentAnswers else {
            throw Problem.tooManyAnswers(limit: limits.concurrentAnswers)
        }
        if let wait = rate.asked(by: owner, at: .now) {
            throw Problem.tooManyQuestions(limit: limits.questionsPerMinute, wait: wait)
        }
        counts[owner, default: 0] += 1
        let task = Task { try await store(text, at: place) }
        beginning[place] = task
        defer { beginning[place] = nil }
        return try await task.value
    }

    private func store(_ text: MessageText?, at place: Place) async throws -> Generation {
        let owner = place.owner
        do {
            let turn = try await store.beginTurn(
                in: place.conversation, of: owner, text: text, model: model.descriptor, now: .now)
            let generation = Generation(
                turn: turn, owner: owner, model: model.descriptor, store: store, limits: limits, logger: logger)
            running[generation.id] = generation
            await generation.start(model) { await self.ended(generation) }
            // Draining may have begun while the store was asked.
            if isDraining { await generation.stop(.shutdown) }
            return generation
        } catch {
            release(owner)
            throw error
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
        guard try await store.deleteConversation(conversation, of: owner) else { return false }
        await generation(in: conversation, of: owner)?.stop(.user)
        return true
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

    private func ended(_ generation: Generation) {
        running[generation.id] = nil
        release(generation.owner)
    }

    private func release(_ owner: UserID) {
        let count = counts[owner, default: 0] - 1
        counts[owner] = count > 0 ? count : nil
    }
}
