/// A day in Coordinated Universal Time, as the number of days since 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public let number: Int

    /// The day of this number.
    public init(number: Int) {
        self.number = number
    }

    /// The day a moment falls into.
    public init(of time: Timestamp) {
        number = Int((Double(time.milliseconds) / Self.milliseconds).rounded(.down))
    }

    /// When the next day begins.
    public var end: Timestamp { advanced(by: 1).beginning }

    /// When the day begins.
    public var beginning: Timestamp { Timestamp(milliseconds: number * Int(Self.milliseconds)) }

    /// The day so many days later, or earlier for less than zero.
    public func advanced(by days: Int) -> Day { Day(number: number + days) }

    /// Earlier is less.
    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    private static let milliseconds = 86_400_000.0
}

/// What answers took together.
public struct UsageSum: Hashable, Sendable {
    /// How many answers there were, however they ended.
    public var answers = 0
    /// How many of them failed.
    public var failures = 0
    /// Tokens of the prompts.
    public var inputTokens = 0
    /// Tokens of the answers.
    public var outputTokens = 0
    /// An estimate of the price in millionths of a US dollar, of those answers whose price is known.
    public var costMicroUSD = 0

    /// A sum of nothing, or of what is given.
    public init(
        answers: Int = 0, failures: Int = 0, inputTokens: Int = 0, outputTokens: Int = 0, costMicroUSD: Int = 0
    ) {
        self.answers = answers
        self.failures = failures
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costMicroUSD = costMicroUSD
    }

    /// All tokens, read and written.
    public var tokens: Int { inputTokens + outputTokens }
}

/// What an administrator is shown of a span of days.
public struct UsageReport: Hashable, Sendable {
    /// One day's sum; days without an answer are left out.
    public struct DayRow: Hashable, Sendable {
        /// The day.
        public let day: Day
        /// What its answers took.
        public let sum: UsageSum
    }

    /// One user's sum over the whole span.
    public struct UserRow: Hashable, Sendable {
        /// Who asked.
        public let user: User
        /// What the answers took.
        public let sum: UsageSum
    }

    /// One model's sum over the whole span.
    public struct ModelRow: Hashable, Sendable {
        /// The provider's short name.
        public let provider: String
        /// The model's identifier.
        public let modelID: String
        /// What the answers took.
        public let sum: UsageSum
    }

    /// Times within which a share of the answers was there, in milliseconds; `nil` without answers.
    public struct Times: Hashable, Sendable {
        /// Half of the answers.
        public let median: Int?
        /// 95 of 100.
        public let p95: Int?
    }

    /// The days in order.
    public let days: [DayRow]
    /// The users who took most tokens, most first.
    public let users: [UserRow]
    /// The models, the one that took most tokens first.
    public let models: [ModelRow]
    /// From a question to its first word.
    public let firstToken: Times
    /// From a question to the end of its answer.
    public let whole: Times
}
