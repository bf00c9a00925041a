import Accounts
import Dispatch

/// Hashes passwords a few at a time, off the event loops and off the cooperative thread pool.
///
/// Each hash takes 32 MiB and a good part of a second of one core. Without a limit, a burst of sign-ins would take the host;
/// without a limit to the queue, it would take all waiting browsers with it.
actor PasswordHasher {
    /// There are too many waiting already; to be told to the user as "try again in a moment".
    struct Overloaded: Error {}

    private let cost: PasswordHash.Cost
    private let maximumRunning: Int
    private let maximumWaiting: Int
    private let unmatchable: PasswordHash
    private let queue = DispatchQueue(label: "gatehouse.password-hashing", qos: .userInitiated, attributes: .concurrent)
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// A hasher that runs at most `maximumRunning` hashes at once and lets `maximumWaiting` more wait.
    init(cost: PasswordHash.Cost, maximumRunning: Int = 2, maximumWaiting: Int = 64) {
        self.cost = cost
        self.maximumRunning = maximumRunning
        self.maximumWaiting = maximumWaiting
        unmatchable = .unmatchable(cost: cost)
    }

    /// The hash of a new password.
    func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await run { try PasswordHash(hashing: password, cost: cost) }
    }

    /// Whether `password` has the hash `expected`; without one it takes as long and is false.
    func verify(_ password: String, against expected: PasswordHash?) async throws -> Bool {
        let hash = expected ?? unmatchable
        // What is too long to be anybody's password is not worth the memory, but must take the same time.
        let isPossible = password.unicodeScalars.count <= PasswordPolicy.maximumLength
        let candidate = isPossible ? password : ""
        let matches = try await run { try hash.matches(candidate) }
        return matches && isPossible && expected != nil
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    private func enter() async throws {
        if running < maximumRunning {
            running += 1
            return
        }
        guard waiting.count < maximumWaiting else { throw Overloaded() }
        // Whoever leaves hands its place over, so `running` stays as it is.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            running -= 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
