/// The work was not done in time.
public struct DeadlineExceeded: Error, Equatable {
    /// An error without further words.
    public init() {}
}

/// Does `work`, and cancels it when it takes longer than `time`.
///
/// - Throws: ``DeadlineExceeded``, or what `work` throws.
public func withDeadline<Value: Sendable>(
    _ time: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: time)
            throw DeadlineExceeded()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { preconditionFailure("two tasks were added") }
        return value
    }
}
