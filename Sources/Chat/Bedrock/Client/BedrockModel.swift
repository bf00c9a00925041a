public import Conversations
import Foundation
public import Logging

/// A model on Amazon Bedrock.
public struct BedrockModel: ChatModel {
    /// What is asked of the model with each prompt.
    public struct Settings: Hashable, Sendable {
        /// The model.
        public var model: ModelIdentifier
        /// The most tokens of an answer. The provider reserves them from the account's quota, so more than is needed hurts.
        public var maxTokens = 2_048
        /// 0 to 1; nil for the model's own.
        public var temperature: Double?
        /// 0 to 1; nil for the model's own.
        public var topP: Double?
        /// What the model is told before every conversation; nil for nothing.
        public var systemPrompt: String?
        /// The guardrail to apply.
        public var guardrail: ConverseRequest.Guardrail?
        /// What its tokens cost; nil for the price table's.
        public var price: TokenPrice?
        /// Whether long conversations are kept in the provider's cache from one question to the next.
        public var cachesPrompts = false

        /// The usual settings.
        public init(model: ModelIdentifier) {
            self.model = model
        }
    }

    /// The provider `bedrock`, the configured id, and the model's name.
    public let descriptor: ModelDescriptor

    private let client: BedrockClient
    private let settings: Settings
    private let logger: Logger

    /// A model behind a client.
    public init(client: BedrockClient, settings: Settings, logger: Logger) {
        self.client = client
        self.settings = settings
        self.logger = logger
        let name = ModelCatalog.facts(of: settings.model)?.name ?? settings.model.rawValue
        descriptor = ModelDescriptor(
            provider: "bedrock", modelID: settings.model.rawValue, label: "\(name) on Amazon Bedrock", simulated: false)
    }

    /// Degraded while the client's circuit breaker is open.
    public var health: ModelHealth { client.isOpen ? .degraded : .good }

    /// By the configured price, else by the price table of today.
    public func costMicroUSD(of usage: TokenUsage) -> Int? { price?.cost(of: usage) }

    /// Answers by `ConverseStream`. Reasoning is not passed on.
    public func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        let request = request(for: prompt)
        do {
            try await withoutActuallyEscaping(emit) { emit in
                let ending = AnswerEnding()
                try await client.converseStream(settings.model, request) { event in
                    switch event {
                    case .text(let text, _):
                        if !text.isEmpty { try await emit(.delta(text)) }
                    case .metadata(let usage, _):
                        try await emit(.usage(self.usage(usage)))
                    case .messageStop(let reason):
                        await ending.set(StopReason(rawValue: reason))
                    case .messageStart, .blockStart, .blockStop, .reasoning, .unknown: break
                    }
                }
                if let reason = await ending.reason { try await emit(.done(reason)) }
            }
        } catch let failure as ProviderFailure {
            logger.warning(
                "the model failed", metadata: ["model": "\(settings.model.rawValue)", "reason": "\(failure.summary)"])
            throw failure.chatModelError
        }
    }

    private func request(for prompt: ChatPrompt) -> ConverseRequest {
        var request = ConverseRequest(
            messages: prompt.turns.map { turn in
                ConverseMessage(role: turn.role == .user ? .user : .assistant, content: ContentBlock.blocks(of: turn))
            })
        // The installation's words come first; the person's are for this conversation.
        let system = [settings.systemPrompt, prompt.system].compactMap { $0 }
        if !system.isEmpty { request.system = system.map { .text($0) } }
        if settings.cachesPrompts { Self.addCachePoints(to: &request) }
        let sampling = ModelCatalog.facts(of: settings.model)?.sampling ?? .both
        var inference = ConverseRequest.InferenceConfiguration(maxTokens: settings.maxTokens)
        if sampling != .none { inference.temperature = settings.temperature }
        if sampling == .both || (sampling == .one && settings.temperature == nil) { inference.topP = settings.topP }
        request.inferenceConfig = inference
        request.guardrailConfig = settings.guardrail
        return request
    }

    /// After the system prompt and after each of the last two questions, where what comes before is long enough to be kept.
    private static func addCachePoints(to request: inout ConverseRequest) {
        func bytes(_ blocks: [ContentBlock]) -> Int {
            blocks.reduce(0) { sum, block in
                if case .text(let text) = block { sum + text.utf8.count } else { sum }
            }
        }
        var length = bytes(request.system ?? [])
        if length >= leastCachedBytes { request.system?.append(.cachePoint) }
        let questions = request.messages.indices.filter { request.messages[$0].role == .user }.suffix(2)
        for index in request.messages.indices {
            length += bytes(request.messages[index].content)
            guard questions.contains(index), length >= leastCachedBytes else { continue }
            let content = request.messages[index].content + [.cachePoint]
            request.messages[index] = ConverseMessage(role: .user, content: content)
        }
    }

    /// Models keep no fewer than 1024 tokens, at about four bytes each.
    private static let leastCachedBytes = 4_096

    private var price: TokenPrice? {
        settings.price ?? PriceTable.price(of: settings.model, on: String(Date().formatted(.iso8601).prefix(10)))
    }

    private func usage(_ usage: ConverseUsage) -> TokenUsage {
        func counted(cost: Int?) -> TokenUsage {
            TokenUsage(
                inputTokens: usage.inputTokens.plausible, outputTokens: usage.outputTokens.plausible,
                cacheReadTokens: usage.cacheReadInputTokens?.plausible ?? 0,
                cacheWriteTokens: usage.cacheWriteInputTokens?.plausible ?? 0,
                estimated: false, costMicroUSD: cost,
                priceVersion: cost == nil ? nil : settings.price == nil ? PriceTable.version : "configured")
        }
        return counted(cost: price?.cost(of: counted(cost: nil)))
    }
}

extension Int {
    /// A count of tokens as a server tells it: none is negative, and none so large that sums of it overflow.
    var plausible: Int { Swift.min(Swift.max(self, 0), 100_000_000) }
}

/// Why an answer ended, once it is known.
actor AnswerEnding {
    private(set) var reason: StopReason?

    func set(_ reason: StopReason) {
        self.reason = reason
    }
}
