import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

@testable import ChatServer

/// Two users, every route: what is one's is absent for the other.
@Suite(.timeLimit(.minutes(1))) struct OwnershipTests {
    /// Every route with somebody else's identifiers in it, or without any; the body to send, and what must come back.
    private static func tries(
        conversation: String, deleted: String, generation: String, message: String, file: String = "x"
    ) -> [(route: String, path: String, body: String?, status: Int)] {
        let place = "/api/conversations/\(conversation)"
        return [
            ("GET /api/conversations/{id}", place, nil, 404),
            ("GET /api/conversations/{id}", place + "?before=3", nil, 404),
            ("DELETE /api/conversations/{id}", place, nil, 404),
            ("PATCH /api/conversations/{id}", place, #"{"title":"x"}"#, 404),
            ("PATCH /api/conversations/{id}", place, #"{"pinned":true}"#, 404),
            ("PATCH /api/conversations/{id}", place, #"{"instructions":"x"}"#, 404),
            ("PATCH /api/conversations/{id}", place, #"{"shownMessage":"\#(message)"}"#, 404),
            ("POST /api/conversations/{id}/messages", place + "/messages", #"{"text":"x"}"#, 404),
            ("POST /api/conversations/{id}/messages", place + "/messages", #"{"retry":true}"#, 404),
            ("POST /api/conversations/{id}/messages", place + "/messages", #"{"continue":true}"#, 404),
            ("POST /api/conversations/{id}/messages", place + "/messages", #"{"again":"\#(message)"}"#, 404),
            (
                "POST /api/conversations/{id}/messages", place + "/messages",
                #"{"text":"x","edits":"\#(message)"}"#, 404
            ),
            (
                "POST /api/conversations/{id}/messages", place + "/messages", #"{"text":"x","attachments":"\#(file)"}"#,
                404
            ),
            ("POST /api/conversations/{id}/attachments", place + "/attachments?name=x", "x", 415),
            ("GET /api/attachments/{id}", "/api/attachments/\(file)", nil, 404),
            ("DELETE /api/attachments/{id}", "/api/attachments/\(file)", nil, 404),
            ("GET /api/conversations/{id}/export", place + "/export?format=json", nil, 404),
            ("GET /api/conversations/{id}/export", place + "/export?format=markdown", nil, 404),
            ("POST /api/conversations/{id}/restore", "/api/conversations/\(deleted)/restore", nil, 404),
            ("GET /api/generations/{id}/events", "/api/generations/\(generation)/events", nil, 404),
            ("POST /api/generations/{id}/stop", "/api/generations/\(generation)/stop", nil, 404),
            ("GET /api/admin/usage", "/api/admin/usage", nil, 404),
            // What names nobody shows the one who asks.
            ("GET /api/me", "/api/me", nil, 200), ("GET /api/usage", "/api/usage", nil, 200),
            ("GET /api/conversations", "/api/conversations", nil, 200),
            ("GET /api/search", "/api/search?q=secret", nil, 200), ("GET /api/export", "/api/export", nil, 200),
            ("POST /api/conversations", "/api/conversations", "{}", 201),
            ("POST /api/import", "/api/import", "{}", 422),
            ("DELETE /api/conversations", "/api/conversations", nil, 200),
            ("GET /assets/{name}", "/assets/none.js", nil, 404), ("GET /health", "/health", nil, 200),
            ("GET /health/ready", "/health/ready", nil, 200),
        ]
    }

    @Test func twoUsersNeverMeet() async throws {
        let fixture = try Fixture(model: GatedModel())
        let ann = try fixture.page("ann")
        let ben = try fixture.page("ben")
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(ann)
            let deleted = try await client.newConversation(ann)
            _ = try await client.json(.delete, "/api/conversations/\(deleted)", ann)
            async let events = client.ask(id, #"{"text":"secret"}"#, ann)
            var shown: [String: JSONValue] = [:]
            while shown["generationId"]?.string == nil {
                shown = try await client.json(.get, "/api/conversations/\(id)", ann).body
            }
            let running = try #require(shown["generationId"]?.string)
            let question = try #require(shown["messages"]?.array?.first?.object?["id"]?.string)
            var bytes = ann
            bytes[.contentType] = "application/octet-stream"
            let file = try await client.json(.post, "/api/conversations/\(id)/attachments?name=f", bytes, "secret").body
            let fileID = try #require(file["id"]?.string)
            bytes[.identityData] = ben[.identityData]
            bytes[.identitySubject] = ben[.identitySubject]
            #expect(try await client.json(.post, "/api/conversations/\(id)/attachments", bytes, "x").status == 404)
            let tries = Self.tries(
                conversation: id, deleted: deleted, generation: running, message: question, file: fileID)
            for (route, path, body, status) in tries {
                let method = try #require(HTTPRequest.Method(String(route.prefix { $0 != " " })))
                try await client.execute(
                    uri: path, method: method, headers: ben, body: body.map { ByteBuffer(string: $0) }
                ) { response in
                    #expect(response.status.code == status, "\(route): \(path) \(body ?? "")")
                    let text = String(buffer: response.body)
                    for word in ["secret", id, question, deleted] where !path.contains(word) {
                        #expect(!text.contains(word), "\(path) shows \(word)")
                    }
                }
            }
            // No route is left out.
            let all = Set(fixture.routes.filter { !$0.hasPrefix("HEAD ") })
            #expect(all.symmetricDifference(tries.map(\.route)).isEmpty)

            let conversation = try await client.json(.get, "/api/conversations/\(id)", ann).body["conversation"]
            #expect(conversation?.object?["title"] == .string("secret"))
            #expect(try await client.json(.post, "/api/generations/\(running)/stop", ann).status == 202)
            #expect(try await events.last?.data["status"] == .string("stopped"))
            #expect(try await client.json(.post, "/api/conversations/\(deleted)/restore", ann).status == 200)
        }
    }

    /// In his own place a user gets no further with what is another's.
    @Test func anothersMessagesAndFilesAreNoneInTheOwnConversation() async throws {
        let fixture = try Fixture()
        let ann = try fixture.page("ann")
        let ben = try fixture.page("ben")
        try await fixture.application.test(.router) { client in
            let anns = try await client.newConversation(ann)
            var bytes = ann
            bytes[.contentType] = "application/octet-stream"
            let file = try await client.json(.post, "/api/conversations/\(anns)/attachments?name=f", bytes, "secret")
            let fileID = try #require(file.body["id"]?.string)
            _ = try await client.ask(anns, #"{"text":"secret","attachments":"\#(fileID)"}"#, ann)
            let messages = try await client.json(.get, "/api/conversations/\(anns)", ann).body["messages"]?.array ?? []
            let question = try #require(messages.first?.object?["id"]?.string)
            let answer = try #require(messages.last?.object?["id"]?.string)

            let bens = try await client.newConversation(ben)
            _ = try await client.ask(bens, #"{"text":"mine"}"#, ben)
            let before = try await client.json(.get, "/api/conversations/\(bens)", ben).body["messages"]
            for body in [
                #"{"text":"x","edits":"\#(question)"}"#, #"{"again":"\#(question)"}"#, #"{"again":"\#(answer)"}"#,
                #"{"text":"x","attachments":"\#(fileID)"}"#,
            ] {
                let refused = try await client.json(.post, "/api/conversations/\(bens)/messages", ben, body)
                #expect(refused.status == 404, "\(body)")
            }
            let shown = #"{"shownMessage":"\#(answer)"}"#
            #expect(try await client.json(.patch, "/api/conversations/\(bens)", ben, shown).status == 404)
            #expect(try await client.json(.get, "/api/conversations/\(bens)", ben).body["messages"] == before)
            #expect(try await client.json(.get, "/api/search?q=secret", ben).body["results"] == .array([]))
            try await client.execute(uri: "/api/export", method: .get, headers: ben) { response in
                #expect(!String(buffer: response.body).contains("secret"))
            }
            #expect(try await client.json(.get, "/api/attachments/\(fileID)", ben).status == 404)
            try await client.execute(uri: "/api/attachments/\(fileID)", method: .get, headers: ann) { response in
                #expect(String(buffer: response.body) == "secret")
            }
        }
    }

    @Test func nothingIsShownToNobody() async throws {
        let fixture = try Fixture()
        let id = ConversationID(now: .now).text
        try await fixture.application.test(.router) { client in
            for (route, path, body, _) in Self.tries(conversation: id, deleted: id, generation: id, message: id)
            where !route.hasPrefix("GET /health") {
                let method = try #require(HTTPRequest.Method(String(route.prefix { $0 != " " })))
                let headers: HTTPFields = [.secFetchSite: "same-origin", .contentType: "application/json"]
                #expect(try await client.json(method, path, headers, body).status == 401, "\(route)")
            }
        }
    }

    @Test func changesComeFromTheOwnPagesAlone() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let tries = Self.tries(conversation: id, deleted: id, generation: id, message: id)
            for (route, path, body, _) in tries where !route.hasPrefix("GET") {
                let method = try #require(HTTPRequest.Method(String(route.prefix { $0 != " " })))
                for site in ["cross-site", "same-site", "none"] {
                    var headers = page
                    headers[.secFetchSite] = site
                    #expect(try await client.json(method, path, headers, body).status == 403, "\(route) \(site)")
                }
                guard body != nil else { continue }
                for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
                    var headers = page
                    headers[.contentType] = type
                    #expect(try await client.json(method, path, headers, body).status == 415, "\(route) \(type)")
                }
            }
            #expect(try await client.json(.get, "/api/conversations/\(id)", page).status == 200)
        }
    }
}
