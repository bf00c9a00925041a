public import Identity

/// The body of `Converse` and `ConverseStream`; what is nil is not sent.
public struct ConverseRequest: Codable, Equatable, Sendable {
    /// The turns: the first is the person's, and roles alternate.
    public var messages: [ConverseMessage]
    /// What the model is told beforehand.
    public var system: [ContentBlock]?
    /// How long and how free the answer is.
    public var inferenceConfig: InferenceConfiguration?
    /// The guardrail to apply.
    public var guardrailConfig: Guardrail?
    /// Members for the model itself: `thinking`, `top_k`.
    public var additionalModelRequestFields: JSONValue?
    /// At most 16 pairs that appear in the account's invocation logs; never a person's name or address.
    public var requestMetadata: [String: String]?

    /// A request with turns alone.
    public init(messages: [ConverseMessage]) {
        self.messages = messages
    }

    /// How long and how free an answer is.
    public struct InferenceConfiguration: Codable, Hashable, Sendable {
        /// The most tokens of the answer, from 1. The provider reserves them from the account's quota when the request begins.
        public var maxTokens: Int?
        /// 0 to 1; newer models refuse it.
        public var temperature: Double?
        /// 0 to 1; newer models refuse it, and others beside a temperature.
        public var topP: Double?
        /// Texts at which the answer ends.
        public var stopSequences: [String]?

        /// A configuration with a length alone.
        public init(maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil) {
            self.maxTokens = maxTokens
            self.temperature = temperature
            self.topP = topP
        }
    }

    /// A guardrail of the account.
    public struct Guardrail: Codable, Hashable, Sendable {
        /// Its id or ARN.
        public var guardrailIdentifier: String
        /// `DRAFT` or a number.
        public var guardrailVersion: String
        /// `sync`: each piece of a stream is checked before it is sent. For streams alone.
        public var streamProcessingMode: String?

        /// Names a guardrail.
        public init(identifier: String, version: String, streamProcessingMode: String? = nil) {
            guardrailIdentifier = identifier
            guardrailVersion = version
            self.streamProcessingMode = streamProcessingMode
        }
    }
}
