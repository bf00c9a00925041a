import Accounts
import Dispatch

/// Hashes passwords a few at a time, off the event loops and off the cooperative thread pool.
///
/// Each hash takes 32 MiB and a good part of a second of one core. Without a limit, a burst of sign-ins would take the host;
/// without a limit to the queue, it would take all waiting browsers with it. The queue is fair: a source that floods it
/// waits for itself, see ``FairQueue``.
actor PasswordHasher {
    typealias Overloaded = UserPoolStore.Overloaded

    /// A place at the hasher: who has it may hash, now.
    struct Place: Sendable {
        fileprivate let hasher: PasswordHasher

        /// The hash of a new password.
        func hash(_ password: String) async throws -> PasswordHash {
            let cost = hasher.cost
            return try await hasher.onQueue { try PasswordHash(hashing: password, cost: cost) }
        }

        /// Does `work`, which keeps a core busy.
        func calculate<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
            try await hasher.onQueue(work)
        }

        /// Whether `password` has the hash `expected`; without one it takes as long and is false.
        func verify(_ password: String, against expected: PasswordHash?) async throws -> Bool {
            let hash = expected ?? hasher.unmatchable
            // What is too long to be anybody's password is not worth the memory, but must take the same time.
            let isPossible = password.unicodeScalars.count <= PasswordPolicy.maximumLength
            let candidate = isPossible ? password : ""
            let matches = try await hasher.onQueue { try hash.matches(candidate) }
            return matches && isPossible && expected != nil
        }
    }

    private let cost: PasswordHash.Cost
    private let maximumRunning: Int
    private let unmatchable: PasswordHash
    private let queue = DispatchQueue(label: "gatehouse.password-hashing", qos: .userInitiated, attributes: .concurrent)
    private var running = 0
    private var line: FairQueue<Int>
    private var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var tickets = 0

    /// A hasher that runs at most `maximumRunning` hashes at once and lets `maximumWaiting` more wait, a quarter of them
    /// in reserve for known browsers, and `perSource` of one source.
    init(cost: PasswordHash.Cost, maximumRunning: Int = 2, maximumWaiting: Int = 64, perSource: Int = 4) {
        self.cost = cost
        self.maximumRunning = maximumRunning
        line = FairQueue(capacity: maximumWaiting, reserve: maximumWaiting / 4, perSource: perSource)
        unmatchable = .unmatchable(cost: cost)
    }

    /// How many wait for a place.
    var waiters: Int { line.count }

    /// Waits for a place, then does `work` with it.
    ///
    /// Who is cancelled while waiting leaves the line. Work that has begun goes on to its end whatever happens to the
    /// caller: an attempt that was counted is also looked at.
    /// - Throws: ``Overloaded``, `CancellationError`, or what `work` throws.
    func withPlace<Value: Sendable>(
        for source: AttemptSource, _ work: @escaping @Sendable (Place) async throws -> Value
    ) async throws -> Value {
        try await enter(source)
        let result = await Task { try await work(Place(hasher: self)) }.result
        leave()
        return try result.get()
    }

    private nonisolated func onQueue<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    private func enter(_ source: AttemptSource) async throws {
        try Task.checkCancellation()
        if running < maximumRunning {
            running += 1
            return
        }
        tickets += 1
        let ticket = tickets
        // Whoever leaves hands its place over, so `running` stays as it is.
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // The handler may have run already, and found nobody to wake.
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                switch line.enqueue(ticket, from: source) {
                case .refused: return continuation.resume(throwing: Overloaded())
                case .displaces(let other): waiting.removeValue(forKey: other)?.resume(throwing: Overloaded())
                case .waits: break
                }
                waiting[ticket] = continuation
            }
        } onCancel: {
            Task { await self.giveUp(ticket, source) }
        }
    }

    private func giveUp(_ ticket: Int, _ source: AttemptSource) {
        line.remove(ticket, from: source)
        waiting.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
    }

    private func leave() {
        if let next = line.next() {
            guard let continuation = waiting.removeValue(forKey: next) else {
                preconditionFailure("a waiter stands in the line and has no continuation")
            }
            continuation.resume()
        } else {
            running -= 1
        }
    }
}
