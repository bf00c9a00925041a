import Bedrock
import BedrockTesting
import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Testing

@testable import ChatServer

/// A real client of Bedrock behind the chat's routes: each fault has its sentence for the reader and its status on the stored message, what
/// was received stays, and whoever leaves ends the call.
@Suite(.timeLimit(.minutes(2))) struct ProviderFaultTests {
    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// The model that `chat` makes from this configuration and environment.
    private func asking<Result: Sendable>(
        _ reply: ScriptedReply, change: @Sendable (inout ModelConfiguration) -> Void = { _ in },
        grace: Int = 5, setup: TestingSetup = .router,
        _ work: @Sendable (any TestClientProtocol, Fixture, BedrockResponder) async throws -> Result
    ) async throws -> Result {
        try await BedrockResponder.running(script: { _, _ in reply }) { responder in
            var configuration = ModelConfiguration()
            configuration.attempts = 1
            change(&configuration)
            let configured = try ConfiguredModel(
                configuration, environment: Self.environment(responder.url), logger: Self.logger)
            let fixture = try Fixture(model: configured.model, limits: .init(disconnectGraceSeconds: grace))
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(
                    try await fixture.application.test(setup) { try await work($0, fixture, responder) })
            } catch {
                result = .failure(error)
            }
            await configured.shutdown()
            return try result.get()
        }
    }

    private static func environment(_ url: String) -> [String: String] {
        [
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_REGION": BedrockResponder.region,
            "AWS_ACCESS_KEY_ID": BedrockResponder.credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": BedrockResponder.credentials.secretAccessKey,
        ]
    }

    private static let begun = ScriptedReply.start + [.delta("What "), .delta("came")]
    private static var damaged: [UInt8] {
        var bytes = EventStreamMessage.delta("lost").encoded
        bytes[bytes.count - 1] ^= 1
        return bytes
    }

    @Test(
        "a fault: its code and sentence in the stream, its status on the message, and what was received",
        arguments: [
            (ScriptedReply.error(429, "ThrottlingException"), "throttled", ""),
            (.error(403, "AccessDeniedException", "not authorized"), "denied", ""),
            (.error(404, "ResourceNotFoundException"), "not_found", ""),
            (.error(400, "ValidationException", "The provided model identifier is invalid."), "not_found", ""),
            (.error(408, "ModelTimeoutException"), "timeout", ""),
            (.stream(begun, then: [.hang]), "timeout", "What came"),
            (.stream(begun, then: [.close]), "cut", "What came"),
            (.stream(begun), "cut", "What came"),
            (.stream(begun + [.exception("throttlingException")]), "throttled", "What came"),
            (.stream(begun + [.exception("internalServerException")]), "provider", "What came"),
            (
                .stream(begun, then: [.bytes(damaged), .bytes(EventStreamMessage.delta("after").encoded)]), "cut",
                "What came"
            ),
        ])
    func faults(reply: ScriptedReply, code: String, kept: String) async throws {
        try await asking(reply, change: { $0.timeouts.nextEvent = .seconds(1) }) { client, fixture, responder in
            let page = try fixture.page()
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"Hello"}"#, page)
            let last = try #require(events.last)
            #expect(last.name == "error")
            #expect(last.data["code"] == .string(code))
            let sentence = last.data["message"]?.string ?? ""
            #expect(sentence.hasSuffix("."))
            #expect(events.filter { $0.name == "delta" }.compactMap { $0.data["text"]?.string }.joined() == kept)
            let answer = try await client.json(.get, "/api/conversations/\(id)", page)
            let message = try #require(answer.body["messages"]?.array?.last?.object)
            #expect(message["status"] == .string("error"))
            #expect(message["content"] == .string(kept))
            #expect(responder.calls.count == 1)
        }
    }

    @Test func aWholeAnswerIsStoredWithItsModel() async throws {
        try await asking(.answer(["Paris", "."])) { client, fixture, responder in
            let page = try fixture.page()
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"The capital of France?"}"#, page)
            #expect(events.first?.data["provider"] == .string("bedrock"))
            #expect(events.first?.data["model"] == .string("eu.anthropic.claude-sonnet-4-6"))
            #expect(events.first?.data["simulated"] == .bool(false))
            #expect(events.last?.data["status"] == .string("complete"))
            let answer = try await client.json(.get, "/api/conversations/\(id)", page)
            let message = try #require(answer.body["messages"]?.array?.last?.object)
            #expect(message["content"] == .string("Paris."))
            #expect(message["status"] == .string("complete"))
            let body = String(decoding: responder.calls.first?.body ?? [], as: UTF8.self)
            #expect(body.contains("The capital of France?"))
            #expect(!body.contains("ann"), "nothing says who asks")
        }
    }

    @Test func stoppingEndsTheCallWithinASecond() async throws {
        #expect(try await quickest(within: .seconds(1)) { try await stopping() } < .seconds(1))
    }

    /// How long the call goes on after its reader stopped it.
    private func stopping() async throws -> Duration {
        try await asking(.stream(Self.begun, then: [.hang])) { client, fixture, responder in
            let page = try fixture.page()
            let id = try await client.newConversation(page)
            async let asked = client.ask(id, #"{"text":"Hello"}"#, page)
            let call = try #require(try await responder.call(1))
            let generation = try await running(in: id, client, page)
            let stopped = ContinuousClock.now
            #expect(try await client.json(.post, "/api/generations/\(generation)/stop", page).status == 202)
            let left = try #require(try await call.left(within: .seconds(5)))
            #expect(try await asked.last?.data["status"] == .string("stopped"))
            let answer = try await client.json(.get, "/api/conversations/\(id)", page)
            let content = try #require(answer.body["messages"]?.array?.last?.object?["content"]?.string)
            #expect("What came".hasPrefix(content))
            return left - stopped
        }
    }

    @Test(
        "a closed tab ends the call within a second of the grace, whether or not the other direction stays open",
        arguments: [true, false])
    func leaving(inBothDirections: Bool) async throws {
        #expect(
            try await quickest(within: .seconds(1)) { try await closing(inBothDirections: inBothDirections) }
                < .seconds(1))
    }

    /// How long the call goes on after its reader left.
    private func closing(inBothDirections: Bool) async throws -> Duration {
        try await asking(.stream(Self.begun, then: [.hang]), grace: 0, setup: .live) { client, fixture, responder in
            let page = try fixture.page()
            let id = try await client.newConversation(page)
            let leaving = TestClient(host: "localhost", port: try #require(client.port))
            leaving.connect()
            try await leaving.executeAndDontWaitForResponse(
                .init(
                    "/api/conversations/\(id)/messages", method: .post, authority: "localhost", headers: page,
                    body: ByteBuffer(string: #"{"text":"Hello"}"#)))
            let call = try #require(try await responder.call(1))
            _ = try await running(in: id, client, page)
            let gone = ContinuousClock.now
            if inBothDirections { try await leaving.shutdown() } else { try await leaving.close() }
            let left = try #require(try await call.left(within: .seconds(5)))
            return left - gone
        }
    }

    @Test func readinessSaysThatTheModelFails() async throws {
        try await asking(.error(503, "ServiceUnavailableException")) { client, fixture, _ in
            let page = try fixture.page()
            let id = try await client.newConversation(page)
            #expect(try await client.json(.get, "/health/ready", [:]).body["model"] == .string("good"))
            for _ in 1...5 { _ = try await client.ask(id, #"{"text":"Hello"}"#, page) }
            let ready = try await client.json(.get, "/health/ready", [:])
            #expect(ready.status == 200)
            #expect(ready.body["model"] == .string("degraded"))
            #expect(ready.body["provider"] == .string("bedrock"))
        }
    }

    private func running(
        in id: String, _ client: any TestClientProtocol, _ headers: HTTPFields
    ) async throws -> String {
        while true {
            let body = try await client.json(.get, "/api/conversations/\(id)", headers).body
            if let generation = body["generationId"]?.string { return generation }
        }
    }
}
