import BedrockTesting
import Conversations
import Identity
import Logging
import Testing

@testable import Bedrock

/// Any server that speaks OpenAI's chat completions.
@Suite(.timeLimit(.minutes(2))) struct OpenAITests {
    private func reply(_ text: String, then steps: [ScriptedReply.Step] = []) -> ScriptedReply {
        ScriptedReply(
            status: 200, headers: [("content-type", "text/event-stream")], steps: [.bytes(Array(text.utf8))] + steps)
    }

    private static let whole = """
        : a comment
        data: {"choices":[{"delta":{"role":"assistant"}}]}

        data: {"choices":[{"delta":{"content":"Grüße, "}}]}

        data: {"choices":[{"delta":{"content":"Ann"},"finish_reason":null}]}

        data: {"choices":[{"delta":{},"finish_reason":"length"}]}

        data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":8}}}

        data: [DONE]


        """

    private func asking(
        _ script: @escaping BedrockResponder.Script, change: @Sendable (inout OpenAIModel.Settings) -> Void = { _ in },
        _ work: @Sendable (ClientFixture.Outcome, BedrockResponder) async throws -> Void
    ) async throws {
        try await BedrockResponder.running(checks: false, script: script) { responder in
            let http = HTTPConnections.client(connect: .seconds(5))
            var settings = OpenAIModel.Settings(endpoint: try #require(ServiceEndpoint(responder.url)), model: "tiny")
            change(&settings)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let outcome = await ClientFixture.ask(OpenAIModel(http: http, settings: settings, logger: logger))
            try await http.shutdown()
            try await work(outcome, responder)
        }
    }

    @Test(
        "counts that no server can mean become counts that can be added up",
        arguments: [(Int.max, -1, Int.max), (-5, 3, Int.min), (Int.min, Int.min, -1)])
    func impossibleCounts(prompt: Int, cached: Int, completion: Int) async throws {
        let text = Self.whole.replacing(#""prompt_tokens":20"#, with: #""prompt_tokens":\#(prompt)"#)
            .replacing(#""cached_tokens":8"#, with: #""cached_tokens":\#(cached)"#)
            .replacing(#""completion_tokens":5"#, with: #""completion_tokens":\#(completion)"#)
        let scripted = reply(text)
        try await asking(
            { _, _ in scripted }, change: { $0.price = TokenPrice(input: 1_000_000, output: 2_000_000) }
        ) { outcome, _ in
            let usage = try #require(outcome.usage)
            let counts = [usage.inputTokens, usage.cacheReadTokens, usage.outputTokens]
            #expect(counts.allSatisfy { (0...100_000_000).contains($0) }, "\(counts)")
            #expect(try #require(usage.costMicroUSD) >= 0)
        }
    }

    @Test(
        "a whole answer, in one piece and byte by byte, with every line ending",
        arguments: [
            (false, "\n"), (true, "\n"), (false, "\r\n"), (true, "\r\n"), (true, "\r"),
        ])
    func whole(byteByByte: Bool, ending: String) async throws {
        let plain = reply(Self.whole.replacing("\n", with: ending))
        let scripted = byteByByte ? plain.byteByByte : plain
        try await asking(
            { _, _ in scripted },
            change: {
                $0.key = "sk-1"
                $0.maxTokens = 16
                $0.temperature = 0.5
                $0.systemPrompt = "Be brief."
                $0.price = TokenPrice(input: 1_000_000, output: 2_000_000)
            }
        ) { outcome, responder in
            #expect(outcome.text == "Grüße, Ann")
            #expect(outcome.reason == .maxTokens)
            #expect(outcome.usage?.inputTokens == 12)
            #expect(outcome.usage?.cacheReadTokens == 8)
            #expect(outcome.usage?.outputTokens == 5)
            #expect(outcome.usage?.costMicroUSD == 12 + 10 + 1)
            let call = try #require(responder.calls.first)
            #expect(call.path == "/v1/chat/completions")
            #expect(call.value("authorization") == "Bearer sk-1")
            #expect(
                JSONValue(json: call.body)
                    == .object([
                        "model": .string("tiny"), "stream": .bool(true), "max_tokens": .integer(16),
                        "temperature": .number(0.5),
                        "stream_options": .object(["include_usage": .bool(true)]),
                        "messages": .array([
                            .object(["role": .string("system"), "content": .string("Be brief.")]),
                            .object(["role": .string("user"), "content": .string("Hello")]),
                        ]),
                    ]))
        }
    }

    @Test(
        "refusals",
        arguments: [
            (
                401, #"{"error":{"message":"no","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                .credentials, 1
            ),
            (403, "", .denied, 1), (404, #"{"error":"model 'x' not found"}"#, .notFound, 1),
            (
                400,
                #"{"error":{"message":"This model's maximum context length is 8 tokens","code":"context_length_exceeded"}}"#,
                .tooLong, 1
            ),
            (
                400,
                #"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
                .tooLong, 1
            ),
            (400, "<html>", .badRequest, 1), (413, "", .tooLong, 1),
            (429, #"{"error":{"code":"insufficient_quota"}}"#, .quota, 1),
            (429, "", .throttled, 3), (500, "", .provider, 3),
            (503, #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, .warming, 3),
        ] as [(Int, String, ChatModelError.Code, Int)])
    func refusals(status: Int, body: String, code: ChatModelError.Code, calls: Int) async throws {
        try await asking({ _, _ in ScriptedReply(status: status, steps: [.bytes(Array(body.utf8))]) }) {
            outcome, responder in
            #expect(outcome.error?.code == code)
            #expect(responder.calls.count == calls)
        }
    }

    @Test(
        "an answer that breaks off keeps what came, and is not asked for again",
        arguments: [
            ("data: {\"choices\":[{\"delta\":{\"content\":\"kept\"}}]}\n\n", .cut),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":\"kept\"}}]}\n\ndata: {\"error\":{\"message\":\"x\"}}\n\n",
                .provider
            ),
            ("data: {\"choices\":[{\"delta\":{\"content\":\"kept\"}}]}\n\ndata: {oops\n\n", .provider),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":\"kept\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
                .cut
            ),
        ] as [(String, ChatModelError.Code)])
    func broken(text: String, code: ChatModelError.Code) async throws {
        let scripted = reply(text, then: [.close])
        try await asking({ _, _ in scripted }) { outcome, responder in
            #expect(outcome.text == "kept")
            #expect(outcome.error?.code == code)
            #expect(responder.calls.count == 1)
        }
    }

    @Test func silenceRunsOutOfTime() async throws {
        let scripted = reply("data: {\"choices\":[{\"delta\":{\"content\":\"kept\"}}]}\n\n", then: [.hang])
        try await asking({ _, _ in scripted }, change: { $0.timeouts.nextEvent = .seconds(1) }) {
            outcome, responder in
            #expect(outcome.text == "kept")
            #expect(outcome.error?.code == .timeout)
            let left = try await responder.calls.first?.left(within: .seconds(5))
            #expect(left != nil)
        }
    }

    @Test func linesAndEventsHaveALimit() {
        var events = ServerSentEvents()
        let line = [UInt8](repeating: 0x61, count: ServerSentEvents.largest)
        #expect(throws: Never.self) { try events.append(line) }
        #expect(throws: ServerSentEvents.TooLarge.self) { try events.append([0x61]) }
    }

    @Test func severalLinesAreOneEvent() throws {
        var events = ServerSentEvents()
        let found = try events.append(Array("data: a\ndata:b\nid: 7\n\n\ndata:  c\n\n".utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == ["a\nb", " c"])
    }
}
