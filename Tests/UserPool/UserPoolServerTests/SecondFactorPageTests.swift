import Accounts
import Foundation
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("Second factors on the pages")
struct SecondFactorPageTests {
    private let query = PoolFixture.query

    /// Signs in, sets an app up, and gives what makes its codes, with the page of recovery codes.
    private func setUp(_ browser: Browser, _ fixture: PoolFixture) async throws -> (SoftwareToken, Page) {
        let page = try await browser.signIn()
        #expect(page.status == 200 && page.body.contains("name=\"mfaSetupForm\""))
        let user = try #require(try await fixture.pool.store.user(matching: "admin"))
        let token = try #require(try await fixture.pool.store.softwareToken(of: user.subject))
        let answer = try await submit(
            browser, page, "/mfaSetup", code: token.code(at: fixture.pool.now / 30), ("deviceName", "Phone"))
        return (token, answer)
    }

    private func submit(
        _ browser: Browser, _ page: Page, _ path: String, code: String, _ more: (String, String)...
    ) async throws -> Page {
        try await browser.post(
            "\(path)?\(query)",
            [("_csrf", page.field("_csrf")), ("session", page.field("session")), ("code", code)] + more)
    }

    @Test("Where it is required, signing in leads over the set-up, once, and ends with recovery codes")
    func required() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.test { [query] browser in
            let first = try await browser.signIn()
            #expect(browser[cookie: SessionCookies.session] == nil)
            let secret = try #require(try await fixture.pool.store.pendingSoftwareToken(of: subject(fixture)))
            // In groups of four, as text, and in the picture.
            #expect(first.body.contains("<span>\(secret.prefix(4))</span>"))
            #expect(first.body.contains("<svg class=\"qr\" role=\"img\""))
            #expect(first.body.contains("autocomplete=\"one-time-code\""))
            let wrong = try await submit(browser, first, "/mfaSetup", code: "000000")
            #expect(wrong.body.contains("Invalid code received for user"))
            #expect(wrong.body.contains("<span>\(secret.prefix(4))</span>"), "the app has this secret already")
            #expect(wrong.body.contains("<title>Error: Set up"))

            let (_, codes) = try await setUp(browser, fixture)
            #expect(codes.body.matches(of: /<li>[a-z2-7]{5}-[a-z2-7]{5}<\/li>/).count == 10)
            #expect(codes.headers[.cacheControl] == "no-store")
            #expect(browser[cookie: SessionCookies.session] != nil)
            let next = try #require(codes.body.firstMatch(of: /href="(\/oauth2\/authorize\?[^"]*)"/)).1
            let end = try await browser.get(String(next).replacing("&amp;", with: "&"))
            #expect(end.location.hasPrefix(PoolFixture.callback + "?code="))
            #expect(end.locationParameter("state") == "s/1")
            let answer = try await browser.redeem(end.locationParameter("code") ?? "")
            let claims = try #require(answer.member("id_token")).split(separator: ".")[1]
            #expect(try decoded(claims).contains(#""amr":["pwd","otp","mfa"]"#))
            let again = try await browser.get("/oauth2/authorize?\(query)")
            #expect(again.location.hasPrefix(PoolFixture.callback))
        }
    }

    private func subject(_ fixture: PoolFixture) async throws -> String {
        try #require(try await fixture.pool.store.user(matching: "admin")).subject
    }

    private func decoded(_ text: Substring) throws -> String {
        var text = String(text).replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        return String(decoding: try #require(Data(base64Encoded: text)), as: UTF8.self)
    }

    @Test("The set-up's way on asks for no new sign-in, whatever the request said")
    func prompt() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.test { [query] browser in
            let page = try await browser.signIn(query: query + "&prompt=login&max_age=0")
            let token = try #require(try await fixture.pool.store.softwareToken(of: subject(fixture)))
            let codes = try await browser.post(
                "/mfaSetup?\(query)&prompt=login&max_age=0",
                [
                    ("_csrf", page.field("_csrf")), ("session", page.field("session")),
                    ("code", token.code(at: fixture.pool.now / 30)),
                ])
            let next = try #require(codes.body.firstMatch(of: /href="(\/oauth2\/authorize\?[^"]*)"/)).1
            fixture.wait(seconds: 5)
            #expect(
                try await browser.get(String(next).replacing("&amp;", with: "&")).location.hasPrefix(
                    PoolFixture.callback))
        }
    }

    @Test("A code, or a recovery code, is asked for after the password; each works once")
    func challenge() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.testBrowsers { [query] open in
            let (token, codes) = try await setUp(open("1.1.1.1"), fixture)
            let recovery = try #require(codes.body.firstMatch(of: /<li>([a-z2-7]{5}-[a-z2-7]{5})<\/li>/)).1
            fixture.wait(seconds: 60)
            let code = token.code(at: fixture.pool.now / 30)
            let browser = open("2.2.2.2")
            let page = try await browser.signIn()
            #expect(page.body.contains("name=\"mfaForm\"") && browser[cookie: SessionCookies.session] == nil)
            #expect(try await submit(browser, page, "/mfa", code: "12").body.contains("Invalid code received for user"))
            #expect(try await submit(browser, page, "/mfa", code: code).location.hasPrefix(PoolFixture.callback))
            #expect(try await submit(browser, page, "/mfa", code: code).status == 403, "the step was taken")

            let second = open("3.3.3.3")
            let again = try await second.signIn()
            #expect(
                try await submit(second, again, "/mfa", code: code).body
                    .contains("Your software token has already been used once."))
            #expect(
                try await submit(second, again, "/mfa", code: recovery.uppercased()).location
                    .hasPrefix(PoolFixture.callback))
            let third = open("4.4.4.4")
            let last = try await third.signIn()
            #expect(
                try await submit(third, last, "/mfa", code: String(recovery)).body
                    .contains("Invalid code received for user"))
            fixture.wait(seconds: 180)
            #expect(try await submit(third, last, "/mfa", code: "000000").status == 403, "three minutes are over")
            #expect(try await third.get("/mfa?\(query)").location == "/login?\(query)")
        }
    }

    @Test("After five wrong codes the right one has to wait")
    func lockout() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.test { browser in
            let (token, _) = try await setUp(browser, fixture)
            browser[cookie: SessionCookies.session] = nil
            let page = try await browser.signIn()
            for _ in 1...5 { _ = try await submit(browser, page, "/mfa", code: "1") }
            fixture.wait(seconds: 0)
            let locked = try await submit(browser, page, "/mfa", code: token.code(at: fixture.pool.now / 30 + 1))
            #expect(locked.status == 429 && locked.headers[.retryAfter] == "1")
            #expect(locked.body.contains("Password attempts exceeded"))
            fixture.wait(seconds: 1)
            #expect(
                try await submit(browser, page, "/mfa", code: token.code(at: fixture.pool.now / 30 + 1)).status == 302)
        }
    }

    @Test("A step's form without its browser's token, or of another step, is refused")
    func forged() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.test { [query] browser in
            let page = try await browser.signIn()
            let token = try #require(try await fixture.pool.store.softwareToken(of: subject(fixture)))
            let code = token.code(at: fixture.pool.now / 30)
            #expect(
                try await browser.post(
                    "/mfaSetup?\(query)", [("_csrf", "x"), ("session", page.field("session")), ("code", code)]
                ).status
                    == 403)
            #expect(try await submit(browser, page, "/mfa", code: code).status == 403)
            #expect(try await submit(browser, page, "/changePassword", code: code).status == 403)
            #expect(try await submit(browser, page, "/mfaSetup", code: code).status == 200)
        }
    }

    @Test("A temporary password and a required factor follow each other")
    func both() async throws {
        let fixture = try await PoolFixture { $0.mfa = .required }
        try await fixture.test { [query] browser in
            let page = try await browser.signIn("newcomer", "Temporary-123")
            let next = try await browser.post(
                "/changePassword?\(query)",
                [
                    ("_csrf", page.field("_csrf")), ("session", page.field("session")), ("password", "Long-Password-1"),
                    ("confirmPassword", "Long-Password-1"),
                ])
            #expect(next.body.contains("name=\"mfaSetupForm\""))
            #expect(browser[cookie: SessionCookies.session] == nil)
        }
    }
}
