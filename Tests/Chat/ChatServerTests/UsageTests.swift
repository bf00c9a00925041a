import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Testing

@testable import ChatServer

/// What answers take: shown, summed, limited, counted, and not told to others.
@Suite(.timeLimit(.minutes(1))) struct UsageTests {
    private func limits(_ change: (inout ChatConfiguration.Limits) -> Void) -> ChatConfiguration.Limits {
        var limits = ChatConfiguration.Limits()
        change(&limits)
        return limits
    }

    @Test func anAnswerSaysWhatItTook() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"/echo one two three"}"#, page)
            let told = events.last?.data["usage"]?.object
            #expect(told?["inputTokens"] == .integer(4) && told?["estimated"] == .bool(true))
            #expect(told?["firstTokenMs"]?.integer != nil && told?["costMicroUSD"] == nil)
            let message = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array?.last
            #expect(message?.object?["usage"]?.object == told)
            let today = try await client.json(.get, "/api/usage", page).body
            #expect(today["today"]?.object?["answers"] == .integer(1))
            #expect(today["today"]?.object?["outputTokens"] == told?["outputTokens"])
            #expect(today["tokenLimit"] == .integer(2_000_000))
        }
    }

    @Test func aStoppedAnswerCounts() async throws {
        let fixture = try Fixture(model: GatedModel())
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            async let asked = client.ask(id, #"{"text":"A question of some length"}"#, page)
            var generation: String?
            while generation == nil {
                generation = try await client.json(.get, "/api/conversations/\(id)", page).body["generationId"]?.string
            }
            _ = try await client.json(.post, "/api/generations/\(generation ?? "")/stop", page)
            let told = try await asked.last?.data["usage"]?.object
            #expect(told?["estimated"] == .bool(true) && told?["inputTokens"] == .integer(6))
            #expect(try await client.json(.get, "/api/usage", page).body["today"]?.object?["answers"] == .integer(1))
        }
    }

    @Test func aStoppedAnswerCosts() async throws {
        let fixture = try Fixture(model: PricedModel())
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"A question of some length"}"#, page)
            #expect(events.last?.name == "error" && events.last?.data["code"] == .string("quota"))
            // 6 tokens read, 2 written, at 10 millionths each.
            #expect(events.last?.data["usage"]?.object?["costMicroUSD"] == .integer(80))
            let today = try await client.json(.get, "/api/usage", page).body["today"]?.object
            #expect(today?["costMicroUSD"] == .integer(80) && today?["failures"] == .integer(1))
            let stored = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array?.last
            #expect(stored?.object?["errorMessage"]?.string == ChatModelError.Code.quota.sentence)
        }
    }

    @Test func anAnswerThatFailedBeforeItsFirstWordTakesNothing() async throws {
        let fixture = try Fixture(model: RefusingModel(), limits: limits { $0.tokensPerDay = 10 })
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let question = #"{"text":"\#(String(repeating: "A question of some length. ", count: 20))"}"#
            for _ in 1...3 {
                // Asked once more, it is still not the day's limit that refuses it.
                let events = try await client.ask(id, question, page)
                #expect(events.last?.data["code"] == .string("throttled"))
                #expect(events.last?.data["usage"]?.object?["inputTokens"] == .integer(0))
            }
            let today = try await client.json(.get, "/api/usage", page).body["today"]?.object
            #expect(today?["failures"] == .integer(3) && today?["inputTokens"] == .integer(0))
            #expect(today?["outputTokens"] == .integer(0) && today?["costMicroUSD"] == .integer(0))
        }
    }

    @Test func aDaysTokensHaveAnEnd() async throws {
        let fixture = try Fixture(limits: limits { $0.tokensPerDay = 500 })
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            #expect(try await client.ask(id, #"{"text":"/demo long"}"#, page).last?.name == "done")
            try await client.execute(
                uri: "/api/conversations/\(id)/messages", method: .post, headers: page,
                body: ByteBuffer(string: #"{"text":"x"}"#)
            ) { response in
                #expect(response.status == .tooManyRequests)
                let text = String(buffer: response.body)
                #expect(text.contains("urn:gatehouse:chat:tokens-used-up") && text.contains("500 tokens"))
                #expect((1...86_400).contains(Int(response.headers[.retryAfter] ?? "") ?? 0))
            }
            let ben = try fixture.page("ben")
            let bens = try await client.newConversation(ben)
            #expect(try await client.ask(bens, #"{"text":"x"}"#, ben).last?.name == "done", "others ask on")
        }
    }

    @Test func aDaysMoneyHasAnEnd() async throws {
        let fixture = try Fixture(limits: limits { $0.microUSDPerDay = 1_500_000 })
        let page = try fixture.page()
        let owner = try await fixture.store.user(
            for: UserIdentity(issuer: Fixture.issuer, subject: "ann", displayName: "Ann Example"), now: .now
        ).id
        let spent = try await fixture.store.createConversation(title: nil, of: owner, now: .now).id
        @Sendable func spend(_ microUSD: Int) async throws {
            let turn = try await fixture.store.beginTurn(
                in: spent, of: owner, asking: .question(try MessageText("x")), model: GatedModel().descriptor, now: .now
            )
            let figures = AnswerFigures(
                inputTokens: 1, outputTokens: 1, costMicroUSD: microUSD, isEstimated: false, milliseconds: 1)
            try await fixture.store.finish(
                turn.answer.id, of: owner, with: MessageEnding(content: "y", status: .complete, figures: figures),
                now: .now)
        }
        try await spend(1_499_999)
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            #expect(try await client.ask(id, #"{"text":"x"}"#, page).last?.name == "done")
            try await spend(1)
            let refused = try await client.json(.post, "/api/conversations/\(id)/messages", page, #"{"text":"x"}"#)
            #expect(refused.status == 429 && refused.body["detail"]?.string?.contains("1.50 US dollars") == true)
        }
    }

    @Test func administratorsAloneSeeEverybody() async throws {
        let fixture = try Fixture()
        let ann = try fixture.page("ann")
        let admin = try fixture.page("root", groups: ["staff", "admin"])
        let fake = try fixture.page("eve", groups: ["administrators", "Admin"])
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(ann)
            _ = try await client.ask(id, #"{"text":"Hello"}"#, ann)
            for user in [ann, fake] {
                #expect(try await client.json(.get, "/api/admin/usage", user).status == 404)
                #expect(try await client.json(.get, "/api/me", user).body["admin"] == .bool(false))
            }
            #expect(try await client.json(.get, "/api/me", admin).body["admin"] == .bool(true))
            let report = try await client.json(.get, "/api/admin/usage?days=7", admin).body
            #expect(report["users"]?.array?.first?.object?["name"] == .string("Ann Example"))
            #expect(report["users"]?.array?.count == 1 && report["days"]?.array?.count == 1)
            #expect(report["models"]?.array?.first?.object?["model"] == .string("simulated-1"))
            for days in ["0", "401", "x", "-1"] {
                #expect(try await client.json(.get, "/api/admin/usage?days=\(days)", admin).status == 404)
            }
        }
    }

    @Test func metricsCountAnswersAndNameNobody() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            _ = try await client.ask(id, #"{"text":"Hello"}"#, page)
            _ = try await client.ask(id, #"{"text":"/demo error"}"#, page)
            _ = try await client.json(.get, "/api/nothing", page)
            // The gateway does not lead there.
            #expect(try await client.json(.get, "/metrics", page).body.isEmpty)
        }
        let operators = OperatorApplication(socketPath: "", metrics: fixture.metrics, logger: Logger(label: "test"))
        let application = Application(responder: operators.responder())
        let text = try await application.test(.router) { client in
            try await client.execute(uri: "/metrics", method: .get) { response in
                #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
                return String(buffer: response.body)
            }
        }
        let model = #"provider="simulated",model="simulated-1""#
        for line in [
            #"chat_answers_running{\#(model)} 0"#, #"chat_answers_total{\#(model),outcome="complete"} 1"#,
            #"chat_answers_total{\#(model),outcome="throttled"} 1"#, #"chat_first_token_seconds_count{\#(model)} 2"#,
            #"chat_answer_seconds_bucket{\#(model),le="+Inf"} 2"#, #"chat_refusals_total{code="not-found"} 1"#,
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)\n\(text)")
        }
        #expect(!text.contains("ann") && !text.contains("Hello"))
    }

    @Test func upkeepPurgesWhatIsDue() async throws {
        let fixture = try Fixture()
        let owner = try await fixture.store.user(
            for: UserIdentity(issuer: "i", subject: "s", displayName: "n"), now: .now
        ).id
        var retention = ChatConfiguration.Retention()
        retention.undoMinutes = 10
        let upkeep = UpkeepService(store: fixture.store, retention: retention, logger: Logger(label: "test"))
        let now = Timestamp.now
        func minutes(_ count: Int) -> Timestamp { Timestamp(milliseconds: now.milliseconds + count * 60_000) }
        let id = try await fixture.store.createConversation(title: nil, of: owner, now: now).id
        #expect(try await fixture.store.deleteConversation(id, of: owner, now: now))
        await upkeep.tidy(now: minutes(10))
        #expect(try await fixture.store.restoreConversation(id, of: owner) != nil)
        #expect(try await fixture.store.deleteConversation(id, of: owner, now: now))
        await upkeep.tidy(now: minutes(11))
        #expect(try await fixture.store.restoreConversation(id, of: owner) == nil)
    }
}

/// A model that fails before it has said what it took, and has a price.
private struct PricedModel: ChatModel {
    let descriptor = ModelDescriptor(provider: "test", modelID: "priced", label: "Priced", simulated: false)

    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        try await emit(.delta("12345678"))
        throw ChatModelError(.quota)
    }

    func costMicroUSD(of usage: TokenUsage) -> Int? { (usage.inputTokens + usage.outputTokens) * 10 }
}

/// A model that says no word, and whose tokens have a price.
private struct RefusingModel: ChatModel {
    let descriptor = ModelDescriptor(provider: "test", modelID: "refusing", label: "Refusing", simulated: true)

    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        throw ChatModelError(.throttled, message: "Busy.", retryable: true)
    }

    func costMicroUSD(of usage: TokenUsage) -> Int? { (usage.inputTokens + usage.outputTokens) * 10 }
}
