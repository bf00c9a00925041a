/// One step of an answer.
public enum ChatEvent: Hashable, Sendable {
    /// The next piece of text; never empty.
    case delta(String)
    /// What the answer took so far; the last one counts.
    case usage(TokenUsage)
    /// The answer is whole. Nothing follows.
    case done(StopReason)
}

/// Tokens read and written for an answer.
public struct TokenUsage: Hashable, Sendable {
    /// Tokens of the prompt.
    public let inputTokens: Int
    /// Tokens of the answer.
    public let outputTokens: Int
    /// Whether the numbers were estimated here instead of counted by the provider.
    public let estimated: Bool

    /// A count of tokens.
    public init(inputTokens: Int, outputTokens: Int, estimated: Bool) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.estimated = estimated
    }
}

/// Why a model stopped: an open set, so that a reason of tomorrow can be kept and shown.
public struct StopReason: RawRepresentable, Hashable, Sendable {
    /// The reason in the words of Bedrock's Converse API.
    public let rawValue: String

    /// Keeps a reason as the provider named it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The model had said what it had to say.
    public static let endTurn = StopReason(rawValue: "end_turn")
    /// The answer reached its largest length.
    public static let maxTokens = StopReason(rawValue: "max_tokens")
}
