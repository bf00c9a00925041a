/// The answer of `Converse`.
public struct ConverseResponse: Decodable, Hashable, Sendable {
    /// What the model said.
    public let message: ConverseMessage
    /// Why it stopped, in the words of the API.
    public let stopReason: String
    /// The tokens it took.
    public let usage: ConverseUsage
    /// How long it took at the provider, in milliseconds.
    public let latencyMilliseconds: Int

    private enum Key: String, CodingKey { case output, stopReason, usage, metrics }
    private struct Output: Decodable { let message: ConverseMessage }

    /// Reads an answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        message = try container.decode(Output.self, forKey: .output).message
        stopReason = try container.decode(String.self, forKey: .stopReason)
        usage = try container.decode(ConverseUsage.self, forKey: .usage)
        latencyMilliseconds = try container.decode(ConverseMetrics.self, forKey: .metrics).latencyMs
    }
}

/// The tokens of one call (`TokenUsage`).
public struct ConverseUsage: Codable, Hashable, Sendable {
    /// Tokens of the prompt, without those of the cache.
    public let inputTokens: Int
    /// Tokens of the answer.
    public let outputTokens: Int
    /// Both; whether those of the cache are among them is not documented, so nothing is reckoned with it.
    public let totalTokens: Int
    /// Tokens of the prompt that came from the cache.
    public let cacheReadInputTokens: Int?
    /// Tokens of the prompt that went into the cache.
    public let cacheWriteInputTokens: Int?

    /// A count.
    public init(
        inputTokens: Int, outputTokens: Int, cacheReadInputTokens: Int? = nil, cacheWriteInputTokens: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        totalTokens = inputTokens + outputTokens
        self.cacheReadInputTokens = cacheReadInputTokens
        self.cacheWriteInputTokens = cacheWriteInputTokens
    }
}

struct ConverseMetrics: Decodable {
    let latencyMs: Int
}
