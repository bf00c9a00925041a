import AWSSignature
import BedrockTesting
import Conversations
import Foundation
import Identity
import Testing

@testable import Bedrock

/// What is sent, and what is made of a good answer.
@Suite(.timeLimit(.minutes(2))) struct RequestTests {
    private func json(_ call: ReceivedCall) -> [String: JSONValue] { JSONValue(json: call.body)?.object ?? [:] }

    @Test func aWholeAnswer() async throws {
        let outcome = try await ClientFixture.running(script: { _, _ in
            .answer(["Guten ", "Tag, ", "Ægir 👋"], stopReason: "stop_sequence")
        }) { fixture, _ in await fixture.ask() }
        #expect(outcome.text == "Guten Tag, Ægir 👋")
        #expect(outcome.reason == .stopSequence)
        let usage = try #require(outcome.usage)
        #expect(usage.inputTokens == 12)
        #expect(usage.outputTokens == 34)
        #expect(usage.cacheReadTokens == 5)
        #expect(usage.cacheWriteTokens == 7)
        #expect(!usage.estimated)
    }

    @Test func byteByByteItIsTheSame() async throws {
        let outcome = try await ClientFixture.running(script: { _, _ in
            ScriptedReply.answer(["One ", "two"]).byteByByte
        }) {
            fixture, _ in await fixture.ask()
        }
        #expect(outcome.text == "One two")
        #expect(outcome.reason == .endTurn)
    }

    @Test func reasoningToolsAndUnknownEventsArePassedOver() async throws {
        let messages =
            ScriptedReply.start + [
                .event("contentBlockStart", #"{"start":{},"contentBlockIndex":0}"#),
                .event("contentBlockDelta", #"{"delta":{"reasoningContent":{"text":"hm"}},"contentBlockIndex":0}"#),
                .event(
                    "contentBlockDelta", #"{"delta":{"reasoningContent":{"signature":"c2ln"}},"contentBlockIndex":0}"#),
                .event("contentBlockStop", #"{"contentBlockIndex":0}"#),
                .event(
                    "contentBlockStart", #"{"start":{"toolUse":{"toolUseId":"t","name":"n"}},"contentBlockIndex":1}"#),
                .event("contentBlockDelta", #"{"delta":{"toolUse":{"input":"{"}},"contentBlockIndex":1}"#),
                .event("contentBlockDelta", #"{"delta":{"hologram":{}},"contentBlockIndex":2}"#),
                .event("brandNewEvent", #"{"a":1}"#), .delta(""), .delta("said"),
            ] + ScriptedReply.end("brand_new_reason")
        let outcome = try await ClientFixture.running(script: { _, _ in .stream(messages) }) { fixture, _ in
            await fixture.ask()
        }
        #expect(outcome.text == "said")
        #expect(outcome.error == nil)
        #expect(outcome.reason == StopReason(rawValue: "brand_new_reason"))
        #expect(outcome.reason?.notice != nil)
    }

    @Test func theRequestSaysWhatIsConfigured() async throws {
        try await ClientFixture.running(
            script: { _, _ in .answer(["x"]) },
            fixture: { responder, http in
                try ClientFixture(responder.url, http: http) {
                    $0.maxTokens = 16
                    $0.temperature = 0.25
                    $0.topP = 0.5
                    $0.systemPrompt = "Be brief."
                    $0.guardrail = .init(identifier: "gr1", version: "3", streamProcessingMode: "sync")
                }
            }
        ) { fixture, responder in
            _ = await fixture.ask("Hello")
            let call = try #require(responder.calls.first)
            #expect(call.method == "POST")
            #expect(call.path == "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream")
            #expect(call.modelID == ClientFixture.model)
            #expect(call.refusal == nil)
            #expect(
                json(call) == [
                    "messages": .array([
                        .object(["role": .string("user"), "content": .array([.object(["text": .string("Hello")])])])
                    ]),
                    "system": .array([.object(["text": .string("Be brief.")])]),
                    // This model takes one of the two, and a temperature says more.
                    "inferenceConfig": .object(["maxTokens": .integer(16), "temperature": .number(0.25)]),
                    "guardrailConfig": .object([
                        "guardrailIdentifier": .string("gr1"), "guardrailVersion": .string("3"),
                        "streamProcessingMode": .string("sync"),
                    ]),
                ])
        }
    }

    @Test(
        "models that take no sampling parameter are sent none",
        arguments: [
            ("eu.anthropic.claude-sonnet-5", false, false), ("global.anthropic.claude-opus-4-7", false, false),
            ("eu.anthropic.claude-sonnet-4-20250514-v1:0", true, true), ("eu.anthropic.claude-sonnet-4-6", true, false),
            ("arn:aws:bedrock:eu-west-2:123456789012:application-inference-profile/abc123", true, true),
        ])
    func sampling(id: String, temperature: Bool, topP: Bool) async throws {
        try await ClientFixture.running(
            script: { _, _ in .answer(["x"]) },
            fixture: { responder, http in
                try ClientFixture(responder.url, http: http, model: id) {
                    $0.temperature = 0.5
                    $0.topP = 0.5
                }
            }
        ) { fixture, responder in
            #expect(await fixture.ask().text == "x")
            let call = try #require(responder.calls.first)
            let inference = json(call)["inferenceConfig"]?.object ?? [:]
            #expect((inference["temperature"] != nil) == temperature)
            #expect((inference["topP"] != nil) == topP)
            #expect(call.modelID == id)
            #expect(call.path.filter { $0 == "/" }.count == 3, "an ARN's slash is encoded")
        }
    }

    @Test func aBearerKeyIsSentAsItIsAndNothingIsSigned() async throws {
        try await ClientFixture.running(
            script: { _, _ in .answer(["x"]) },
            fixture: { try ClientFixture($0.url, http: $1, authorization: .bearer(BedrockResponder.bearerKey)) }
        ) { fixture, responder in
            #expect(await fixture.ask().text == "x")
            let call = try #require(responder.calls.first)
            #expect(call.value("authorization") == "Bearer \(BedrockResponder.bearerKey)")
            #expect(call.value("x-amz-date") == nil)
        }
        let outcome = try await ClientFixture.running(
            script: { _, _ in .answer(["x"]) },
            fixture: { try ClientFixture($0.url, http: $1, authorization: .bearer("wrong")) }
        ) { fixture, _ in await fixture.ask() }
        #expect(outcome.error?.code == .denied)
    }

    @Test func aWrongSecretIsACredentialsErrorAfterOneRenewal() async throws {
        let wrong = SigningCredentials(accessKeyID: "AKIDTEST", secretAccessKey: "wrong")
        try await ClientFixture.running(
            script: { _, _ in .answer(["x"]) },
            fixture: { try ClientFixture($0.url, http: $1, authorization: ClientFixture.signed(wrong)) }
        ) { fixture, responder in
            #expect(await fixture.ask().error?.code == .credentials)
            #expect(responder.calls.map(\.refusal) == [.signature(.mismatch), .signature(.mismatch)])
        }
    }

    @Test func aClockThatIsWrongIsSetByTheAnswersDate() async throws {
        let behind = 4_000
        try await ClientFixture.running(
            script: { _, _ in .answer(["in time"]) },
            fixture: { try ClientFixture($0.url, http: $1, clockBehind: behind) }
        ) { fixture, responder in
            #expect(await fixture.ask().text == "in time")
            guard case .signature(.skewed(let seconds))? = responder.calls.first?.refusal else {
                Issue.record("the first attempt's date was taken")
                return
            }
            #expect(abs(seconds + behind) < 60)
            #expect(await fixture.ask().text == "in time")
            #expect(responder.calls.count == 3, "the clock stays set")
        }
    }

    @Test func converseAnswersAtOnce() async throws {
        let body = """
            {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},
            {"text":"Paris"},{"somethingNew":{"a":[1]}}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},
            "metrics":{"latencyMs":5},"trace":{}}
            """
        try await ClientFixture.running(script: { _, _ in
            ScriptedReply(
                status: 200, headers: [("content-type", "application/json")], steps: [.bytes(Array(body.utf8))])
        }) { fixture, responder in
            let model = try #require(ModelIdentifier(ClientFixture.model))
            let request = ConverseRequest(messages: [ConverseMessage(role: .user, content: [.text("?")])])
            let answer = try await fixture.client.converse(model, request)
            #expect(
                answer.message.content == [
                    .reasoning(text: "hm", signature: "s"), .text("Paris"), .unknown("somethingNew"),
                ])
            #expect(answer.stopReason == "end_turn")
            #expect(answer.usage.totalTokens == 3)
            #expect(responder.calls.first?.operation == "converse")
            #expect(responder.calls.first?.refusal == nil)
        }
    }

    @Test func mediaAreSentAsBase64() throws {
        let blocks: [ContentBlock] = [
            .image(format: "png", bytes: Data([1, 2, 3])),
            .document(name: "Document 1", format: "pdf", bytes: Data([255])),
            .redactedReasoning(Data([4])), .cachePoint,
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let message = ConverseMessage(role: .user, content: blocks)
        let data = try encoder.encode(message)
        let wanted =
            #"{"content":[{"image":{"format":"png","source":{"bytes":"AQID"}}},"#
            + #"{"document":{"format":"pdf","name":"Document 1","source":{"bytes":"\/w=="}}},"#
            + #"{"reasoningContent":{"redactedContent":"BA=="}},{"cachePoint":{"type":"default"}}],"role":"user"}"#
        #expect(String(decoding: data, as: UTF8.self) == wanted)
        #expect(try JSONDecoder().decode(ConverseMessage.self, from: data) == message)
        #expect(throws: EncodingError.self) { try encoder.encode(ContentBlock.unknown("x")) }
    }

    @Test(
        "every stop reason but the plain ends has a sentence",
        arguments: [
            "tool_use", "max_tokens", "guardrail_intervened", "content_filtered", "malformed_model_output",
            "malformed_tool_use",
            "model_context_window_exceeded", "unheard_of",
        ])
    func notices(reason: String) {
        #expect(StopReason(rawValue: reason).notice?.hasSuffix(".") == true)
        #expect(StopReason.endTurn.notice == nil)
        #expect(StopReason.stopSequence.notice == nil)
    }

    @Test func everyCodeHasASentenceOfItsOwn() {
        let sentences = ChatModelError.Code.allCases.map(\.sentence)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.allSatisfy { $0.hasSuffix(".") })
    }
}
