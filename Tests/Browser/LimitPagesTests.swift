import Foundation
import ProcessTesting
import Testing

@Suite(
    "What people see of the limits, in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(4)))
struct LimitPagesTests {
    @Test(
        "a locked name is told to wait and can be unlocked; earlier messages are a click away; drafts are their writer's"
    )
    func wholeVisit() async throws {
        let host = try await Installation.start(changing: [
            ("chat.yaml", "MessagesPerPage: 50", "MessagesPerPage: 4")
        ])
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            let window = browser.window
            do {
                try await lockOut(window, host)
                try await showEarlier(window, host)
                try await keepDrafts(window, host)
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

    private func lockOut(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.app + "/")
        // Each lock is longer than the one before; a slow machine may take longer than the first.
        var text = ""
        for _ in 1...15 where !text.contains("Password attempts exceeded") {
            try await signIn(window, host, password: "Wrong-Password-99!")
            text = try await window.text(of: "return document.querySelector('[role=alert]').textContent")
        }
        #expect(text.contains("Password attempts exceeded") && text.contains("Wait "))
        try await window.keepPicture("locked")
        try await window.go(to: host.app + "/")
        let result = try await Tool.run(
            try Programs.path("gatehouse"), ["users", "unlock", "ADMIN", "--state", host.state])
        #expect(result.exitCode == 0 && result.output == "ADMIN may sign in again.\n", "\(result.output)")
        let unknown = try await Tool.run(
            try Programs.path("gatehouse"), ["users", "unlock", "x", "--state", host.state])
        #expect(unknown.exitCode == 1 && unknown.output.contains("There is no user x."))
        try await signIn(window, host, password: host.password)
        _ = try await window.element("#composer")
        _ = try await window.console()
    }

    private func showEarlier(_ window: WebDriver, _ host: Installation) async throws {
        for (count, text) in [(1, "first"), (2, "second"), (3, "third")] {
            try await window.type("The \(text) question", into: window.element("#message"))
            try await window.click(window.element("#send:not([disabled])"))
            _ = try await eventually("the end of an answer", within: .seconds(60)) {
                let whole = try await window.text(
                    of: "return String(document.querySelectorAll('#log .figures').length)")
                return whole == "\(count)" ? true : nil
            }
        }
        try await window.go(to: window.url)
        let button = try await window.element("#log .earlier")
        #expect(try await questions(window) == ["The second question", "The third question"])
        _ = try await window.text(of: "document.querySelector('#scroller').scrollTop = 0; return ''")
        try await window.keepPicture("earlier-before")
        let before = try await top(of: "The second question", window)
        try await window.click(button)
        _ = try await eventually("the earlier messages") {
            try await questions(window).first == "The first question" ? true : nil
        }
        let after = try await top(of: "The second question", window)
        #expect(abs(after - before) <= 2, "what is read stays where it is: \(before) → \(after)")
        #expect(try await window.text(of: "return String(document.querySelector('#log .earlier'))") == "null")
        #expect(try await window.text(of: "return document.activeElement.id") == "log")
        try await window.keepPicture("earlier-after")
        let errors = try await window.console().filter { $0.level == "SEVERE" }
        #expect(errors.isEmpty, "\(errors)")
    }

    private func keepDrafts(_ window: WebDriver, _ host: Installation) async throws {
        try await window.type("not sent yet", into: window.element("#message"))
        let keys = "return Object.keys(sessionStorage).filter((key) => key.startsWith('draft:')).join()"
        #expect(try await window.text(of: keys).wholeMatch(of: /draft:[0-9a-f-]{36}:[0-9a-f-]{36}/) != nil)
        try await window.go(to: window.url)
        _ = try await eventually("the draft") {
            try await window.text(of: "return document.querySelector('#message').value") == "not sent yet" ? true : nil
        }
        // Somebody else's, from before.
        _ = try await window.text(of: "sessionStorage.setItem('draft:somebody:new', 'private'); return ''")
        try await window.go(to: window.url)
        _ = try await eventually("the other's draft is gone") {
            try await window.text(of: keys).contains("somebody") ? nil : true
        }
        try await window.click(window.element("#sign-out"))
        _ = try await window.element("#signInFormPassword")
        try await window.go(to: host.app + "/")
        try await signIn(window, host, password: host.password)
        _ = try await window.element("#composer")
        _ = try await eventually("the name") {
            try await window.text(of: "return document.querySelector('#account-name').textContent").isEmpty ? nil : true
        }
        #expect(try await window.text(of: keys).isEmpty)
    }

    private func signIn(_ window: WebDriver, _ host: Installation, password: String) async throws {
        _ = try await window.text(of: "document.querySelector('#signInFormUsername').value = ''; return ''")
        try await window.type(host.user, into: window.element("#signInFormUsername"))
        try await window.type(password, into: window.element("#signInFormPassword"))
        try await window.click(window.element("[name=signInSubmitButton]"))
    }

    private func questions(_ window: WebDriver) async throws -> [String] {
        try await window.text(
            of: "return [...document.querySelectorAll('#log .bubble')].map((each) => each.textContent).join('\\n')"
        ).split(separator: "\n").map(String.init)
    }

    private func top(of question: String, _ window: WebDriver) async throws -> Double {
        let text = try await window.text(
            of: """
                const bubble = [...document.querySelectorAll('#log .bubble')].find((each) => each.textContent === '\(question)');
                return String(bubble.getBoundingClientRect().top)
                """)
        return Double(text) ?? .nan
    }
}
