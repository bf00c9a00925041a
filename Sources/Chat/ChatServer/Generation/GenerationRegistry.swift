import Conversations
import Logging

/// The answers being written now, and how many each user has.
actor GenerationRegistry {
    private let store: any ConversationStore
    private let model: any ChatModel
    private let limits: ChatConfiguration.Limits
    private let logger: Logger

    private var running: [GenerationID: Generation] = [:]
    /// Counted from before the store is asked until the answer has ended, so that two requests at once cannot both pass.
    private var counts: [UserID: Int] = [:]
    private var isDraining = false

    init(store: any ConversationStore, model: any ChatModel, limits: ChatConfiguration.Limits, logger: Logger) {
        self.store = store
        self.model = model
        self.limits = limits
        self.logger = logger
    }

    /// Stores a question and begins its answer.
    ///
    /// - Parameter text: the question; `nil` asks the last one again.
    /// - Throws: ``Problem`` or `ConversationStoreError`.
    func begin(in conversation: ConversationID, of owner: UserID, text: MessageText?) async throws -> Generation {
        guard !isDraining else { throw Problem.shuttingDown }
        guard counts[owner, default: 0] < limits.concurrentAnswers else {
            throw Problem.tooManyAnswers(limit: limits.concurrentAnswers)
        }
        counts[owner, default: 0] += 1
        do {
            let turn = try await store.beginTurn(
                in: conversation, of: owner, text: text, model: model.descriptor, now: .now)
            guard let prompt = ChatPrompt(history: turn.history, includingSimulated: model.descriptor.simulated) else {
                preconditionFailure("a turn that was begun has a question")
            }
            let generation = Generation(
                turn: turn, owner: owner, model: model.descriptor, store: store, limits: limits, logger: logger)
            running[generation.id] = generation
            await generation.start(model, prompt: prompt) { await self.ended(generation) }
            // Draining may have begun while the store was asked.
            if isDraining { await generation.stop(.shutdown) }
            return generation
        } catch {
            release(owner)
            throw error
        }
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
