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
                try await browser.window.signIn(host)
                try await body(browser.window, host)
                try await browser.window.expectCleanConsole()
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
        try await window.ask("/echo **first** wording")
        try await window.click(window.element(".question .icon-button[aria-label='Edit and send again']"))
        let box = try await window.element(".edit textarea")
        try await window.type(" changed\u{E007}", into: box)
        try await window.answered()
        #expect(try await window.log().contains("first wording changed"))
        _ = try await eventually("the wordings are counted") { try await window.find(".question .branches button") }
        #expect(
            try await window.text(of: "return document.querySelector('.question .branches').textContent") == "2 / 2")
        try await window.click(window.element(".question .branches button:not(:disabled)"))
        _ = try await eventually("the first wording") {
            let text = try await window.log()
            return !text.contains("changed") && text.contains("1 / 2") ? true : nil
        }
        #expect(try await window.holds("document.activeElement.closest('.branches')"), "the focus stays")
        try await window.click(window.element(".answer .icon-button[aria-label='Another answer']"))
        try await window.answered()
        _ = try await eventually("two answers") {
            try await window.text(of: "return document.querySelector('.answer .branches').textContent") == "2 / 2"
                ? true : nil
        }
        #expect(try await window.holds("/tokens · cost —/.test(document.querySelector('.figures').textContent)"))
        try await window.expectCleanConsole()
    }

    private func continues(_ window: WebDriver) async throws {
        try await window.ask("/demo cut")
        #expect(try await window.log().contains("reached its length limit"))
        try await window.click(
            eventually("a button to go on") { try await window.button("Continue") })
        try await window.answered()
        let text = try await window.log()
        #expect(text.contains("in the middle of a sentence, and Continue brings the rest of it."))
        #expect(text.components(separatedBy: "This answer reaches").count == 2, "nothing is there twice")
        try await window.ask("/demo error")
        #expect(try await window.holds("document.querySelector('.ending.failed').textContent.includes('busy')"))
        #expect(try await window.button("Try again") != nil)
    }

    private func list(_ window: WebDriver) async throws {
        try await window.begin()
        try await window.ask("/echo Mirabelles ripen in **August**")
        try await window.menu("Pin")
        _ = try await window.element("#conversations section[aria-label='Pinned'] a")
        try await window.menu("Instructions")
        try await window.type("Be brief.", into: window.element("dialog textarea"))
        try await window.click(window.element("dialog button[type=submit]"))
        _ = try await eventually("the dialog is gone") { try await window.find("dialog") == nil ? true : nil }
        try await window.ask("/echo x")
        #expect(try await window.log().contains("instructions of 9 characters"))

        try await window.begin()
        try await window.ask("/echo Something else")
        try await window.type("mirab AUG", into: window.element("#search"))
        let hit = try await window.element("#conversations .result a mark")
        try await window.keepPicture("chat-search")
        try await window.click(hit)
        _ = try await window.element(".message.found")
        #expect(try await window.log().contains("ripen in August"))
        try await window.type("\u{E00C}", into: window.element("#search"))

        try await window.menu("Delete")
        _ = try await window.element(".toast")
        #expect(try await window.log().contains("Hello"), "the empty page is shown")
        #expect(
            !(try await window.text(of: "return document.querySelector('#conversations').textContent")).contains(
                "ripen"))
        try await window.click(window.element(".toast .small-button"))
        _ = try await eventually("it is back") { try await window.log().contains("ripen in August") ? true : nil }
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
        _ = try await eventually("the import") { try await window.log().contains("Imported <b>words</b>") ? true : nil }
        #expect(try await window.log().contains("Imported – not written by a model here"))
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

    /// Every place of the chat, with its menus and dialogs, on a wide and a small window, in light and dark.
    private func pictures(_ window: WebDriver, _ host: Installation) async throws {
        try await window.begin()
        for demo in ["/demo code", "/demo table", "/demo math", "/demo error"] { try await window.ask(demo) }
        let mixed = try await window.url
        try await window.begin()
        try await window.ask("/demo long", limit: .seconds(90))
        let long = try await window.url
        for (dark, width) in [(false, 1280), (false, 360), (true, 1280), (true, 360)] {
            try await window.prefer(dark: dark)
            try await window.resize(width: width, height: width == 360 ? 740 : 860)
            let kind = "\(width == 360 ? "phone" : "wide")\(dark ? "-dark" : "")"
            for (name, address, sign) in [
                ("empty", host.app + "/", ".empty"), ("usage", host.app + "/usage", ".usage .tiles"),
                ("mixed", mixed, ".answer .ending"), ("long", long, ".answer .message-foot *"),
            ] {
                try await window.go(to: address)
                _ = try await window.element(sign)
                try await look(window, "\(kind)-\(name)")
            }
            try await window.click(window.element(".top-menu:not([hidden])"))
            _ = try await window.element(".menu")
            try await look(window, "\(kind)-menu")
            try await window.click(eventually("the entry") { try await window.button("Instructions") })
            _ = try await window.element("dialog textarea")
            try await look(window, "\(kind)-instructions")
            try await window.click(eventually("the way back") { try await window.button("Cancel") })
            _ = try await eventually("the dialog is gone") { try await window.find("dialog") == nil ? true : nil }
            if width == 360 { try await window.click(window.element("#sidebar-open")) }
            try await look(window, "\(kind)-sidebar")
            try await window.click(window.element("#account .icon-button"))
            _ = try await window.element(".menu")
            try await look(window, "\(kind)-account")
        }
        try await window.prefer(dark: false)
        try await window.resize(width: 1280, height: 860)
    }

    private func look(_ window: WebDriver, _ name: String) async throws {
        try await Task.sleep(for: .milliseconds(300))  // for focus rings and pictures to settle
        try await window.expectAccessible("chat, \(name)")
        try await window.keepPicture("chat-\(name)")
    }

    // MARK: Survival

    private func reload(_ window: WebDriver, _ host: Installation) async throws {
        try await window.send("/demo slow")
        _ = try await eventually("some words") { try await window.log().contains("This reply comes") ? true : nil }
        try await window.go(to: window.url)
        _ = try await eventually("the same answer goes on") {
            try await window.holds("!document.querySelector('#stop').hidden") ? true : nil
        }
        try await window.answered(limit: .seconds(60))
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
        try await window.send("/demo slow")
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
                try await window.log().contains("Stopped before the end.") ? true : nil
            }
            try await expectStored(window, ending: "")
        }
    }

    private func sessionEnds(_ window: WebDriver, _ host: Installation) async throws {
        try await window.begin()
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
}
