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
    /// Tokens of the prompt, without those that came from a cache.
    public let inputTokens: Int
    /// Tokens of the answer.
    public let outputTokens: Int
    /// Tokens of the prompt that the provider had in its cache.
    public let cacheReadTokens: Int
    /// Tokens of the prompt that the provider put into its cache.
    public let cacheWriteTokens: Int
    /// Whether the numbers were estimated here instead of counted by the provider.
    public let estimated: Bool
    /// What the answer cost by the price table, in millionths of a US dollar: an estimate. Nil when no price is known.
    public let costMicroUSD: Int?
    /// The version of the price table that ``costMicroUSD`` was reckoned with.
    public let priceVersion: String?

    /// A count of tokens.
    public init(
        inputTokens: Int, outputTokens: Int, cacheReadTokens: Int = 0, cacheWriteTokens: Int = 0, estimated: Bool,
        costMicroUSD: Int? = nil, priceVersion: String? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheReadTokens = cacheReadTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.estimated = estimated
        self.costMicroUSD = costMicroUSD
        self.priceVersion = priceVersion
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
    /// The model wants a tool to be used.
    public static let toolUse = StopReason(rawValue: "tool_use")
    /// The answer reached its largest length.
    public static let maxTokens = StopReason(rawValue: "max_tokens")
    /// The answer came to a text at which it was to end.
    public static let stopSequence = StopReason(rawValue: "stop_sequence")
    /// A guardrail of this installation replaced or ended the answer.
    public static let guardrailIntervened = StopReason(rawValue: "guardrail_intervened")
    /// The model's own filter ended the answer.
    public static let contentFiltered = StopReason(rawValue: "content_filtered")
    /// The model wrote something that is no answer.
    public static let malformedModelOutput = StopReason(rawValue: "malformed_model_output")
    /// The model asked for a tool in a way that cannot be understood.
    public static let malformedToolUse = StopReason(rawValue: "malformed_tool_use")
    /// Conversation and answer together reached what the model can take in.
    public static let contextWindowExceeded = StopReason(rawValue: "model_context_window_exceeded")

    /// A sentence for the person, to stand under the answer; nil where the answer simply ended.
    public var notice: String? {
        switch self {
        case .endTurn, .stopSequence: nil
        case .maxTokens: "The answer reached its largest length. Write “continue” to have the rest."
        case .guardrailIntervened: "A safety rule of this installation ended or replaced this answer."
        case .contentFiltered: "The model's content filter ended this answer. Ask in other words."
        case .contextWindowExceeded: "The conversation is longer than the model can take in. Begin a new chat."
        case .toolUse, .malformedToolUse: "The model asked for a tool, and this chat has none. Ask in other words."
        case .malformedModelOutput: "The model's answer was malformed. Try again."
        default: "The model ended this answer for a reason this chat does not know."
        }
    }
}
