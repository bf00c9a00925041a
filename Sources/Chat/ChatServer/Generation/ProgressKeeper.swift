import Conversations
import Logging

/// Stores what has come of the answers being written, all of them in one transaction every quarter of a second.
///
/// A transaction waits for the disk once, however many answers are in it. Each by itself, 500 answers would wait 500 times a second, their
/// words with them, and everybody's questions behind them. Here no answer waits: it leaves its text and goes on.
actor ProgressKeeper {
    private let store: any ConversationStore
    private let logger: Logger
    private var waiting: [MessageID: AnswerProgress] = [:]
    private var isGathering = false

    init(store: any ConversationStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Stores this soon, unless there is something newer by then.
    func keep(_ progress: AnswerProgress) {
        waiting[progress.answer] = progress
        guard !isGathering else { return }
        isGathering = true
        Task { await storeAll() }
    }

    /// An answer has ended: its whole text is stored elsewhere.
    func forget(_ answer: MessageID) {
        waiting[answer] = nil
    }

    private func storeAll() async {
        while !waiting.isEmpty {
            try? await Task.sleep(for: Self.interval)
            let batch = Array(waiting.values)
            waiting = [:]
            guard !batch.isEmpty else { break }
            do {
                try await store.checkpoint(batch)
            } catch {
                // The text is still in memory, and the next time may do.
                logger.warning(
                    "what came of answers could not be stored",
                    metadata: ["answers": "\(batch.count)", "error": "\(type(of: error))"])
            }
        }
        isGathering = false
    }

    private static let interval = Duration.milliseconds(250)
}
