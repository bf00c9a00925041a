/// A document of the provider that is fetched when it is needed, kept, and never asked for more often than agreed.
///
/// However many callers come at once, one fetch is under way; a document that is there outlives a provider that is not, and the copy
/// of an earlier run does where there was none yet.
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

    /// What there is.
    struct Copy: Sendable {
        let value: Value
        /// Why it is no newer, if a newer one was due and could not be had.
        let failure: SignInError?
    }

    private let timing: Timing
    private let fetch: @Sendable (_ now: Int) async -> Result<Value, SignInError>
    private let stored: @Sendable (_ now: Int) -> Value?
    private var value: Value?
    /// Nil while the value is an earlier run's.
    private var fetchedAt: Int?
    private var attemptedAt: Int?
    private var lastFailure: SignInError?
    private var running: Task<Result<Copy, SignInError>, Never>?

    /// - Parameters:
    ///   - stored: the copy of an earlier run, asked for where a first fetch fails.
    ///   - fetch: gets a new one.
    init(
        timing: Timing, stored: @escaping @Sendable (_ now: Int) -> Value? = { _ in nil },
        fetch: @escaping @Sendable (_ now: Int) async -> Result<Value, SignInError>
    ) {
        self.timing = timing
        self.stored = stored
        self.fetch = fetch
    }

    /// The document.
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - isSufficient: whether the document at hand will do; if not, a new one is fetched as soon as it may be.
    /// - Returns: possibly a document that is not sufficient, if a newer one may not be had yet.
    func get(now: Int, isSufficient: @Sendable (Value) -> Bool = { _ in true }) async throws(SignInError) -> Value {
        try await copy(now: now, maximumAge: timing.refreshAfter, isSufficient: isSufficient).value
    }

    /// The document, and whether the provider could just not be asked for it.
    /// - Parameter maximumAge: seconds after which the provider is asked again.
    func copy(
        now: Int, maximumAge: Int, isSufficient: @Sendable (Value) -> Bool = { _ in true }
    ) async throws(SignInError) -> Copy {
        if let value, let fetchedAt, abs(now - fetchedAt) < maximumAge, isSufficient(value) {
            return Copy(value: value, failure: nil)
        }
        if let running { return try await running.value.get() }
        if let attemptedAt, abs(now - attemptedAt) < (value == nil ? timing.retryAfter : timing.interval) {
            if let value { return Copy(value: value, failure: lastFailure) }
            if let lastFailure { throw lastFailure }
        }
        attemptedAt = now
        // Many wait for it, and it writes a file: it prefers no loop's thread.
        let task = Task { await refresh(now: now) }
        running = task
        return try await task.value.get()
    }

    /// Everybody who waits sees what this made of the state, whoever of them goes on first.
    private func refresh(now: Int) async -> Result<Copy, SignInError> {
        let result = await fetch(now)
        running = nil
        switch result {
        case .success(let fetched):
            value = fetched
            fetchedAt = now
            lastFailure = nil
            return .success(Copy(value: fetched, failure: nil))
        case .failure(let error):
            lastFailure = error
            if value == nil { value = stored(now) }
            guard let value else { return .failure(error) }
            return .success(Copy(value: value, failure: error))
        }
    }
}
