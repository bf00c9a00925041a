import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

@testable import ChatServer

/// Taking conversations elsewhere, and bringing them in.
@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
    @Test func whatIsExportedComesBackTheSame() async throws {
        let fixture = try Fixture()
        let ann = try fixture.page("ann")
        let ben = try fixture.page("ben")
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(ann)
            _ = try await client.ask(id, #"{"text":"/echo \"quoted\" \\ line\nbreak 👩🏽‍🚀"}"#, ann)
            let question =
                try await client.json(.get, "/api/conversations/\(id)", ann).body["messages"]?.array?.first?
                .object?["id"]?.string ?? ""
            _ = try await client.ask(id, #"{"text":"/demo table","edits":"\#(question)"}"#, ann)
            _ = try await client.json(
                .patch, "/api/conversations/\(id)", ann,
                #"{"title":"Plums & <pears>","pinned":true,"instructions":"Be brief."}"#)
            let other = try await client.newConversation(ann)
            _ = try await client.ask(other, #"{"text":"Another"}"#, ann)

            let file = try await client.execute(uri: "/api/export", method: .get, headers: ann) { response in
                #expect(response.headers[.contentType] == "application/json; charset=utf-8")
                #expect(response.headers[.contentDisposition] == "attachment; filename=\"conversations.json\"")
                return String(buffer: response.body)
            }
            let imported = try await client.json(.post, "/api/import", ben, file)
            #expect(imported.status == 201)
            let conversations = imported.body["imported"]?.array?.compactMap(\.object) ?? []
            #expect(conversations.map { $0["title"] } == [.string("Another"), .string("Plums & <pears>")])
            #expect(conversations.last?["pinned"] == .bool(true))
            #expect(conversations.last?["instructions"] == .string("Be brief."))
            // The branches are there, with the one that was shown.
            func texts(_ id: String, _ user: HTTPFields) async throws -> [JSONValue?] {
                try await client.json(.get, "/api/conversations/\(id)", user).body["messages"]?.array?.map {
                    $0.object?["content"]
                } ?? []
            }
            let copy = conversations.last?["id"]?.string ?? ""
            #expect(try await texts(copy, ben) == texts(id, ann))
            let shown = try await client.json(.get, "/api/conversations/\(copy)", ben).body["messages"]?.array
            #expect(shown?.first?.object?["siblings"]?.array?.count == 2)
            #expect(shown?.last?.object?["provider"] == .string("imported"))
            #expect(shown?.last?.object?["simulated"] == .bool(true), "what was scripted stays so")
        }
    }

    @Test func filesComeAlong() async throws {
        let fixture = try Fixture()
        let ann = try fixture.page("ann")
        let ben = try fixture.page("ben")
        let content = "Mirabelles, \u{1F600} and \"more\"\n"
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(ann)
            var bytes = ann
            bytes[.contentType] = "application/octet-stream"
            var ids: [String] = []
            for (name, text) in [("plums.csv", content), ("pears.txt", "pears")] {
                let file = try await client.json(
                    .post, "/api/conversations/\(id)/attachments?name=\(name)", bytes, text)
                ids.append(try #require(file.body["id"]?.string))
            }
            _ = try await client.ask(id, #"{"text":"Read","attachments":"\#(ids.joined(separator: ","))"}"#, ann)
            let messages = try await client.json(.get, "/api/conversations/\(id)", ann).body["messages"]?.array
            let question = try #require(messages?.first?.object?["id"]?.string)
            // Another wording has the same files, which are in the document once.
            _ = try await client.ask(id, #"{"text":"Read again","edits":"\#(question)"}"#, ann)
            let file = try await client.execute(
                uri: "/api/conversations/\(id)/export?format=json", method: .get, headers: ann
            ) { String(buffer: $0.body) }
            let encoded = Data(content.utf8).base64EncodedString()
            #expect(file.components(separatedBy: encoded).count == 2, "\(file)")

            let imported = try await client.json(.post, "/api/import", ben, file)
            #expect(imported.status == 201, "\(imported.body)")
            let copy = try #require(imported.body["imported"]?.array?.first?.object?["id"]?.string)
            let shown = try await client.json(.get, "/api/conversations/\(copy)", ben).body["messages"]?.array
            let files = try #require(shown?.first?.object?["attachments"]?.array).compactMap(\.object)
            #expect(files.map { $0["name"] } == [.string("plums.csv"), .string("pears.txt")])
            let place = try #require(files.first?["id"]?.string)
            #expect(!ids.contains(place), "a file of his own")
            try await client.execute(uri: "/api/attachments/\(place)", method: .get, headers: ben) { response in
                #expect(String(buffer: response.body) == content)
            }
            // What is imported can be exported and imported again.
            let again = try await client.execute(
                uri: "/api/conversations/\(copy)/export?format=json", method: .get, headers: ben
            ) { String(buffer: $0.body) }
            #expect(try await client.json(.post, "/api/import", ann, again).status == 201)
        }
    }

    @Test(arguments: [
        (#"{"name":"x"}"#, "user", "unknown-file"), (#"{"id":"1"}"#, "user", "unknown-file"),
        (#"{"content":"=="}"#, "user", "unknown-file"), (#"{"content":""}"#, "user", "empty"),
        (#"{"content":"f0VMRgIBAQA="}"#, "user", "unknown-format"),
        (#"{"content":"iVBORw0KGgo="}"#, "user", "damaged"), (#"{"content":"eA=="}"#, "assistant", "unknown-file"),
        (#"{"id":"1","content":"eA=="},{"id":"1"}"#, "user", "too-many-files"),
        (Array(repeating: #"{"content":"eA=="}"#, count: 6).joined(separator: ","), "user", "too-many-files"),
    ])
    func filesThatCannotBeImported(files: String, role: String, code: String) async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        func message(_ each: String) -> String {
            #"{"role":"\#(each)","content":"x"\#(each == role ? #","attachments":[\#(files)]"# : "")}"#
        }
        let conversation = #"{"title":"t","messages":[\#(message("user")),\#(message("assistant"))]}"#
        try await fixture.application.test(.router) { client in
            let refused = try await client.json(
                .post, "/api/import", page, #"{"format":"gatehouse-chat/1","conversations":[\#(conversation)]}"#)
            #expect(refused.status == 422)
            #expect(refused.body["errors"]?.array?.first?.object?["code"] == .string(code), "\(refused.body)")
            #expect(try await client.json(.get, "/api/conversations", page).body["conversations"] == .array([]))
        }
    }

    @Test func markdownIsForReading() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            _ = try await client.ask(id, #"{"text":"/echo *one*\n# two"}"#, page)
            _ = try await client.json(.patch, "/api/conversations/\(id)", page, ##"{"title":"<b>a*b [c]"}"##)
            try await client.execute(
                uri: "/api/conversations/\(id)/export?format=markdown", method: .get, headers: page
            ) { response in
                #expect(response.headers[.contentType] == "text/markdown; charset=utf-8")
                #expect(response.headers[.contentDisposition] == "attachment; filename=\"chat-b-a-b-c.md\"")
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
                let text = String(buffer: response.body)
                #expect(text.hasPrefix("# \\<b>a\\*b \\[c]\n"))
                #expect(text.contains("\n> /echo *one*\n> # two\n"))
                #expect(text.contains("\n**Scripted answer: no AI model took part.**\n"))
                #expect(text.contains("\n*one*\n# two\n"))
            }
            #expect(try await client.json(.get, "/api/conversations/\(id)/export", page).status == 404)
            #expect(try await client.json(.get, "/api/conversations/\(id)/export?format=pdf", page).status == 404)
        }
    }

    @Test func fileNamesAreLettersAndDigits() {
        func name(_ title: String) -> String { ExchangeRoutes.name(for: title) }
        #expect(name("\"; filename=evil.exe\r\nX: y") == "chat-filename-evil-exe-x-y")
        #expect(name("../../etc/passwd") == "chat-etc-passwd")
        #expect(name("東京 🙂") == "conversation")
        #expect(name(String(repeating: "a", count: 120)).count == 55)
    }

    @Test func anImportIsCheckedFirst() async throws {
        var limits = ChatConfiguration.Limits()
        limits.importBytes = 1 << 20
        let fixture = try Fixture(limits: limits)
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let good = #"{"title":"t","messages":[{"role":"user","content":"x"}]}"#
            let bad = #"{"title":"t","messages":[{"role":"user","content":"x"},{"role":"user","content":"y"}]}"#
            let file = #"{"format":"gatehouse-chat/1","conversations":[\#(good),\#(bad)]}"#
            let refused = try await client.json(.post, "/api/import", page, file)
            #expect(refused.status == 422 && refused.body["type"] == .string("urn:gatehouse:chat:invalid-import"))
            #expect(refused.body["errors"]?.array?.first?.object?["code"] == .string("order"))
            #expect(try await client.json(.get, "/api/conversations", page).body["conversations"] == .array([]))
            let huge = String(repeating: " ", count: (1 << 20) + 1)
            let tooLarge = try await client.json(.post, "/api/import", page, huge)
            #expect(tooLarge.status == 413 && tooLarge.body["detail"]?.string?.contains("1 MiB") == true)
            let deep = String(repeating: "[", count: 100_000)
            #expect(try await client.json(.post, "/api/import", page, deep).status == 422)
        }
    }
}
