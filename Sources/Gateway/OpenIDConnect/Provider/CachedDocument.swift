/// A document of the provider that is fetched when it is needed, kept, and never asked for more often than agreed.
///
/// However many callers come at once, one fetch is under way; a document that is there outlives a provider that is not.
actor CachedDocument<Value: Sendable> {
    /// Everything in seconds.
    struct Timing: Sendable {
        /// After this a new one is fetched before the old one is used again.
        var refreshAfter: Int
        /// Between two fetches while there is a document.
        var interval: Int
        /// Between two fetches while there is none.
        var retryAfter: Int
    }

    private let timing: Timing
    private let fetch: @Sendable () async -> Result<Value, SignInError>
    private var value: Value?
    private var fetchedAt = 0
    private var attemptedAt: Int?
    private var lastFailure: SignInError?
    private var running: Task<Result<Value, SignInError>, Never>?

    init(timing: Timing, fetch: @escaping @Sendable () async -> Result<Value, SignInError>) {
        self.timing = timing
        self.fetch = fetch
    }

    /// The document.
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - isSufficient: whether the document at hand will do; if not, a new one is fetched as soon as it may be.
    /// - Returns: possibly a document that is not sufficient, if a newer one may not be had yet.
    func get(now: Int, isSufficient: @Sendable (Value) -> Bool = { _ in true }) async throws(SignInError) -> Value {
        if let value, abs(now - fetchedAt) < timing.refreshAfter, isSufficient(value) { return value }
        if let running { return try outcome(await running.value) }
        if let attemptedAt, abs(now - attemptedAt) < (value == nil ? timing.retryAfter : timing.interval) {
            if let value { return value }
            if let lastFailure { throw lastFailure }
        }
        attemptedAt = now
        let task = Task { [fetch] in await fetch() }
        running = task
        let result = await task.value
        running = nil
        switch result {
        case .success(let fetched):
            value = fetched
            fetchedAt = now
            lastFailure = nil
        case .failure(let error):
            lastFailure = error
        }
        return try outcome(result)
    }

    private func outcome(_ result: Result<Value, SignInError>) throws(SignInError) -> Value {
        switch result {
        case .success(let fetched): return fetched
        case .failure(let error):
            guard let value else { throw error }
            return value
        }
    }
}
