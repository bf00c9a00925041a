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
            var waiting = Self.addresses(in: String(buffer: page.document))
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
        let page = try ChatPage(sessionsPath: "/sessions", signOutPath: "/out", modelNotice: "")
        var bytes = page.document.readableBytes
        var waiting = Self.addresses(in: String(buffer: page.document))
        var seen: Set<String> = []
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            let content = try #require(page.assets.asset(atPath: path)?.bytes, "\(path)")
            bytes += content.count
            // What is imported later is not part of it.
            let text = String(decoding: content, as: UTF8.self)
            waiting += text.matches(of: /from "(\/assets\/[^"]+)"/).map { String($0.output.1) }
        }
        #expect(bytes <= 150 << 10, "\(bytes) bytes before compression")
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

    private static func addresses(in text: String) -> [String] {
        text.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.output.1) }
    }
}
