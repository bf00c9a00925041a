import Conversations

/// How many questions each user may ask within a minute: as many at once, then evenly.
struct QuestionRate {
    private let perMinute: Int
    /// When a user's minute will be whole again. Only users whose is not are remembered.
    private var wholeAt: [UserID: ContinuousClock.Instant] = [:]

    /// At most `perMinute` questions a minute, from 1.
    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// The users remembered now.
    var count: Int { wholeAt.count }

    /// A user asks.
    ///
    /// - Returns: nil if the question may go on and has been counted; else how long to wait.
    mutating func asked(by user: UserID, at now: ContinuousClock.Instant) -> Duration? {
        if wholeAt.count >= Self.remembered { wholeAt = wholeAt.filter { $0.value > now } }
        let interval = Duration.seconds(60) / perMinute
        let whole = max(wholeAt[user] ?? now, now)
        let wait = (whole - now) - interval * (perMinute - 1)
        guard wait <= .zero else { return wait }
        wholeAt[user] = whole + interval
        return nil
    }

    private static let remembered = 1_000
}
