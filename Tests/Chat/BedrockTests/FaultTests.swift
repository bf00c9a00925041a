import AWSSignature
import BedrockTesting
import Conversations
import Synchronization
import Testing

@testable import Bedrock

/// What the person is told, and what is kept, when the provider fails in each of its ways.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    private func asked(_ reply: ScriptedReply) async throws -> (ClientFixture.Outcome, calls: Int) {
        try await ClientFixture.running(script: { _, _ in reply }) { fixture, responder in
            (await fixture.ask(), responder.calls.count)
        }
    }

    @Test(
        "an error of each name: its code, and how often it is tried",
        arguments: [
            (400, "ValidationException", "Malformed input request", .badRequest, 1),
            (400, "ValidationException", "The provided model identifier is invalid.", .notFound, 1),
            (
                400, "ValidationException", "Invocation of model ID x with on-demand throughput isn’t supported.",
                .notFound, 1
            ),
            (400, "ValidationException", "Input is too long for requested model.", .tooLong, 1),
            (400, "ServiceQuotaExceededException", "", .quota, 1),
            (403, "AccessDeniedException", "User is not authorized to perform: bedrock:InvokeModel", .denied, 1),
            (
                403, "AccessDeniedException", "You don't have access to the model with the specified model ID.",
                .denied, 1
            ),
            (404, "ResourceNotFoundException", "", .notFound, 1),
            (408, "ModelTimeoutException", "", .timeout, 2),
            (424, "ModelErrorException", "", .provider, 2),
            (429, "ThrottlingException", "Too many requests", .throttled, 3),
            (429, "ThrottlingException", "Too many tokens per day", .quota, 1),
            (429, "ModelNotReadyException", "", .warming, 3),
            (500, "InternalServerException", "", .provider, 3),
            (503, "ServiceUnavailableException", "", .provider, 3),
            (403, "UnrecognizedClientException", "", .credentials, 2),
            (403, "InvalidSignatureException", "", .credentials, 2),
            (403, "ExpiredTokenException", "", .credentials, 2),
            (418, "TeapotException", "", .provider, 1),
            (599, "", "", .provider, 3),
        ] as [(Int, String, String, ChatModelError.Code, Int)])
    func errors(status: Int, name: String, message: String, code: ChatModelError.Code, calls: Int) async throws {
        let (outcome, made) = try await asked(.error(status, name, message))
        #expect(outcome.error?.code == code)
        #expect(outcome.error?.message.isEmpty == false)
        #expect(outcome.text.isEmpty)
        #expect(outcome.reason == nil)
        #expect(made == calls)
    }

    @Test(
        "an exception after two pieces: what came is kept, and nothing is tried again",
        arguments: [
            ("throttlingException", .throttled), ("modelStreamErrorException", .provider),
            ("validationException", .badRequest),
            ("internalServerException", .provider), ("serviceUnavailableException", .provider),
            ("newException", .provider),
        ] as [(String, ChatModelError.Code)])
    func exceptionInTheStream(name: String, code: ChatModelError.Code) async throws {
        let messages = ScriptedReply.start + [.delta("One "), .delta("two"), .exception(name, "stop")]
        let (outcome, calls) = try await asked(.stream(messages))
        #expect(outcome.text == "One two")
        #expect(outcome.error?.code == code)
        #expect(calls == 1)
    }

    @Test func anExceptionBeforeTheFirstPieceIsTriedAgain() async throws {
        let outcome = try await ClientFixture.running(script: { _, number in
            number == 1
                ? .stream(ScriptedReply.start + [.exception("throttlingException")]) : .answer(["Hello", " there"])
        }) { fixture, _ in await fixture.ask() }
        #expect(outcome.text == "Hello there")
        #expect(outcome.error == nil)
        #expect(outcome.reason == .endTurn)
    }

    @Test("a damaged message ends the answer, and what came before it is kept", arguments: [9, 30])
    func damage(place: Int) async throws {
        var bad = EventStreamMessage.delta("never seen").encoded
        bad[place] ^= 4
        let good = (ScriptedReply.start + [.delta("kept")]).flatMap(\.encoded)
        let reply = ScriptedReply(
            status: 200, headers: [("content-type", "application/vnd.amazon.eventstream")],
            steps: [.bytes(good), .bytes(bad), .bytes(EventStreamMessage.delta("nor this").encoded)])
        let (outcome, calls) = try await asked(reply)
        #expect(outcome.text == "kept")
        #expect(outcome.error?.code == .cut)
        #expect(calls == 1)
    }

    @Test("a stream that ends too early", arguments: 0..<4)
    func cut(kind: Int) async throws {
        let half: ScriptedReply.Step = .bytes(Array(EventStreamMessage.delta("half").encoded.dropLast(7)))
        let reply =
            switch kind {
            case 0: ScriptedReply.stream(ScriptedReply.start + [.delta("kept")])
            case 1: ScriptedReply.stream(ScriptedReply.start + [.delta("kept")], then: [half])
            case 2: ScriptedReply.stream(ScriptedReply.start + [.delta("kept")], then: [.close])
            // The client must have read what came before the reset destroys it.
            default:
                ScriptedReply.stream(
                    ScriptedReply.start + [.delta("kept")], then: [.pause(.milliseconds(500)), .reset])
            }
        let (outcome, calls) = try await asked(reply)
        #expect(outcome.text == "kept")
        #expect(outcome.error?.code == .cut)
        #expect(outcome.reason == nil)
        #expect(calls == 1)
    }

    @Test("what has come before the connection breaks is taken, however slow its taker", arguments: [true, false])
    func slowTaker(isReset: Bool) async throws {
        let pieces = (1...8).map { "piece \($0), " }
        // One after the other, so that they do not arrive as one.
        let steps = pieces.flatMap {
            [ScriptedReply.Step.pause(.milliseconds(30)), .bytes(EventStreamMessage.delta($0).encoded)]
        }
        let end: [ScriptedReply.Step] = isReset ? [.pause(.milliseconds(500)), .reset] : [.close]
        try await ClientFixture.running(script: { _, _ in .stream(ScriptedReply.start, then: steps + end) }) {
            fixture, _ in
            let text = Mutex("")
            let error = await #expect(throws: ChatModelError.self) {
                try await fixture.model.answer(ChatPrompt(question: "x")) { event in
                    guard case .delta(let piece) = event else { return }
                    // The first one is held until the provider has gone.
                    if text.withLock({ $0.isEmpty }) { try await Task.sleep(for: .seconds(1)) }
                    text.withLock { $0 += piece }
                }
            }
            #expect(error?.code == .cut)
            #expect(text.withLock { $0 } == pieces.joined())
        }
    }

    @Test("an answer whose end has come is whole, whatever becomes of its numbers", arguments: 0..<3)
    func withoutMetadata(kind: Int) async throws {
        let messages = ScriptedReply.start + [.delta("whole"), .event("messageStop", #"{"stopReason":"max_tokens"}"#)]
        let reply =
            switch kind {
            case 0: ScriptedReply.stream(messages)
            case 1: ScriptedReply.stream(messages, then: [.close])
            default: ScriptedReply.stream(messages, then: [.bytes([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])])
            }
        let (outcome, _) = try await asked(reply)
        #expect(outcome.text == "whole")
        #expect(outcome.error == nil)
        #expect(outcome.reason == .maxTokens)
        #expect(outcome.usage == nil)
    }

    @Test func whatIsNoStreamIsNoAnswer() async throws {
        let page = ScriptedReply(
            status: 200, headers: [("content-type", "text/html")], steps: [.bytes(Array("<html>".utf8))])
        #expect(try await asked(page).0.error?.code == .provider)
    }

    @Test func aModelThatNeverBeginsRunsOutOfTime() async throws {
        let outcome = try await ClientFixture.running(
            script: { _, _ in ScriptedReply.stream(ScriptedReply.start, then: [.hang]) },
            fixture: { responder, http in
                var timeouts = BedrockClient.Timeouts.short
                timeouts.firstEvent = .seconds(1)
                timeouts.nextEvent = .seconds(1)
                return try ClientFixture(responder.url, http: http, timeouts: timeouts)
            }
        ) { fixture, responder in
            let outcome = await fixture.ask()
            let left = try await responder.call(1)?.left(within: .seconds(5))
            #expect(left != nil)
            #expect(responder.calls.count == 1)
            return outcome
        }
        #expect(outcome.error?.code == .timeout)
    }

    @Test("silence before the head, and after some text", arguments: [true, false])
    func silence(beforeHead: Bool) async throws {
        let outcome = try await ClientFixture.running(
            script: { _, _ in
                var reply = ScriptedReply.stream(ScriptedReply.start + [.delta("kept")], then: [.hang])
                if beforeHead { reply.delay = .seconds(30) }
                return reply
            },
            fixture: { responder, http in
                var timeouts = BedrockClient.Timeouts.short
                timeouts.nextEvent = .seconds(1)
                if beforeHead { timeouts.firstEvent = .seconds(1) }
                return try ClientFixture(responder.url, http: http, timeouts: timeouts)
            }
        ) { fixture, _ in await fixture.ask() }
        #expect(outcome.text == (beforeHead ? "" : "kept"))
        #expect(outcome.error?.code == .timeout)
        #expect(outcome.error?.message != ChatModelError(.timeout).message, "it says which time ran out")
    }

    @Test func nobodyListens() async throws {
        // A port that was free a moment ago.
        let url = try await BedrockResponder.running(script: { _, _ in .answer([]) }) { $0.url }
        let http = HTTPConnections.client(connect: .seconds(2))
        let outcome = await (try ClientFixture(url, http: http)).ask()
        try await http.shutdown()
        #expect(outcome.error?.code == .unreachable)
    }

    @Test func throttledTwiceThenAnswered() async throws {
        let (outcome, calls) = try await ClientFixture.running(script: { _, number in
            number < 3
                ? .error(429, "ThrottlingException", headers: [("x-amz-retry-after", "1")]) : .answer(["at last"])
        }) { fixture, responder in (await fixture.ask(), responder.calls) }
        #expect(outcome.text == "at last")
        #expect(calls.count == 3)
        #expect(Set(calls.compactMap { $0.value("amz-sdk-invocation-id") }).count == 1)
        #expect(
            calls.map { $0.value("amz-sdk-request") } == ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"])
        #expect(calls.allSatisfy { $0.refusal == nil }, "each attempt is signed")
    }

    @Test func failuresInARowOpenTheCircuitAndOneGoodAnswerClosesIt() async throws {
        try await ClientFixture.running(
            script: { call, number in
                number <= 2 ? .error(503, "ServiceUnavailableException") : .answer(["well again"])
            },
            fixture: { responder, http in
                try ClientFixture(
                    responder.url, http: http, breaker: CircuitBreaker(threshold: 2, rest: .seconds(10)))
            }
        ) { fixture, responder in
            #expect(fixture.model.health == .good)
            // The third attempt is not made any more, and what failed is told.
            #expect(await fixture.ask().error?.code == .provider)
            #expect(responder.calls.count == 2)
            #expect(fixture.model.health == .degraded)
            #expect(await fixture.ask().error?.code == .unavailable)
            #expect(responder.calls.count == 2)
            // A rest that no busy machine oversleeps before this.
            try await Task.sleep(for: .seconds(10.1))
            #expect(await fixture.ask().text == "well again")
            #expect(fixture.model.health == .good)
        }
    }

    @Test("a sampling parameter that the model refuses is left out from then on", arguments: [true, false])
    func refusedParameter(isTemperature: Bool) async throws {
        let name = isTemperature ? "temperature" : "top_p"
        try await ClientFixture.running(
            script: { call, _ in
                let key = isTemperature ? "temperature" : "topP"
                return String(decoding: call.body, as: UTF8.self).contains("\"\(key)\"")
                    ? .error(400, "ValidationException", "`\(name)` is deprecated for this model.") : .answer(["fine"])
            },
            fixture: { responder, http in
                try ClientFixture(responder.url, http: http, model: "eu.example.unknown-model") {
                    if isTemperature { $0.temperature = 0.5 } else { $0.topP = 0.5 }
                }
            }
        ) { fixture, responder in
            #expect(await fixture.ask().text == "fine")
            #expect(responder.calls.count == 2)
            #expect(await fixture.ask().text == "fine")
            #expect(responder.calls.count == 3)
        }
    }

    @Test func aTakerThatFailsEndsTheCall() async throws {
        struct Full: Error {}
        try await ClientFixture.running(script: { _, _ in
            .stream(ScriptedReply.start + [.delta("a")], then: [.hang])
        }) { fixture, responder in
            await #expect(throws: Full.self) {
                try await fixture.model.answer(ChatPrompt(question: "x")) { _ in throw Full() }
            }
            let left = try await responder.call(1)?.left(within: .seconds(5))
            #expect(left != nil)
        }
    }

    @Test("a cancelled question ends the call within a second", arguments: [true, false])
    func cancellation(afterText: Bool) async throws {
        #expect(try await quickest(within: .seconds(1)) { try await cancelling(afterText: afterText) } < .seconds(1))
    }

    /// How long the call goes on after it was cancelled.
    private func cancelling(afterText: Bool) async throws -> Duration {
        let time = Mutex(Duration.seconds(60))
        try await ClientFixture.running(script: { _, _ in
            afterText
                ? .stream(ScriptedReply.start + [.delta("a")], then: [.hang])
                : .stream([], then: [.hang])
        }) { fixture, responder in
            let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
            let asking = Task {
                try await fixture.model.answer(ChatPrompt(question: "x")) { _ in hasBegun.yield() }
            }
            let call = try #require(try await responder.call(1))
            if afterText { for await _ in begun { break } }
            let cancelled = ContinuousClock.now
            asking.cancel()
            let left = try #require(try await call.left(within: .seconds(5)))
            time.withLock { $0 = left - cancelled }
            await #expect(throws: CancellationError.self) { try await asking.value }
        }
        return time.withLock { $0 }
    }
}
