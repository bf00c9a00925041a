import Foundation
import ProcessTesting
import Testing

@Suite(
    "A real browser signs in, chats and signs out", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(4)))
struct SignInAndChatTests {
    @Test(
        "from http://…/deep/link?x=1 through redirect, sign-in and a streamed answer to sign-out, without a console error"
    )
    func wholeVisit() async throws {
        let host = try await Installation.start()
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            let window = browser.window
            do {
                try await signIn(window, host)
                try await chat(window, host)
                try await sessions(window, host)
                try await signOut(window, host)
                try await signOutEverywhere(window, host)
            } catch {
                let place = (try? await window.url) ?? "?"
                Issue.record("at \(place): \(error)\nconsole: \((try? await window.console()) ?? [])")
                try? await window.keepPicture("failure")
            }
            try await browser.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    private func signIn(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.http + "/deep/link?x=1")
        let user = try await window.element("#signInFormUsername")
        #expect(try await window.url.hasPrefix(host.ready.poolURL))

        try await window.type(host.user, into: user)
        try await window.type("Wrong-Password-99!", into: window.element("#signInFormPassword"))
        try await window.click(window.element("[name=signInSubmitButton]"))
        _ = try await window.element("[role=alert]")

        // What the user typed is still there; the password is not.
        #expect(try await window.text(of: "return document.querySelector('#signInFormUsername').value") == host.user)
        #expect(try await window.text(of: "return document.querySelector('#signInFormPassword').value") == "")
        try await window.go(to: host.app + "/deep/link?x=1")
        try await window.type(host.user, into: window.element("#signInFormUsername"))
        try await window.keepPicture("sign-in")
        try await window.type(host.password, into: window.element("#signInFormPassword"))
        try await window.click(window.element("[name=signInSubmitButton]"))

        _ = try await window.element("#composer")
        #expect(try await window.url == host.app + "/deep/link?x=1")
        try await expectCleanConsole(window)
    }

    private func chat(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.app + "/")
        let message = try await window.element("#message")
        try await window.type("Hello! What can you tell me about the road from here to the sea?", into: message)
        // The answer grows while it arrives: the page itself looks, since asking it takes long on a busy machine.
        _ = try await window.text(
            of: """
                window.seenLengths = new Set();
                new MutationObserver(() => window.seenLengths.add(document.querySelector('#log').textContent.length))
                    .observe(document.body, { childList: true, subtree: true, characterData: true });
                return ''
                """)
        try await window.click(window.element("#send:not([disabled])"))
        _ = try await eventually("the end of an answer that came in pieces", within: .seconds(60)) {
            let isBusy = try await window.text(of: "return String(!document.querySelector('#stop').hidden)")
            let lengths = Int(try await window.text(of: "return String(window.seenLengths.size)")) ?? 0
            return isBusy == "false" && lengths > 3 ? true : nil
        }
        #expect(try await window.url.hasPrefix(host.app + "/"))
        let answer = try await window.text(of: "return document.querySelector('#log').textContent")
        #expect(answer.contains("the road from here to the sea"))
        #expect(answer.count > 150, "\(answer)")
        _ = try await window.text(of: "document.querySelector('#scroller').scrollTop = 0; return ''")
        try await Task.sleep(for: .milliseconds(500))  // for scroll bars and focus rings to settle in the picture
        try await window.keepPicture("chat")

        // It is stored: the page, loaded again, shows it, and the list names it.
        try await window.go(to: window.url)
        _ = try await eventually("the stored conversation") {
            let text = try await window.text(of: "return document.querySelector('#log').textContent")
            return text.contains("the road from here to the sea") ? true : nil
        }
        _ = try await window.element("#conversations a")
        try await expectCleanConsole(window)
    }

    private func signOut(_ window: WebDriver, _ host: Installation) async throws {
        try await window.click(window.element("#sign-out"))
        _ = try await window.element("#signInFormPassword")
        #expect(try await window.url.hasPrefix(host.ready.poolURL), "signed out here and at the pool")
        try await window.go(to: host.app + "/")
        _ = try await window.element("#signInFormPassword")
        try await expectCleanConsole(window)
    }

    /// The user's own sessions, in light and dark, on wide and small screens.
    private func sessions(_ window: WebDriver, _ host: Installation) async throws {
        try await window.click(window.element("#sessions"))
        _ = try await window.element(".entries li")
        #expect(try await window.url == host.app + "/.gatehouse/sessions")
        let text = try await window.text(of: "return document.body.innerText")
        #expect(
            text.contains("You are signed in as admin, in this browser only.") && text.contains("This browser"),
            "\(text)")
        try await window.keepPicture("sessions")
        try await window.prefer(dark: true)
        try await window.keepPicture("sessions-dark")
        try await window.resize(width: 360, height: 740)
        let overflow = try await window.text(
            of: "return String(document.documentElement.scrollWidth - document.documentElement.clientWidth)")
        #expect(overflow == "0", "nothing is wider than a small screen")
        try await window.keepPicture("sessions-small")
        try await window.prefer(dark: false)
        try await window.resize(width: 1280, height: 860)
        try await window.go(to: host.app + "/")
        try await expectCleanConsole(window)
    }

    /// Signs in once more, at the page itself, and out by its button.
    private func signOutEverywhere(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: host.app + "/.gatehouse/sessions")
        try await window.type(host.user, into: window.element("#signInFormUsername"))
        try await window.type(host.password, into: window.element("#signInFormPassword"))
        try await window.click(window.element("[name=signInSubmitButton]"))
        _ = try await window.element(".entries li")
        try await window.click(window.element("form[action*='end=all'] button"))
        _ = try await window.element("#signInFormPassword")
        #expect(try await window.url.hasPrefix(host.ready.poolURL), "signed out here and at the pool")
        try await window.go(to: host.app + "/.gatehouse/sessions")
        _ = try await window.element("#signInFormPassword")
        try await expectCleanConsole(window)
    }

    private func expectCleanConsole(
        _ window: WebDriver, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let errors = try await window.console().filter { $0.level == "SEVERE" }
        #expect(errors.isEmpty, "\(errors)", sourceLocation: sourceLocation)
    }
}
