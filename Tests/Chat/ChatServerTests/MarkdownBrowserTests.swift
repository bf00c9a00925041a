import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Pages
import Synchronization
import Testing

@testable import ChatServer

/// Runs the page's Markdown renderer in a real browser, under the page's own policy.
@Suite(.enabled(if: Chromium.path != nil, "Chromium is not installed"), .timeLimit(.minutes(5)))
struct MarkdownBrowserTests {
    @Test func hostileTextStaysText() async throws {
        let texts = MarkdownCorpus.hostile + MarkdownCorpus.programs
        let result = try await report(on: texts.map { .string($0) })
        #expect(result["violations"] == .array([]), "a policy violation was reported")
        #expect(result["owned"] == .bool(false), "a script ran")
        #expect(result["strange"] == .array([]), "an element or attribute outside the allowed ones was built")
        #expect(result["unequal"] == .array([]), "a text shown in pieces differs from the text shown at once")
        #expect(result["fetched"] == .array([]), "something was fetched")
        #expect(result["html"]?.array?.count == texts.count)
    }

    @Test func markdownBecomesTheRightElements() async throws {
        let result = try await report(on: MarkdownCorpus.examples.map { .string($0.markdown) })
        #expect(result["strange"] == .array([]) && result["unequal"] == .array([]))
        let html = result["html"]?.array?.compactMap(\.string) ?? []
        try #require(html.count == MarkdownCorpus.examples.count)
        for (example, html) in zip(MarkdownCorpus.examples, html) {
            #expect(html == example.html, "\(example.markdown)")
        }
    }

    @Test func noTextTakesLong() async throws {
        // Where one does, the browser has not answered when this test's time is over.
        let result = try await report(on: MarkdownCorpus.slow.map { .string($0) })
        #expect(result["unequal"] == .array([]) && result["strange"] == .array([]))
        let html = result["html"]?.array?.compactMap(\.string) ?? []
        try #require(html.count == MarkdownCorpus.slow.count)
        #expect(html[0].hasPrefix("<h3 class=\"level-1\"></h3><p>x</p>"))
        #expect(html.last?.components(separatedBy: "<td>").count == 51, "fifty columns are shown")
    }

    /// What `markdown-check.js` finds out about texts.
    private func report(on texts: [JSONValue]) async throws -> [String: JSONValue] {
        let fetched = Mutex<[JSONValue]>([])
        let router = Router()
        let catalog = ChatAssets.catalog
        router.get("/") { _, _ in
            var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
            headers.set(ChatPage.headers)
            let html = PageFrame.render(
                title: "check", bodyClass: "", stylesheets: [], scripts: ["/check.js"], icon: "data:,", content: "")
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
        }
        router.get("check.js") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/javascript"],
                body: .init(
                    byteBuffer: ByteBuffer(
                        string: MarkdownCorpus.script(markdown: catalog.path(of: "markdown.js")))))
        }
        router.get("texts.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: JSONValue.array(texts).json)))
        }
        router.get("**") { request, _ in
            guard let asset = catalog.asset(atPath: request.uri.path) else {
                fetched.withLock { $0.append(.string(request.uri.path)) }
                throw HTTPError(.notFound)
            }
            return Response(
                status: .ok, headers: [.contentType: asset.contentType],
                body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let document = try await Application(router: router, logger: logger).test(.live) { client in
            let port = try #require(client.port)
            return try await Chromium.dump("http://localhost:\(port)/")
        }
        let found = try #require(document.firstMatch(of: /data-result="([^"]*)"/), "\(document)").output.1
        let json = found.replacing("&quot;", with: "\"").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&nbsp;", with: "\u{A0}").replacing("&amp;", with: "&")
        var result = try #require(JSONValue(json: Array(json.utf8))?.object)
        result["fetched"] = .array(fetched.withLock { $0 })
        return result
    }
}
