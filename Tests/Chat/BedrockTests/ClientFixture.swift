import AWSSignature
import AsyncHTTPClient
import BedrockTesting
import Conversations
import Foundation
import Logging
import Synchronization

@testable import Bedrock

/// A model in front of a responder, and what came of asking it.
struct ClientFixture: Sendable {
    static let model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"

    let http: HTTPClient
    let client: BedrockClient
    let model: BedrockModel

    /// What asking a model came to.
    struct Outcome: Sendable {
        var text = ""
        var usage: TokenUsage?
        var reason: StopReason?
        var error: ChatModelError?
        var isCancelled = false
    }

    init(
        _ url: String, http: HTTPClient, authorization: BedrockClient.Authorization = signed(),
        timeouts: BedrockClient.Timeouts = .short, breaker: CircuitBreaker = CircuitBreaker(),
        model id: String = model, clockBehind: Int = 0,
        change: (inout BedrockModel.Settings) -> Void = { _ in }
    ) throws {
        guard let endpoint = ServiceEndpoint(url), let id = ModelIdentifier(id) else { throw Unusable() }
        self.http = http
        var policy = RetryPolicy()
        policy.throttlingBase = .milliseconds(1)
        policy.transientBase = .milliseconds(1)
        client = BedrockClient(
            http: http, endpoint: endpoint, region: BedrockResponder.region, authorization: authorization,
            timeouts: timeouts, policy: policy, breaker: breaker, now: { ClientFixture.now - clockBehind })
        var settings = BedrockModel.Settings(model: id)
        change(&settings)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        model = BedrockModel(client: client, settings: settings, logger: logger)
    }

    struct Unusable: Error {}

    static func signed(_ credentials: SigningCredentials = BedrockResponder.credentials) -> BedrockClient.Authorization
    {
        .signed(CredentialCache(now: { now }) { SessionCredentials(credentials) })
    }

    static var now: Int { Int(Date().timeIntervalSince1970) }

    /// Runs work with a responder and a model in front of it.
    static func running<Result: Sendable>(
        script: @escaping BedrockResponder.Script,
        fixture: @Sendable (BedrockResponder, HTTPClient) throws -> ClientFixture = {
            try ClientFixture($0.url, http: $1)
        },
        _ work: @Sendable (ClientFixture, BedrockResponder) async throws -> Result
    ) async throws -> Result {
        try await BedrockResponder.running(script: script) { responder in
            let http = HTTPConnections.client(connect: .seconds(2))
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await work(try fixture(responder, http), responder))
            } catch {
                result = .failure(error)
            }
            try await http.shutdown()
            return try result.get()
        }
    }

    /// Asks, and collects what comes.
    func ask(_ text: String = "Hello") async -> Outcome { await Self.ask(model, text) }

    static func ask(_ model: any ChatModel, _ text: String = "Hello") async -> Outcome {
        let outcome = Mutex(Outcome())
        do {
            try await model.answer(ChatPrompt(question: text)) { event in
                outcome.withLock { outcome in
                    switch event {
                    case .delta(let text): outcome.text += text
                    case .usage(let usage): outcome.usage = usage
                    case .done(let reason): outcome.reason = reason
                    }
                }
            }
        } catch let error as ChatModelError {
            outcome.withLock { $0.error = error }
        } catch {
            outcome.withLock { $0.isCancelled = error is CancellationError }
        }
        return outcome.withLock { $0 }
    }
}

extension BedrockClient.Timeouts {
    /// Long enough for a busy machine where an answer comes.
    static var short: BedrockClient.Timeouts {
        var timeouts = BedrockClient.Timeouts()
        timeouts.connect = .seconds(5)
        timeouts.firstEvent = .seconds(20)
        timeouts.nextEvent = .seconds(20)
        return timeouts
    }
}
