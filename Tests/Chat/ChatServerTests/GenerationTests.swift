import Conversations
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

@testable import ChatServer

@Suite(.timeLimit(.minutes(1))) struct GenerationTests {
    @Test func eventsComeInOrder() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"Hello"}"#, page)
            #expect(events.first?.name == "start" && events.first?.data["simulated"] == .bool(true))
            #expect(events.first?.data["conversationTitle"] == .string("Hello"))
            #expect(events.suffix(2).map(\.name) == ["usage", "done"])
            #expect(events.last?.data["stopReason"] == .string("end_turn"))
            let deltas = events.dropFirst().dropLast(2)
            #expect(!deltas.isEmpty && deltas.allSatisfy { $0.name == "delta" })
            #expect(events.map(\.id) == events.map(\.id).sorted())
            // Each frame begins where the one before it ended.
            var position = 0
            for delta in deltas {
                #expect(delta.data["index"] == .integer(position))
                position = delta.id
            }
            let text = deltas.compactMap { $0.data["text"]?.string }.joined()
            let messages = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array
            #expect(messages?.count == 2)
            let answer = messages?[1].object
            #expect(answer?["content"] == .string(text) && answer?["status"] == .string("complete"))
            #expect(answer?["simulated"] == .bool(true) && answer?["provider"] == .string("simulated"))
        }
    }

    @Test func aFailureIsAnEventAndKeepsWhatCame() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"/demo error"}"#, page)
            #expect(events.last?.name == "error" && events.last?.data["code"] == .string("throttled"))
            #expect(events.last?.data["retryable"] == .bool(true))
            #expect(events.count { $0.name == "done" || $0.name == "error" } == 1)
            let failed = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array?.last?
                .object
            #expect(failed?["status"] == .string("error") && failed?["errorCode"] == .string("throttled"))
            #expect(failed?["content"]?.string?.contains("These words arrive") == true)
            // It can be tried again; what came stays.
            let again = try await client.ask(id, #"{"retry":true}"#, page)
            #expect(again.last?.name == "error")
            let last = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array?.last?
                .object
            #expect(last?["siblings"]?.array?.count == 2)
        }
    }

    @Test func stoppingKeepsWhatCame() async throws {
        let fixture = try Fixture(model: GatedModel())
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            async let asked = client.ask(id, #"{"text":"Hello"}"#, page)
            let generation = try await running(in: id, client, page)
            #expect(
                try await client.json(.post, "/api/conversations/\(id)/messages", page, #"{"text":"x"}"#).status == 409)
            async let followed = client.execute(
                uri: "/api/generations/\(generation)/events?after=0", method: .get, headers: page
            ) { ServerEvent.all(in: $0.body) }
            #expect(try await client.json(.post, "/api/generations/\(generation)/stop", page).status == 202)
            let events = try await asked
            #expect(events.last?.name == "done" && events.last?.data["status"] == .string("stopped"))
            #expect(try await followed.last?.data["status"] ?? .string("stopped") == .string("stopped"))
            let answer = try await client.json(.get, "/api/conversations/\(id)", page)
            #expect(answer.body["generationId"] == nil)
            let message = answer.body["messages"]?.array?.last?.object
            #expect(message?["status"] == .string("stopped") && message?["content"] == .string("waiting"))
        }
    }

    @Test func aUserHasTwoAnswersAtATime() async throws {
        let fixture = try Fixture(model: GatedModel())
        let ann = try fixture.page("ann")
        let ben = try fixture.page("ben")
        try await fixture.application.test(.router) { client in
            let ids = [
                try await client.newConversation(ann), try await client.newConversation(ann),
                try await client.newConversation(ann),
            ]
            async let first = client.ask(ids[0], #"{"text":"1"}"#, ann)
            async let second = client.ask(ids[1], #"{"text":"2"}"#, ann)
            let generations = [try await running(in: ids[0], client, ann), try await running(in: ids[1], client, ann)]
            try await client.execute(
                uri: "/api/conversations/\(ids[2])/messages", method: .post, headers: ann,
                body: ByteBuffer(string: #"{"text":"3"}"#)
            ) { response in
                #expect(response.status == .tooManyRequests && response.headers[.retryAfter] == "5")
                #expect(String(buffer: response.body).contains("2 answers are already being written"))
            }
            // Another user is not affected.
            let bens = try await client.newConversation(ben)
            async let other = client.ask(bens, #"{"text":"4"}"#, ben)
            let othersGeneration = try await running(in: bens, client, ben)
            _ = try await client.json(.post, "/api/generations/\(othersGeneration)/stop", ben)
            for generation in generations {
                _ = try await client.json(.post, "/api/generations/\(generation)/stop", ann)
            }
            _ = try await (first, second, other)
            // The places are free again.
            async let third = client.ask(ids[2], #"{"text":"5"}"#, ann)
            let last = try await running(in: ids[2], client, ann)
            _ = try await client.json(.post, "/api/generations/\(last)/stop", ann)
            #expect(try await third.last?.data["status"] == .string("stopped"))
        }
    }

    @Test func anAnswerNobodyReadsIsStopped() async throws {
        let fixture = try Fixture(model: GatedModel(), limits: .init(disconnectGraceSeconds: 0))
        let page = try fixture.page()
        try await fixture.application.test(.live) { client in
            let id = try await client.newConversation(page)
            let port = try #require(client.port)
            let leaving = TestClient(host: "localhost", port: port)
            leaving.connect()
            try await leaving.executeAndDontWaitForResponse(
                .init(
                    "/api/conversations/\(id)/messages", method: .post, authority: "localhost", headers: page,
                    body: ByteBuffer(string: #"{"text":"Hello"}"#)))
            _ = try await running(in: id, client, page)
            try await leaving.shutdown()
            let started = ContinuousClock.now
            var message: [String: JSONValue]?
            while message?["status"] != .string("stopped") {
                message = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array?.last?
                    .object
                try #require(ContinuousClock.now - started < .seconds(5), "still not stopped")
            }
            #expect(message?["content"] == .string("waiting"))
        }
    }

    @Test func drainingEndsAnswersAndTakesNoMore() async throws {
        let fixture = try Fixture()
        let owner = try await fixture.store.user(
            for: UserIdentity(issuer: "i", subject: "s", displayName: "n"), now: .now
        ).id
        let registry = GenerationRegistry(
            store: fixture.store, model: GatedModel(), limits: .init(), logger: .init(label: "test"))
        let id = try await fixture.store.createConversation(title: nil, of: owner, now: .now).id
        _ = try await registry.begin(in: id, of: owner, asking: .question(try MessageText("x")))
        await registry.drain(within: .milliseconds(50))
        #expect(try await fixture.store.messages(in: id, of: owner)?.last?.status == .interrupted)
        await #expect(throws: Problem.shuttingDown) {
            try await registry.begin(in: id, of: owner, asking: .question(try MessageText("y")))
        }
    }

    @Test func anAnswerHasATimeLimit() async throws {
        let fixture = try Fixture(model: GatedModel(), limits: .init(longestAnswerSeconds: 1))
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let events = try await client.ask(id, #"{"text":"Hello"}"#, page)
            #expect(events.last?.name == "error" && events.last?.data["code"] == .string("timeout"))
        }
    }

    private func running(
        in id: String, _ client: some TestClientProtocol, _ headers: HTTPFields
    ) async throws -> String {
        while true {
            if let generation = try await client.json(.get, "/api/conversations/\(id)", headers).body["generationId"]?
                .string
            {
                return generation
            }
        }
    }
}
