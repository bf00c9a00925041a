/// Asks again and again until there is an answer.
///
/// - Parameters:
///   - what: Names what was awaited when it does not come.
///   - limit: How long to ask.
///   - answer: The question; nil means not yet.
/// - Throws: ``Failure`` after `limit`, and what `answer` throws.
public func eventually<T: Sendable>(
    _ what: String, within limit: Duration = .seconds(10), _ answer: () async throws -> T?
) async throws -> T {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await answer() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("\(what) did not happen within \(limit)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
