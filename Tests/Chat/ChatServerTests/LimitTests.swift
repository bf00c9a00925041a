import ConfigurationReading
import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import NIOCore
import NIOPosix
import Operations
import Testing

@testable import ChatServer

/// What one user may take, and what the user is told beyond it.
@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    private func limits(_ change: (inout ChatConfiguration.Limits) -> Void) -> ChatConfiguration.Limits {
        var limits = ChatConfiguration.Limits()
        change(&limits)
        return limits
    }

    @Test func messagesAreShownInPages() async throws {
        let fixture = try Fixture(limits: limits { $0.messagesPerPage = 2 })
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            for text in ["one", "two"] { _ = try await client.ask(id, #"{"text":"\#(text)"}"#, page) }
            let last = try await client.json(.get, "/api/conversations/\(id)", page).body
            #expect(last["messages"]?.array?.first?.object?["content"] == .string("two"))
            #expect(last["messages"]?.array?.count == 2 && last["earlier"] == .integer(3))
            let first = try await client.json(.get, "/api/conversations/\(id)?before=3", page).body
            #expect(first["messages"]?.array?.first?.object?["content"] == .string("one"))
            #expect(first["messages"]?.array?.count == 2 && first["earlier"] == nil)
            for wrong in ["0", "-1", "x", ""] {
                #expect(try await client.json(.get, "/api/conversations/\(id)?before=\(wrong)", page).status == 404)
            }
        }
    }

    @Test func questionsHaveARate() async throws {
        let fixture = try Fixture(limits: limits { $0.questionsPerMinute = 2 })
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            for _ in 1...2 { #expect(try await client.ask(id, #"{"text":"x"}"#, page).last?.name == "done") }
            try await client.execute(
                uri: "/api/conversations/\(id)/messages", method: .post, headers: page,
                body: ByteBuffer(string: #"{"text":"x"}"#)
            ) { response in
                #expect(response.status == .tooManyRequests)
                #expect((1...30).contains(Int(response.headers[.retryAfter] ?? "") ?? 0))
                #expect(String(buffer: response.body).contains("2 questions a minute"))
            }
            // Others ask on.
            let ben = try fixture.page("ben")
            let bens = try await client.newConversation(ben)
            #expect(try await client.ask(bens, #"{"text":"x"}"#, ben).last?.name == "done")
        }
    }

    @Test func conversationsAndBytesHaveAnEnd() async throws {
        let fixture = try Fixture(storage: .init(conversationsPerUser: 1, bytesPerUser: 1_000))
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let second = try await client.json(.post, "/api/conversations", page, "{}")
            #expect(second.status == 409)
            #expect(second.body["detail"]?.string?.contains("the 1 conversations") == true)
            #expect(try await client.ask(id, #"{"text":"x"}"#, page).last?.name == "done")
            let more = try await client.json(.post, "/api/conversations/\(id)/messages", page, #"{"text":"x"}"#)
            #expect(more.status == 409 && more.body["type"] == .string("urn:gatehouse:chat:storage-full"))
            #expect(try await client.json(.delete, "/api/conversations/\(id)", page).status == 204)
            #expect(try await client.newConversation(page) != "none")
        }
    }

    @Test func anAnswerHasSoManyReaders() async throws {
        let fixture = try Fixture(limits: limits { $0.readersPerAnswer = 1 })
        let owner = try await fixture.store.user(
            for: UserIdentity(issuer: "i", subject: "s", displayName: "n"), now: .now
        ).id
        let registry = GenerationRegistry(
            store: fixture.store, model: GatedModel(), limits: limits { $0.readersPerAnswer = 1 },
            logger: .init(label: "test"))
        let id = try await fixture.store.createConversation(title: nil, of: owner, now: .now).id
        let generation = try await registry.begin(in: id, of: owner, asking: .question(try MessageText("x")))
        let stream = EventStream(of: generation, requestID: "1")
        let request = Request(
            head: .init(method: .get, scheme: "https", authority: "a", path: "/"), body: .init(buffer: ByteBuffer()))
        do {
            let response = try stream.response(to: request, since: 0)
            #expect(throws: Problem.tooManyReaders(limit: 1)) { try stream.response(to: request, since: 0) }
            #expect(response.status == .ok)
        }
        #expect(try stream.response(to: request, since: 0).status == .ok, "a reader that left has left its place")
        await generation.stop(.user)
        await generation.ended()
    }

    @Test func aUserHasSoManyRequestsUnderWay() async throws {
        let fixture = try Fixture(model: GatedModel(), limits: limits { $0.requestsPerUser = 1 })
        let ann = try fixture.page("ann")
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(ann)
            let owner = try await fixture.store.user(
                for: UserIdentity(issuer: Fixture.issuer, subject: "ann", displayName: "Ann Example"), now: .now
            ).id
            let asked = Task { try await client.ask(id, #"{"text":"x"}"#, ann) }
            while try await fixture.store.messages(in: ConversationID(id)!, of: owner)?.isEmpty != false {
                await Task.yield()
            }
            let refused = try await client.json(.get, "/api/me", ann)
            #expect(refused.status == 429 && refused.body["type"] == .string("urn:gatehouse:chat:too-many-requests"))
            #expect(try await client.json(.get, "/api/me", try fixture.page("ben")).status == 200)
            #expect(try await client.json(.get, "/health", [:]).status == 200)
            asked.cancel()
            _ = try? await asked.value
        }
    }

    @Test func allTogetherHaveSoManyAnswersBeingWritten() async throws {
        let fixture = try Fixture(model: GatedModel(), limits: limits { $0.answers = 1 })
        let (ann, ben) = (try fixture.page("ann"), try fixture.page("ben"))
        try await fixture.application.test(.router) { client in
            @Sendable func running(_ conversation: String, _ user: HTTPFields) async throws -> String {
                while true {
                    let shown = try await client.json(.get, "/api/conversations/\(conversation)", user).body
                    if let generation = shown["generationId"]?.string { return generation }
                    await Task.yield()
                }
            }
            @Sendable func stop(_ conversation: String, _ user: HTTPFields) async throws {
                _ = try await client.json(.post, "/api/generations/\(running(conversation, user))/stop", user)
            }
            let (anns, bens) = (try await client.newConversation(ann), try await client.newConversation(ben))
            async let asked = client.ask(anns, #"{"text":"x"}"#, ann)
            _ = try await running(anns, ann)
            try await client.execute(
                uri: "/api/conversations/\(bens)/messages", method: .post, headers: ben,
                body: ByteBuffer(string: #"{"text":"x"}"#)
            ) { response in
                #expect(response.status == .serviceUnavailable && response.headers[.retryAfter] == "5")
                let text = String(buffer: response.body)
                #expect(text.contains("urn:gatehouse:chat:busy"))
                #expect(text.contains("As many answers are being written here as there may be."))
            }
            #expect(
                try await client.json(.get, "/api/conversations/\(bens)", ben).body["messages"] == .array([]),
                "nothing is stored of a question that is refused")
            try await stop(anns, ann)
            #expect(try await asked.last?.name == "done")
            async let next = client.ask(bens, #"{"text":"x"}"#, ben)
            try await stop(bens, ben)
            #expect(try await next.last?.name == "done", "the place is free again")
        }
    }

    @Test func aBodyThatDripsIsGivenUp() async throws {
        let fixture = try Fixture(limits: limits { $0.requestSeconds = 1 })
        let page = try fixture.page()
        try await fixture.application.test(.live) { client in
            let id = try await client.newConversation(page)
            let port = try #require(client.port)
            var lines = ["POST /api/conversations/\(id)/messages HTTP/1.1", "Host: localhost", "Content-Length: 100"]
            lines += page.map { "\($0.name): \($0.value)" }
            let answer = try await Self.exchange(lines.joined(separator: "\r\n") + "\r\n\r\n{\"te", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
            #expect(answer.contains("did not arrive whole in time"))
        }
    }

    /// Sends text on a connection and returns what comes until the server ends it.
    private static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            for try await piece in inbound { answer += String(buffer: piece) }
            return answer
        }
    }

    @Test func theShippedFileSaysTheDefaults() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../config/chat.yaml").standardized.path
        let environment = ["GATEHOUSE_SIGNER": "s", "GATEHOUSE_USER_POOL_ID": "p_1", "GATEHOUSE_CLIENT_ID": "c"]
        let configuration = try ChatConfiguration(
            contentsOf: file, state: StateDirectory(path: "/nowhere/state"), environment: environment)
        #expect("\(configuration.limits)" == "\(ChatConfiguration.Limits())")
        #expect(configuration.retention == ChatConfiguration.Retention())
        #expect(configuration.administrators == ChatConfiguration.Administrators())
        #expect(configuration.operatorSocketPath == "/nowhere/state/run/chat-operator.sock")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for key in [
            "ConcurrentAnswersPerUser", "ConcurrentAnswers", "QuestionsPerMinute", "PromptKiB",
            "MessagesPerConversation",
            "ConversationsPerUser", "MiBPerUser", "MessagesPerPage", "ReadersPerAnswer", "RequestsPerUser",
            "RequestSeconds", "Connections", "TokensPerUserAndDay", "CentsPerUserAndDay", "ImportMiB",
            "UndoMinutes", "ConversationDays", "UsageDays", "Claim", "Values",
        ] {
            #expect(text.contains("\n  \(key): "), "\(key)")
        }
    }
}
