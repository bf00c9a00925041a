import Synchronization

/// A deadline that moves as an answer comes in.
final class MovingDeadline: Sendable {
    private let state: Mutex<(instant: ContinuousClock.Instant?, phase: ProviderFailure.Phase)>

    init(_ phase: ProviderFailure.Phase, in time: Duration) {
        state = Mutex((.now + time, phase))
    }

    /// Waits for something else from now on.
    func move(to phase: ProviderFailure.Phase, in time: Duration) {
        state.withLock { $0 = (.now + time, phase) }
    }

    /// Nothing is waited for until the next move.
    func rest() {
        state.withLock { $0.instant = nil }
    }

    /// Runs work that ends early, by cancellation, when the deadline has passed.
    ///
    /// - Throws: what the work throws, or ``ProviderFailure/timeout(_:)``.
    func guarding<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await self.watch()
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                preconditionFailure("a deadline's watch ends by an error")
            }
            return result
        }
    }

    private func watch() async throws {
        while true {
            let (instant, phase) = state.withLock { $0 }
            let now = ContinuousClock.now
            if let instant, instant <= now { throw ProviderFailure.timeout(phase) }
            // A deadline that moves nearer is noticed within this time.
            let nap = min(instant.map { $0 - now } ?? Self.longestNap, Self.longestNap)
            try await Task.sleep(for: nap)
        }
    }

    private static let longestNap = Duration.milliseconds(250)
}
