import Logging
import Operations
import Synchronization

/// What is done after an answer has been given, so that its time says nothing: looking for a user, sending a mail.
///
/// One after the other, and no more than so many at once wait: who asks for codes in a flood gets none.
final class Errands: Sendable {
    private let logger: Logger
    private let capacity: Int
    private let waiting = Mutex(0)
    private let lane: AsyncStream<@Sendable () async throws -> Void>
    private let entry: AsyncStream<@Sendable () async throws -> Void>.Continuation

    init(capacity: Int = 100, logger: Logger) {
        self.capacity = capacity
        self.logger = logger
        (lane, entry) = AsyncStream.makeStream()
    }

    /// Has `errand` done some time.
    ///
    /// - Returns: false where too many wait already; it is then not done.
    @discardableResult
    func add(_ errand: @escaping @Sendable () async throws -> Void) -> Bool {
        let isTaken = waiting.withLock { count in
            guard count < capacity else { return false }
            count += 1
            return true
        }
        if isTaken { entry.yield(errand) } else { logger.warning("Too many mails wait; one was left out") }
        return isTaken
    }

    /// Does errands until the task is cancelled.
    func run() async {
        for await errand in lane {
            do {
                try await errand()
            } catch {
                logger.error("A mail could not be sent", metadata: ["error": "\(error)"])
            }
            waiting.withLock { $0 -= 1 }
        }
    }

    /// Does all errands there are now; for tests.
    func runWaiting() async {
        entry.finish()
        await run()
    }
}
