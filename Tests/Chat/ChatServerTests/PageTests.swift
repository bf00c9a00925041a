import Foundation
import Hummingbird
import HummingbirdTesting
import Pages
import Testing

@testable import ChatServer

@Suite struct PageTests {
    @Test(arguments: ["/", "/c/01234567-89ab-7def-8123-456789abcdef", "/deep/link?x=1", "/health/x"])
    func everyOtherPathIsThePage(path: String) async throws {
        let fixture = try Fixture()
        let headers = try fixture.identity()
        try await fixture.application.test(.router) { client in
            try await client.execute(uri: path, method: .get, headers: headers) { response in
                #expect(response.status == .ok)
                let policy = response.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.contains("require-trusted-types-for 'script'; trusted-types 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(response.headers[.cacheControl] == "no-store")
                let html = String(buffer: response.body)
                #expect(html.contains("Offline model – scripted answers, no AI") && html.contains("/oauth2/logout"))
                #expect(html.contains("href=\"/.gatehouse/sessions\""))
                // Nothing inline: no script without source, no style, no handler.
                #expect(html.contains("<script type=\"module\" src="))
                #expect(!html.contains("<script>") && !html.contains("<style") && !html.contains(" style="))
                #expect(!html.contains(" onclick="))
            }
        }
    }

    @Test func everyFileThePageNeedsIsServed() async throws {
        let fixture = try Fixture()
        let headers = try fixture.identity()
        let page = try ChatPage(sessionsPath: "/sessions", signOutPath: "/out", modelNotice: "")
        try await fixture.application.test(.router) { client in
            var waiting = Self.addresses(in: Self.html(page))
            var seen: Set<String> = []
            while let path = waiting.popLast() {
                guard seen.insert(path).inserted else { continue }
                try await client.execute(uri: path, method: .get, headers: headers) { response in
                    #expect(response.status == .ok, "\(path)")
                    #expect(response.headers[.cacheControl] == AssetCatalog.cacheControl)
                    let text = String(buffer: response.body)
                    #expect(!text.contains("from \"./"), "\(path) imports by a plain name")
                    waiting += Self.addresses(in: text)
                }
            }
            #expect(seen.count >= 13)
        }
    }

    @Test func theFirstPageIsLight() async throws {
        let fixture = try Fixture()
        var headers = try fixture.identity()
        headers[.acceptEncoding] = "gzip, deflate, br, zstd"
        let page = try ChatPage(sessionsPath: "/sessions", signOutPath: "/out", modelNotice: "")
        let files = Set(Self.addresses(in: Self.html(page)))
        for path in files where path.hasSuffix(".js") {
            let script = String(decoding: page.assets.asset(atPath: path)?.bytes ?? [], as: UTF8.self)
            for match in script.matches(of: /from "(\/assets\/[^"]+)"/) {
                #expect(files.contains(String(match.output.1)), "\(path) brings what the page has not told of")
            }
        }
        try await fixture.application.test(.router) { [headers] client in
            var bytes = 0
            for path in ["/", "/api/me", "/api/conversations"] + files {
                bytes += try await client.execute(uri: path, method: .get, headers: headers) { response in
                    #expect(response.status == .ok, "\(path)")
                    let isStatic = !path.hasPrefix("/api/")
                    #expect((response.headers[.contentEncoding] == "gzip") == isStatic, "\(path)")
                    #expect((response.headers[.vary] == "accept-encoding") == isStatic, "\(path)")
                    let fields = response.headers.reduce(0) {
                        $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4
                    }
                    return response.body.readableBytes + fields
                }
            }
            // 150 KiB is what may be; this is what has been reached.
            #expect(bytes <= 64 << 10, "\(bytes) bytes on the wire")
        }
    }

    @Test func whoDoesNotTakeGzipGetsNone() async throws {
        let fixture = try Fixture()
        var headers = try fixture.identity()
        headers[.acceptEncoding] = "identity, gzip;q=0"
        let path = ChatAssets.catalog.path(of: ChatAssets.script)
        try await fixture.application.test(.router) { [headers] client in
            for path in ["/", path] {
                try await client.execute(uri: path, method: .get, headers: headers) { response in
                    #expect(response.headers[.contentEncoding] == nil)
                    #expect(response.headers[.vary] == "accept-encoding")
                    #expect(String(buffer: response.body).contains(path == "/" ? "<!doctype html>" : "import {"))
                }
            }
        }
    }

    @Test func noScriptTurnsTextIntoMarkupOrCode() {
        let forbidden = [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc",
            "DOMParser", "createContextualFragment", ".setHTML", "javascript:",
        ]
        for name in [
            "app.js", "api.js", "markdown.js", "inline.js", "dom.js", "message.js", "conversation.js",
            "composer.js", "sidebar.js", "dialogs.js", "files.js", "highlight.js", "menu.js", "toast.js", "usage.js",
        ] {
            let path = ChatAssets.catalog.path(of: name)
            let text = String(decoding: ChatAssets.catalog.asset(atPath: path)?.bytes ?? [], as: UTF8.self)
            #expect(!text.isEmpty)
            for word in forbidden { #expect(!text.contains(word), "\(name) has \(word)") }
        }
    }

    private static func html(_ page: ChatPage) -> String { String(decoding: page.document.bytes, as: UTF8.self) }

    private static func addresses(in text: String) -> [String] {
        text.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.output.1) }
    }
}
