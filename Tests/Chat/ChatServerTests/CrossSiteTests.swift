import Hummingbird
import HummingbirdTesting
import Testing

@testable import ChatServer

@Suite struct CrossSiteTests {
    @Test(
        arguments: [
            (["sec-fetch-site": "same-origin"], true),
            (["sec-fetch-site": "same-origin", "origin": "https://evil.example"], true),
            (["sec-fetch-site": "same-site"], false),
            (["sec-fetch-site": "cross-site", "origin": "https://chat.example"], false),
            (["sec-fetch-site": "none"], false),
            (["sec-fetch-site": ""], false),
            (["origin": "https://chat.example"], true),
            (["origin": "https://CHAT.example"], true),
            (["origin": "http://chat.example"], false),
            (["origin": "https://chat.example.evil.example"], false),
            (["origin": "https://chat.example:8443"], false),
            (["origin": "null", "referer": "https://chat.example/"], false),
            (["referer": "https://chat.example/c/1"], true),
            (["referer": "https://chat.example.evil.example/"], false),
            (["referer": "https://chat.example"], false),
            ([:], false),
        ] as [([String: String], Bool)])
    func onlyOurOwnPagesMayChangeAnything(given: [String: String], allowed: Bool) throws {
        var fields = HTTPFields()
        for (name, value) in given { fields[try #require(HTTPField.Name(name))] = value }
        for method in [HTTPRequest.Method.post, .patch, .delete, .put] {
            let head = HTTPRequest(
                method: method, scheme: "https", authority: "chat.example", path: "/", headerFields: fields)
            #expect(CrossSiteGuard.allows(Request(head: head, body: .init(buffer: .init()))) == allowed)
        }
        let read = HTTPRequest(
            method: .get, scheme: "https", authority: "chat.example", path: "/", headerFields: fields)
        #expect(CrossSiteGuard.allows(Request(head: read, body: .init(buffer: .init()))))
    }

    @Test func aRefusedChangeChangesNothing() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        var foreign = page
        foreign[.secFetchSite] = "cross-site"
        try await fixture.application.test(.router) { [foreign] client in
            let id = try await client.newConversation(page)
            #expect(try await client.json(.post, "/api/conversations", foreign, "{}").status == 403)
            #expect(try await client.json(.delete, "/api/conversations/\(id)", foreign).status == 403)
            #expect(try await client.json(.patch, "/api/conversations/\(id)", foreign, #"{"title":"x"}"#).status == 403)
            let list = try await client.json(.get, "/api/conversations", page).body["conversations"]?.array
            #expect(list?.count == 1 && list?[0].object?["title"] == .string("New chat"))
        }
    }

    @Test(arguments: [
        nil, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/jsonp",
    ])
    func onlyJSONIsRead(contentType: String?) async throws {
        let fixture = try Fixture()
        var headers = try fixture.page()
        headers[.contentType] = contentType
        try await fixture.application.test(.router) { [headers] client in
            let answer = try await client.json(.post, "/api/conversations", headers, "{}")
            #expect(answer.status == 415)
        }
    }
}
