import Conversations
import Hummingbird
import HummingbirdTesting
import Testing

@testable import ChatServer

@Suite struct ConversationRoutesTests {
    @Test func conversationsAreMadeRenamedAndDeleted() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let renamed = try await client.json(.patch, "/api/conversations/\(id)", page, #"{"title":" Plans "}"#)
            #expect(renamed.status == 200 && renamed.body["title"] == .string("Plans"))
            let shown = try await client.json(.get, "/api/conversations/\(id)", page)
            #expect(shown.body["conversation"]?.object?["titleSource"] == .string("user"))
            #expect(shown.body["messages"] == .array([]))
            #expect(try await client.json(.delete, "/api/conversations/\(id)", page).status == 204)
            #expect(try await client.json(.get, "/api/conversations/\(id)", page).status == 404)
        }
    }

    @Test(arguments: [
        (#"{"text":""}"#, 422, "empty"), (#"{"text":"  \n "}"#, 422, "empty"),
        (#"{"text":"a\u0000b"}"#, 422, "control-character"), (#"{"text":"\ufdd0"}"#, 422, "noncharacter"),
        (#"{}"#, 400, "missing"), (#"{"retry":false}"#, 400, "missing"),
        (#"{"text":"x","retry":true}"#, 400, "missing"),
    ])
    func messagesAreChecked(body: String, status: Int, code: String) async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let answer = try await client.json(.post, "/api/conversations/\(id)/messages", page, body)
            #expect(answer.status == status)
            #expect(answer.body["errors"]?.array?.first?.object?["code"] == .string(code))
            #expect(try await client.json(.get, "/api/conversations/\(id)", page).body["messages"] == .array([]))
        }
    }

    @Test func sizesHaveLimitsThatAreNamed() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let path = "/api/conversations/\(id)/messages"
            let long = String(repeating: "x", count: 8_001)
            let answer = try await client.json(.post, path, page, #"{"text":"\#(long)"}"#)
            #expect(answer.status == 422)
            let detail = try #require(answer.body["detail"]?.string)
            #expect(detail.contains("8,001") && detail.contains("8,000") && !detail.contains("xxx"))
            let huge = String(repeating: "x", count: 257 * 1024)
            #expect(try await client.json(.post, path, page, #"{"text":"\#(huge)"}"#).status == 413)
            let title = String(repeating: "t", count: 121)
            let renaming = try await client.json(.patch, "/api/conversations/\(id)", page, #"{"title":"\#(title)"}"#)
            #expect(renaming.status == 422)
        }
    }

    @Test(arguments: ["/api/nothing", "/api/conversations/x", "/api/conversations/1/messages", "/assets/none.js"])
    func whatIsNotThereIsNotFound(path: String) async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let answer = try await client.json(.get, path, page)
            #expect(answer.status == 404)
        }
    }
}
