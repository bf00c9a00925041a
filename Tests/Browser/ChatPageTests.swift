import Foundation
import ProcessTesting
import Testing

@Suite(
    "The chat page in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(6)))
struct ChatPageTests {
    @Test("editing, other answers, continuing, pins, search, deletion with undo, import, usage, phone and dark")
    func features() async throws {
        try await visit { window, host in
            try await branches(window)
            try await continues(window)
            try await list(window)
            try await importing(window, host)
            try await usage(window, host)
            try await pictures(window, host)
        }
    }

    @Test("an answer survives a reload, a second tab and the end of the session; what is typed is never lost")
    func survival() async throws {
        try await visit { window, host in
            try await reload(window, host)
            try await secondTab(window, host)
            try await sessionEnds(window, host)
        }
    }

    private func visit(_ body: (WebDriver, Installation) async throws -> Void) async throws {
        let host = try await Installation.start(changing: [
            ("chat.yaml", "QuestionsPerMinute: 20", "QuestionsPerMinute: 600")
        ])
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            do {
                try await signIn(browser.window, host)
                try await body(browser.window, host)
                try await expectCleanConsole(browser.window)
            } catch {
                Issue.record("\(error)\nconsole: \((try? await browser.window.console()) ?? [])")
                try? await browser.window.keepPicture("failure")
            }
            try await browser.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    // MARK: Conversations

    private func branches(_ window: WebDriver) async throws {
        try await ask("/echo **first** wording", window)
        try await window.click(window.element(".question .icon-button[aria-label='Edit and send again']"))
        let box = try await window.element(".edit textarea")
        try await window.type(" changed\u{E007}", into: box)
        try await answered(window)
        #expect(try await log(window).contains("first wording changed"))
        _ = try await eventually("the wordings are counted") { try await window.find(".question .branches button") }
        #expect(
            try await window.text(of: "return document.querySelector('.question .branches').textContent") == "2 / 2")
        try await window.click(window.element(".question .branches button:not(:disabled)"))
        _ = try await eventually("the first wording") {
            let text = try await log(window)
            return !text.contains("changed") && text.contains("1 / 2") ? true : nil
        }
        #expect(try await window.holds("document.activeElement.closest('.branches')"), "the focus stays")
        try await window.click(window.element(".answer .icon-button[aria-label='Another answer']"))
        try await answered(window)
        _ = try await eventually("two answers") {
            try await window.text(of: "return document.querySelector('.answer .branches').textContent") == "2 / 2"
                ? true : nil
        }
        #expect(try await window.holds("/tokens · cost —/.test(document.querySelector('.figures').textContent)"))
        try await expectCleanConsole(window)
    }

    private func continues(_ window: WebDriver) async throws {
        try await ask("/demo cut", window)
        #expect(try await log(window).contains("reached its length limit"))
        try await window.click(
            eventually("a button to go on") { try await button("Continue", window) })
        try await answered(window)
        let text = try await log(window)
        #expect(text.contains("in the middle of a sentence, and Continue brings the rest of it."))
        #expect(text.components(separatedBy: "This answer reaches").count == 2, "nothing is there twice")
        try await ask("/demo error", window)
        #expect(try await window.holds("document.querySelector('.ending.failed').textContent.includes('busy')"))
        #expect(try await button("Try again", window) != nil)
    }

    private func list(_ window: WebDriver) async throws {
        try await begin(window)
        try await ask("/echo Mirabelles ripen in **August**", window)
        try await menu("Pin", window)
        _ = try await window.element("#conversations section[aria-label='Pinned'] a")
        try await menu("Instructions", window)
        try await window.type("Be brief.", into: window.element("dialog textarea"))
        try await window.click(window.element("dialog button[type=submit]"))
        _ = try await eventually("the dialog is gone") { try await window.find("dialog") == nil ? true : nil }
        try await ask("/echo x", window)
        #expect(try await log(window).contains("instructions of 9 characters"))

        try await begin(window)
        try await ask("/echo Something else", window)
        try await window.type("mirab AUG", into: window.element("#search"))
        let hit = try await window.element("#conversations .result a mark")
        try await window.keepPicture("chat-search")
        try await window.click(hit)
        _ = try await window.element(".message.found")
        #expect(try await log(window).contains("ripen in August"))
        try await window.type("\u{E00C}", into: window.element("#search"))

        try await menu("Delete", window)
        _ = try await window.element(".toast")
        #expect(try await log(window).contains("Hello"), "the empty page is shown")
        #expect(
            !(try await window.text(of: "return document.querySelector('#conversations').textContent")).contains(
                "ripen"))
        try await window.click(window.element(".toast .small-button"))
        _ = try await eventually("it is back") { try await log(window).contains("ripen in August") ? true : nil }
    }

    private func importing(_ window: WebDriver, _ host: Installation) async throws {
        let file = host.folder.file("<img src=x onerror=window.owned=true>.json")
        let document = """
            {"format":"gatehouse-chat/1","conversations":[{"title":"<img src=x onerror=window.owned=true>","messages":[
            {"role":"user","content":"<script>window.owned=true</script>"},
            {"role":"assistant","content":"Imported <b>words</b>"}]}]}
            """
        try Data(document.utf8).write(to: URL(fileURLWithPath: file))
        try await window.type(file, into: window.element("#import"))
        _ = try await eventually("the import") { try await log(window).contains("Imported <b>words</b>") ? true : nil }
        #expect(try await log(window).contains("Imported – not written by a model here"))
        #expect(try await !window.holds("window.owned"))
        let bad = host.folder.file("bad.json")
        try Data("{}".utf8).write(to: URL(fileURLWithPath: bad))
        try await window.type(bad, into: window.element("#import"))
        _ = try await eventually("the refusal") {
            try await window.holds("document.querySelector('#banner').textContent.includes('unknown format')")
                ? true : nil
        }
        _ = try await window.console()  // The refusal, 422, is a line there.
    }

    private func usage(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.app + "/usage")
        _ = try await window.element(".chart svg rect")
        #expect(
            try await window.holds("document.querySelector('.usage').textContent.includes('simulated: simulated-1')"))
        #expect(try await window.holds("document.querySelector('#composer-area').hidden"))
        try await window.keepPicture("chat-usage")
    }

    private func pictures(_ window: WebDriver, _ host: Installation) async throws {
        for dark in [false, true] {
            try await window.prefer(dark: dark)
            for (name, width, height) in [("wide", 1280, 860), ("phone", 360, 740)] {
                try await window.resize(width: width, height: height)
                // The long answer takes its time, and looks the same in the dark.
                let scenes: [(String, String?)] = [("/", nil), ("/usage", nil), ("/", "/demo code")]
                for (path, demo) in dark ? scenes : scenes + [("/", "/demo long")] {
                    try await window.go(to: host.app + path)
                    _ = try await window.element(".empty, .usage .tiles")
                    if let demo { try await ask(demo, window, limit: .seconds(90)) }
                    try await Task.sleep(for: .milliseconds(300))  // for focus rings and pictures to settle
                    let shown =
                        "\(name)\(dark ? "-dark" : "")-\(demo.map { String($0.dropFirst(6)) } ?? path.dropFirst().description)"
                    #expect(
                        try await window.holds(
                            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
                        "\(shown) is no wider than the window")
                    try await window.keepPicture("chat-\(shown)")
                }
            }
        }
        try await window.prefer(dark: false)
        try await window.resize(width: 1280, height: 860)
    }

    // MARK: Survival

    private func reload(_ window: WebDriver, _ host: Installation) async throws {
        try await send("/demo slow", window)
        _ = try await eventually("some words") { try await log(window).contains("This reply comes") ? true : nil }
        try await window.go(to: window.url)
        _ = try await eventually("the same answer goes on") {
            try await window.holds("!document.querySelector('#stop').hidden") ? true : nil
        }
        try await answered(window, limit: .seconds(60))
        try await expectStored(window, ending: "the message says that it was stopped.")
    }

    private func secondTab(_ window: WebDriver, _ host: Installation) async throws {
        let first = try await window.tab
        let address = try await window.url
        try await window.openTab()
        try await window.go(to: address)
        _ = try await window.element(".answer")
        let second = try await window.tab
        try await window.show(first)
        try await send("/demo slow", window)
        try await window.show(second)
        // It follows by itself, and stops for both.
        _ = try await eventually("the question in the other tab") {
            try await window.holds("document.querySelectorAll('.question').length === 2") ? true : nil
        }
        _ = try await eventually("words in the other tab") {
            try await window.holds(
                "[...document.querySelectorAll('.answer')].at(-1).textContent.includes('This reply comes')")
                ? true : nil
        }
        try await window.click(window.element("#stop"))
        for tab in [second, first] {
            try await window.show(tab)
            _ = try await eventually("the end") {
                try await log(window).contains("Stopped before the end.") ? true : nil
            }
            try await expectStored(window, ending: "")
        }
    }

    private func sessionEnds(_ window: WebDriver, _ host: Installation) async throws {
        try await begin(window)
        try await window.forgetCookies()
        try await window.type("A question of great worth", into: window.element("#message"))
        try await window.click(window.element("#send:not([disabled])"))
        _ = try await eventually("the way to sign in") {
            try await window.holds("document.querySelector('#banner a')?.textContent === 'Sign in again'") ? true : nil
        }
        #expect(
            try await window.text(of: "return document.querySelector('#message').value") == "A question of great worth")
        try await window.keepPicture("chat-session-ended")
        _ = try await window.console()  // The refused request is a line there.
        try await window.click(window.element("#banner a"))
        if try await window.find("#composer") == nil {
            try await window.type(host.user, into: window.element("#signInFormUsername"))
            try await window.type(host.password, into: window.element("#signInFormPassword"))
            try await window.click(window.element("[name=signInSubmitButton]"))
        }
        _ = try await window.element("#composer")
        _ = try await eventually("the draft") {
            try await window.text(of: "return document.querySelector('#message').value") == "A question of great worth"
                ? true : nil
        }
    }

    // MARK: Steps

    private func signIn(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.app + "/")
        try await window.type(host.user, into: window.element("#signInFormUsername"))
        try await window.type(host.password, into: window.element("#signInFormPassword"))
        try await window.click(window.element("[name=signInSubmitButton]"))
        _ = try await window.element(".empty")
    }

    private func begin(_ window: WebDriver) async throws {
        try await window.click(window.element("#new-chat"))
        _ = try await window.element(".empty")
    }

    private func send(_ text: String, _ window: WebDriver) async throws {
        let count = try await window.text(of: "return String(document.querySelectorAll('.question').length)")
        try await window.type(text, into: window.element("#message"))
        try await window.click(window.element("#send:not([disabled])"))
        _ = try await eventually("the question") {
            try await window.text(of: "return String(document.querySelectorAll('.question').length)") != count
                ? true : nil
        }
    }

    private func ask(_ text: String, _ window: WebDriver, limit: Duration = .seconds(30)) async throws {
        try await send(text, window)
        try await answered(window, limit: limit)
    }

    private func answered(_ window: WebDriver, limit: Duration = .seconds(30)) async throws {
        _ = try await eventually("the end of the answer", within: limit) {
            try await window.holds(
                "document.querySelector('#stop').hidden && document.querySelector('.answer:last-child .message-foot *')"
            )
                ? true : nil
        }
    }

    private func log(_ window: WebDriver) async throws -> String {
        try await window.text(of: "return document.querySelector('#log').textContent")
    }

    private func button(_ label: String, _ window: WebDriver) async throws -> WebDriver.Element? {
        let script = """
            document.querySelectorAll('.wanted').forEach((each) => each.classList.remove('wanted'));
            [...document.querySelectorAll('button, a[role=menuitem]')].findLast((each) => each.textContent.trim() === '\(label)')
                ?.classList.add('wanted');
            return '';
            """
        _ = try await window.text(of: script)
        return try await window.find(".wanted")
    }

    private func menu(_ entry: String, _ window: WebDriver) async throws {
        try await window.click(window.element(".top-menu:not([hidden])"))
        _ = try await window.element(".menu")
        try await window.click(eventually("the entry \(entry)") { try await button(entry, window) })
    }

    /// What is shown is what is stored: nothing is missing, nothing is there twice.
    private func expectStored(_ window: WebDriver, ending: String) async throws {
        let script = """
            const id = location.pathname.slice(3);
            const request = new XMLHttpRequest();
            request.open("GET", `/api/conversations/${id}`, false);
            request.send();
            const stored = JSON.parse(request.responseText).messages.at(-1).content;
            const plain = (text) => text.replace(/[*\\s]/g, "");
            const shown = plain([...document.querySelectorAll(".answer .markdown")].at(-1).textContent);
            return shown === plain(stored) && stored.endsWith(\(String(reflecting: ending))) ? "same" : `${shown}\\n${stored}`;
            """
        #expect(try await window.text(of: script) == "same")
    }

    private func expectCleanConsole(
        _ window: WebDriver, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let errors = try await window.console().filter { $0.level == "SEVERE" }
        #expect(errors.isEmpty, "\(errors)", sourceLocation: sourceLocation)
    }
}
