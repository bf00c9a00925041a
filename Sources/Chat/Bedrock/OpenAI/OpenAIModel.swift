public import AsyncHTTPClient
public import Conversations
import Foundation
public import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// A model behind any server that speaks OpenAI's chat completions: llama.cpp, Ollama, vLLM.
public struct OpenAIModel: ChatModel {
    /// Where the server is, and what is asked of it.
    public struct Settings: Hashable, Sendable {
        /// The address before `/v1/chat/completions`.
        public var endpoint: ServiceEndpoint
        /// The model's name there.
        public var model: String
        /// The key; nil for a server that needs none. Secret.
        public var key: String?
        /// The most tokens of an answer.
        public var maxTokens = 2_048
        /// nil for the server's own.
        public var temperature: Double?
        /// nil for the server's own.
        public var topP: Double?
        /// What the model is told before every conversation.
        public var systemPrompt: String?
        /// What its tokens cost; nil for no estimate.
        public var price: TokenPrice?
        /// How long what may take.
        public var timeouts = BedrockClient.Timeouts()

        /// The usual settings.
        public init(endpoint: ServiceEndpoint, model: String) {
            self.endpoint = endpoint
            self.model = model
        }
    }

    /// The provider `openai`, the model's name there and here.
    public let descriptor: ModelDescriptor

    private let http: HTTPClient
    private let settings: Settings
    private let policy = RetryPolicy()
    private let logger: Logger

    /// A model on a server.
    ///
    /// - Parameter http: the client to use; it stays the caller's.
    public init(http: HTTPClient, settings: Settings, logger: Logger) {
        self.http = http
        self.settings = settings
        self.logger = logger
        descriptor = ModelDescriptor(
            provider: "openai", modelID: settings.model, label: settings.model, simulated: false)
    }

    /// By the configured price.
    public func costMicroUSD(of usage: TokenUsage) -> Int? { settings.price?.cost(of: usage) }

    /// Answers by a streamed completion. It is repeated only while nothing has come.
    public func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        let request = try request(for: prompt)
        do {
            try await withoutActuallyEscaping(emit) { emit in try await repeating(request, emit) }
        } catch let failure as ProviderFailure {
            logger.warning(
                "the model failed", metadata: ["model": "\(settings.model)", "reason": "\(failure.summary)"])
            throw failure.chatModelError
        }
    }

    private func repeating(
        _ request: HTTPClient.Request, _ emit: @escaping @Sendable (ChatEvent) async throws -> Void
    ) async throws {
        let handedOn = Atomic(false)
        for attempt in 1... {
            do {
                return try await once(request) { event in
                    if case .delta = event { handedOn.store(true, ordering: .releasing) }
                    try await emit(event)
                }
            } catch {
                guard !Task.isCancelled else { throw CancellationError() }
                guard let failure = ProviderFailure(error) else { throw error }
                guard !handedOn.load(ordering: .acquiring), attempt < policy.attempts else { throw failure }
                switch failure.retry {
                case .transient, .throttling: break
                case .never, .once, .afterRenewal: throw failure
                }
                let throttled = if case .throttling = failure.retry { true } else { false }
                try await Task.sleep(
                    for: policy.wait(after: attempt, throttled: throttled, asked: nil, random: .random(in: 0...1)))
            }
        }
    }

    private func once(
        _ request: HTTPClient.Request, _ emit: @escaping @Sendable (ChatEvent) async throws -> Void
    ) async throws {
        let deadline = MovingDeadline(.firstEvent, in: settings.timeouts.firstEvent)
        let reason = try await deadline.guarding {
            try await http.answering(request) { answer in
                guard answer.head.status == .ok else { throw ProviderFailure.service(await Self.error(answer)) }
                return try await read(answer.body, deadline, emit)
            }
        }
        try await emit(.done(reason))
    }

    private func read(
        _ body: StreamedAnswer.Body, _ deadline: MovingDeadline, _ emit: @Sendable (ChatEvent) async throws -> Void
    ) async throws -> StopReason {
        var events = ServerSentEvents()
        var reason: StopReason?
        reading: for try await buffer in body {
            let ended: [[UInt8]]
            do { ended = try events.append(buffer.readableBytesView) } catch { throw ProviderFailure.malformedAnswer }
            for data in ended {
                if data == Self.end { break reading }
                guard let chunk = try? JSONDecoder().decode(ChatCompletionChunk.self, from: Data(data)) else {
                    throw ProviderFailure.malformedAnswer
                }
                if let failure = chunk.error {
                    throw ProviderFailure.service(ServiceError(kind: .init(status: 200, failure: failure), status: 200))
                }
                deadline.rest()
                let choice = chunk.choices?.first
                if let text = choice?.delta?.content, !text.isEmpty { try await emit(.delta(text)) }
                if let usage = chunk.usage { try await emit(.usage(counted(usage))) }
                if let finish = choice?.finish_reason { reason = StopReason(finishReason: finish) }
                deadline.move(to: .nextEvent, in: settings.timeouts.nextEvent)
            }
        }
        guard let reason else { throw ProviderFailure.cutStream }
        return reason
    }

    private static func error(_ answer: StreamedAnswer) async -> ServiceError {
        struct Answer: Decodable { let error: ChatCompletionChunk.Failure? }
        let status = Int(answer.head.status.code)
        let body = (try? await answer.body.collect(upTo: 65_536)).map { Array($0.readableBytesView) } ?? []
        let failure = (try? JSONDecoder().decode(Answer.self, from: Data(body)))?.error
        return ServiceError(kind: .init(status: status, failure: failure), status: status)
    }

    private func request(for prompt: ChatPrompt) throws -> HTTPClient.Request {
        // Joined: several servers take one system message alone.
        let told = [settings.systemPrompt, prompt.system].compactMap { $0 }.joined(separator: "\n\n")
        let system = told.isEmpty ? [] : [ChatCompletionRequest.Message(role: "system", content: told)]
        let body = ChatCompletionRequest(
            model: settings.model,
            messages: system + prompt.turns.map { .init(role: $0.role.rawValue, content: $0.textWithFiles) },
            stream: true,
            stream_options: .init(include_usage: true), max_tokens: settings.maxTokens,
            temperature: settings.temperature, top_p: settings.topP)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers: HTTPHeaders = [
            "Host": settings.endpoint.host, "Content-Type": "application/json", "Accept": "text/event-stream",
            "User-Agent": "gatehouse-chat",
        ]
        if let key = settings.key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        return try HTTPClient.Request(
            url: settings.endpoint.url(settings.endpoint.path("/v1/chat/completions")), method: .POST,
            headers: headers, body: .byteBuffer(ByteBuffer(bytes: try encoder.encode(body))))
    }

    private func counted(_ usage: ChatCompletionChunk.Usage) -> TokenUsage {
        let prompt = usage.prompt_tokens.plausible
        let cached = min(usage.prompt_tokens_details?.cached_tokens?.plausible ?? 0, prompt)
        func counted(cost: Int?) -> TokenUsage {
            TokenUsage(
                inputTokens: prompt - cached, outputTokens: usage.completion_tokens.plausible,
                cacheReadTokens: cached,
                estimated: false, costMicroUSD: cost, priceVersion: cost == nil ? nil : "configured")
        }
        return counted(cost: settings.price?.cost(of: counted(cost: nil)))
    }

    private static let end = Array("[DONE]".utf8)
}
