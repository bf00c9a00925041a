import Accounts
import Foundation
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("Forgotten passwords on the pages")
struct RecoveryPageTests {
    private let query = PoolFixture.query

    /// A pool whose mails end up in a file of the fixture's own.
    private func makeFixture() async throws -> (PoolFixture, mails: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("mail-\(UUID().uuidString)").path
        let fixture = try await PoolFixture {
            $0.mail = MailCommand(command: ["/usr/bin/tee", "-a", file], sender: "pool@example.org")
        }
        return (fixture, file)
    }

    private func mails(_ file: String) -> String {
        (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    }

    private func ask(_ browser: Browser, for username: String) async throws -> Page {
        let form = try await browser.get("/forgotPassword?\(query)")
        #expect(form.body.contains("name=\"forgotpasswordform\"") && form.body.contains("name=\"reset_my_password\""))
        return try await browser.post(
            "/forgotPassword?\(query)", [("_csrf", form.field("_csrf")), ("username", username)])
    }

    private func confirm(
        _ browser: Browser, _ page: Page, code: String, _ password: String = "Another-Password-1", again: String? = nil
    ) async throws -> Page {
        try await browser.post(
            "/confirmforgotPassword?\(query)",
            [
                ("_csrf", page.field("_csrf")), ("username", page.field("username")), ("code", code),
                ("password", password), ("confirmPassword", again ?? password),
            ])
    }

    @Test("A code comes by mail, and lets a new password be chosen once; sessions end")
    func reset() async throws {
        let (fixture, file) = try await makeFixture()
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await fixture.test { [query] browser in
            _ = try await browser.signIn()
            #expect(try await browser.get("/oauth2/authorize?\(query)").location.hasPrefix(PoolFixture.callback))
            let page = try await ask(browser, for: "Admin")
            #expect(page.body.contains("name=\"confirmforgotpasswordform\""))
            #expect(page.body.contains("id=\"forgot_password_code\"") && page.body.contains("id=\"new_password\""))
            await fixture.pool.errands.runWaiting()
            let mail = mails(file)
            #expect(mail.contains("To: admin@example.org\r\n") && mail.contains("From: pool@example.org\r\n"))
            let code = String(try #require(mail.firstMatch(of: /is ([0-9]{6})\r\n/)).1)
            let wrong = try await confirm(browser, page, code: code == "000000" ? "1" : "000000")
            #expect(wrong.body.contains("Invalid verification code provided, please try again."))
            #expect(try await confirm(browser, page, code: code, "short").body.contains("not strong enough"))
            #expect(
                try await confirm(browser, page, code: code, again: "Another-Password-2").body.contains("differ"))
            let done = try await confirm(browser, page, code: " \(code) ")
            #expect(done.status == 302 && done.location.hasPrefix("/login?\(query)"))
            let signIn = try await browser.get(done.location)
            #expect(signIn.body.contains("Your password has been changed."), "the old session is over")
            #expect(try await confirm(browser, page, code: code).body.contains("please try again"))
            #expect(try await browser.signIn().body.contains("Incorrect username or password."))
            #expect(try await browser.signIn("admin", "Another-Password-1").status == 302)
        }
    }

    @Test("Who does not exist, is disabled or has no verified address gets the same pages and no mail")
    func masking() async throws {
        let (fixture, file) = try await makeFixture()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let store = fixture.pool.store
        for (name, attributes) in [
            ("unverified", ["email": "u@example.org"]),
            ("disabled", ["email": "d@example.org", "email_verified": "true"]),
        ] {
            _ = try await store.createUser(
                try Username(name), password: .permanent("Password-1234"), attributes: attributes, groups: [], now: 0)
        }
        _ = try await store.setEnabled(false, username: try Username("disabled"), now: 0)
        try await fixture.test { browser in
            func normalised(_ page: Page, _ name: String) -> String {
                page.body.replacing("\"\(name)\"", with: "\"NAME\"")
            }
            let known = normalised(try await ask(browser, for: "admin"), "admin")
            for name in ["nobody", "unverified", "disabled", "newcomer"] {
                let page = try await ask(browser, for: name)
                #expect(normalised(page, name) == known)
                let refused = try await confirm(browser, page, code: "123456")
                #expect(refused.body.contains("Invalid verification code provided, please try again."))
            }
            await fixture.pool.errands.runWaiting()
            #expect(mails(file).matches(of: /To:/).count == 1)
        }
    }

    @Test("A user whose password was reset is led to the code")
    func resetRequired() async throws {
        let (fixture, file) = try await makeFixture()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let user = try #require(try await fixture.pool.store.user(matching: "admin"))
        _ = try await fixture.pool.store.apply(.passwordReset, to: user.subject, now: 0)
        try await fixture.test { browser in
            let page = try await browser.signIn()
            #expect(page.body.contains("Password reset required for the user"))
            #expect(page.body.contains("href=\"/forgotPassword?"))
        }
    }

    @Test("Where the pool sends no mail the pages say whom to ask")
    func withoutMail() async throws {
        let fixture = try await PoolFixture()
        try await fixture.test { [query] browser in
            let page = try await browser.get("/forgotPassword?\(query)")
            #expect(page.status == 403 && page.body.contains("Ask your administrator"))
            #expect(try await browser.post("/confirmforgotPassword?\(query)", []).status == 403)
            #expect(!(try await browser.get("/login?\(query)").body.contains("/forgotPassword")))
        }
    }

    @Test("A mail's headers end where they should, whatever an address holds")
    func mail() {
        let message = Mail(recipient: "a@b\r\nBcc: x@y", subject: "S\nT", text: "one\ntwo").message(from: "c@d")
        let head = message.split(separator: "\r\n\r\n", maxSplits: 1)[0]
        #expect(head.split(separator: "\r\n").count == 7)
        #expect(head.contains("To: a@bBcc: x@y") && message.hasSuffix("one\r\ntwo\r\n"))
        let german = Mail(recipient: "a@b", subject: Texts.resetSubject(.german), text: "x").message(from: "c@d")
        let words = german.matches(of: /=\?utf-8\?B\?([A-Za-z0-9+\/=]*)\?=/)
        #expect(words.allSatisfy { $0.0.count <= 75 })
        let subject = words.compactMap { Data(base64Encoded: String($0.1)) }.reduce(Data(), +)
        #expect(String(decoding: subject, as: UTF8.self) == "Ihr Code zum Zurücksetzen des Passworts")
    }

    @Test("Errands wait in a line of so many, and one that fails stops no other")
    func errands() async throws {
        struct Failure: Error {}
        let errands = Errands(capacity: 2, logger: .init(label: "test") { _ in SilentLog() })
        let done = Counter()
        #expect(errands.add { throw Failure() })
        #expect(errands.add { await done.count() })
        #expect(errands.add { await done.count() } == false)
        await errands.runWaiting()
        #expect(await done.value == 1)
    }

    private actor Counter {
        var value = 0
        func count() { value += 1 }
    }
}
