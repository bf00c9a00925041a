import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

@testable import ChatServer

/// Editing, asking again, continuing, and what belongs to a conversation beside its messages.
@Suite(.timeLimit(.minutes(1))) struct BranchRoutesTests {
    private func messages(
        _ id: String, _ client: some TestClientProtocol, _ headers: HTTPFields
    ) async throws -> [[String: JSONValue]] {
        try await client.json(.get, "/api/conversations/\(id)", headers).body["messages"]?.array?.compactMap(\.object)
            ?? []
    }

    @Test func aQuestionIsWordedAnew() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            _ = try await client.ask(id, #"{"text":"/echo one"}"#, page)
            let first = try await messages(id, client, page)
            let question = try #require(first[0]["id"]?.string)
            let events = try await client.ask(id, #"{"text":"/echo two","edits":"\#(question)"}"#, page)
            #expect(events.last?.name == "done")
            let second = try await messages(id, client, page)
            #expect(second.map { $0["role"] } == [.string("user"), .string("assistant")])
            #expect(second[1]["content"]?.string?.hasSuffix("two") == true)
            #expect(second[0]["siblings"] == .array([.string(question), second[0]["id"] ?? .null]))
            let back = try await client.json(
                .patch, "/api/conversations/\(id)", page, #"{"shownMessage":"\#(question)"}"#)
            #expect(back.status == 200)
            let third = try await messages(id, client, page)
            #expect(third.map { $0["id"] } == first.map { $0["id"] })
            let again = try await client.ask(id, #"{"again":"\#(question)"}"#, page)
            #expect(again.last?.name == "done")
            #expect(try await messages(id, client, page)[1]["siblings"]?.array?.count == 2)
        }
    }

    @Test func anAnswerIsContinuedWithoutLossOrDoubling() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let cut = try await client.ask(id, #"{"text":"/demo cut"}"#, page)
            #expect(cut.last?.data["stopReason"] == .string("max_tokens"))
            let half = try await messages(id, client, page)
            #expect(half[1]["continuable"] == .bool(true))
            let more = try await client.ask(id, #"{"continue":true}"#, page)
            let streamed = more.filter { $0.name == "delta" }.compactMap { $0.data["text"]?.string }.joined()
            let whole = try await messages(id, client, page)
            #expect(whole.count == 2 && whole[1]["id"] == half[1]["id"])
            #expect(whole[1]["content"] == .string(streamed))
            #expect(streamed.hasPrefix(half[1]["content"]?.string ?? "none"))
            #expect(streamed.hasSuffix("in the middle of a sentence, and *Continue* brings the rest of it."))
            #expect(whole[1]["continuable"] == .bool(false) && whole[1]["status"] == .string("complete"))
            let refused = try await client.json(
                .post, "/api/conversations/\(id)/messages", page, #"{"continue":true}"#)
            #expect(refused.status == 409 && refused.body["type"] == .string("urn:gatehouse:chat:nothing-to-continue"))
        }
    }

    @Test func oneThingIsAskedAtATime() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        let message = MessageID(now: .now).text
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            for (body, status) in [
                (#"{"text":"x","again":"\#(message)"}"#, 400), (#"{"retry":true,"continue":true}"#, 400),
                (#"{"edits":"\#(message)"}"#, 400), (#"{"retry":true,"edits":"\#(message)"}"#, 400),
                (#"{"again":"x"}"#, 404), (#"{"text":"x","edits":"1"}"#, 404),
                (#"{"text":"x","edits":"\#(message)"}"#, 404), (#"{"again":"\#(message)"}"#, 404),
            ] {
                let answer = try await client.json(.post, "/api/conversations/\(id)/messages", page, body)
                #expect(answer.status == status, "\(body)")
            }
        }
    }

    @Test func instructionsReachTheModel() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let path = "/api/conversations/\(id)"
            let changed = try await client.json(.patch, path, page, #"{"instructions":" Be brief. ","pinned":true}"#)
            #expect(changed.body["instructions"] == .string("Be brief.") && changed.body["pinned"] == .bool(true))
            _ = try await client.ask(id, #"{"text":"Hello"}"#, page)
            let answer = try await messages(id, client, page)[1]["content"]?.string
            #expect(answer?.contains("instructions of 9 characters") == true)
            let long = String(repeating: "x", count: 4_001)
            let refused = try await client.json(.patch, path, page, #"{"instructions":"\#(long)"}"#)
            #expect(refused.status == 422 && refused.body["detail"]?.string?.contains("4,001") == true)
            #expect(try await client.json(.patch, path, page, "{}").status == 400)
            #expect(try await client.json(.patch, path, page, #"{"pinned":"yes"}"#).status == 400)
        }
    }

    @Test func aDeletionIsTakenBack() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            var ids: [String] = []
            for word in ["Plums", "Pears"] {
                let id = try await client.newConversation(page)
                _ = try await client.ask(id, #"{"text":"\#(word)"}"#, page)
                ids.append(id)
            }
            let gone = "/api/conversations/\(ids[0])"
            #expect(try await client.json(.delete, gone, page).status == 204)
            #expect(try await client.json(.get, gone, page).status == 404)
            #expect(try await client.json(.get, "/api/search?q=plums", page).body["results"] == .array([]))
            let restored = try await client.json(.post, gone + "/restore", page)
            #expect(restored.status == 200 && restored.body["title"] == .string("Plums"))
            #expect(try await client.json(.post, gone + "/restore", page).status == 404)
            let all = try await client.json(.delete, "/api/conversations", page)
            #expect(Set((all.body["deleted"]?.array ?? []).compactMap(\.string)) == Set(ids))
            #expect(try await client.json(.get, "/api/conversations", page).body["conversations"] == .array([]))
        }
    }

    @Test func messagesAreFound() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            _ = try await client.ask(id, #"{"text":"Where do Mirabelles grow?"}"#, page)
            let found = try await client.json(.get, "/api/search?q=mirabelle%20GROW", page)
            let hit = found.body["results"]?.array?.first?.object
            #expect(hit?["conversation"]?.object?["id"] == .string(id))
            #expect(hit?["messageId"]?.string != nil)
            #expect(hit?["excerpt"]?.array?.contains { $0.object?["match"] == .bool(true) } == true)
            for query in ["", "?q=", "?q=%20", "?q=...", "?q=\(String(repeating: "x", count: 201))"] {
                #expect(try await client.json(.get, "/api/search" + query, page).status == 422, "\(query)")
            }
        }
    }
}
