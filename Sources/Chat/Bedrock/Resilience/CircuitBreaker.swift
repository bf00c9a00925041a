/// Leaves a provider alone that fails again and again: after some failures in a row nobody asks it for a while, then one request tries.
struct CircuitBreaker: Sendable {
    /// How many failures in a row open it.
    var threshold = 5
    /// How long it stays open.
    var rest = Duration.seconds(30)

    private var failures = 0
    private var openUntil: ContinuousClock.Instant?
    /// Whether a request is under way that tries whether the provider is well again, and until when it is believed to be.
    private var trialUntil: ContinuousClock.Instant?

    init(threshold: Int = 5, rest: Duration = .seconds(30)) {
        self.threshold = threshold
        self.rest = rest
    }

    /// Whether the provider is to be asked now. A yes has to be followed by ``succeeded()``, ``failed(at:)`` or ``abandoned()``.
    mutating func mayAsk(at now: ContinuousClock.Instant) -> Bool {
        guard let openUntil else { return true }
        guard now >= openUntil else { return false }
        if let trialUntil, now < trialUntil { return false }
        trialUntil = now + rest
        return true
    }

    /// Whether it is open or being tried.
    var isOpen: Bool { openUntil != nil }

    /// The provider answered.
    mutating func succeeded() {
        failures = 0
        openUntil = nil
        trialUntil = nil
    }

    /// The provider failed.
    mutating func failed(at now: ContinuousClock.Instant) {
        failures += 1
        trialUntil = nil
        if failures >= threshold { openUntil = now + rest }
    }

    /// The request ended for reasons that say nothing about the provider.
    mutating func abandoned() {
        trialUntil = nil
    }
}
