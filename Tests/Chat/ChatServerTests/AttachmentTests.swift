import Conversations
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

@testable import ChatServer

/// Files from the page to the model, and back.
@Suite(.timeLimit(.minutes(1))) struct AttachmentTests {
    private func attach(
        _ bytes: [UInt8], name: String, to id: String, _ client: some TestClientProtocol, _ page: HTTPFields
    ) async throws -> (status: Int, body: [String: JSONValue]) {
        var headers = page
        headers[.contentType] = "application/octet-stream"
        return try await client.execute(
            uri: "/api/conversations/\(id)/attachments?name=\(name)", method: .post, headers: headers,
            body: ByteBuffer(bytes: bytes)
        ) { ($0.status.code, JSONValue(json: Array($0.body.readableBytesView))?.object ?? [:]) }
    }

    @Test func aFileReachesTheModelAndComesBackHarmless() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            let hostile = Array("<script>alert(1)</script>".utf8)
            let file = try await attach(hostile, name: "%3Cb%3E%22.html", to: id, client, page)
            #expect(
                file.status == 201 && file.body["name"] == .string("<b>\".html")
                    && file.body["format"] == .string("txt"))
            let fileID = try #require(file.body["id"]?.string)
            let events = try await client.ask(id, #"{"text":"Read this","attachments":"\#(fileID)"}"#, page)
            #expect(events.last?.name == "done")
            let messages = try await client.json(.get, "/api/conversations/\(id)", page).body["messages"]?.array
            #expect(messages?.first?.object?["attachments"]?.array?.first?.object?["id"] == .string(fileID))
            #expect(messages?.last?.object?["content"]?.string?.contains("| Files | txt, 25 bytes |") == true)
            try await client.execute(uri: "/api/attachments/\(fileID)", method: .get, headers: page) { response in
                #expect(Array(response.body.readableBytesView) == hostile)
                #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
                #expect(response.headers[.contentDisposition] == "attachment; filename=\"chat-b-html.txt\"")
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
                let policy = response.headers[values: HTTPField.Name("content-security-policy")!]
                #expect(policy == ["default-src 'none'; sandbox"])
            }
            #expect(try await client.json(.delete, "/api/attachments/\(fileID)", page).status == 404, "it was sent")
        }
    }

    @Test func filesAreChecked() async throws {
        let fixture = try Fixture()
        let page = try fixture.page()
        try await fixture.application.test(.router) { client in
            let id = try await client.newConversation(page)
            for (bytes, code) in [
                ([UInt8](), "empty"), ([0, 1, 2], "unknown-format"), ([0xFF, 0xD8, 0xFF], "damaged"),
            ] {
                let answer = try await attach(bytes, name: "x", to: id, client, page)
                #expect(answer.status == 422 && answer.body["errors"]?.array?.first?.object?["code"] == .string(code))
            }
            let large = try await attach([UInt8](repeating: 0x61, count: 4_500_001), name: "x", to: id, client, page)
            #expect(large.status == 422 && large.body["detail"]?.string?.contains("4.5 MB") == true)
            let unsent = try await attach([0x61], name: "x", to: id, client, page)
            let unsentID = unsent.body["id"]?.string ?? ""
            #expect(try await client.json(.delete, "/api/attachments/\(unsentID)", page).status == 204)
            let many = [String](repeating: unsentID, count: 21).joined(separator: ",")
            for (files, status) in [(many, 422), (unsentID, 404), ("x", 404)] {
                let body = #"{"text":"x","attachments":"\#(files)"}"#
                #expect(try await client.json(.post, "/api/conversations/\(id)/messages", page, body).status == status)
            }
        }
    }
}
