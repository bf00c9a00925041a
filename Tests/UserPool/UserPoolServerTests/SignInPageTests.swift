import Accounts
import HTTPTypes
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("Authorize, sign in, sign out in a browser")
struct SignInPageTests {
    private let fixture: PoolFixture
    private let query = PoolFixture.query

    init() async throws {
        fixture = try await PoolFixture()
    }

    @Test("Authorize leads to the form, the form to the callback with code and state; the session then skips the form")
    func happyPath() async throws {
        try await fixture.test { [query] browser in
            let start = try await browser.get("/oauth2/authorize?\(query)")
            #expect(start.status == 302)
            #expect(start.location == "/login?\(query)")
            #expect(try await browser.get("/authorize?\(query)").location == start.location)
            let answer = try await browser.signIn()
            #expect(answer.status == 302)
            #expect(answer.location.hasPrefix(PoolFixture.callback + "?code="))
            #expect(answer.locationParameter("state") == "s/1")
            let again = try await browser.get("/oauth2/authorize?\(query)")
            #expect(again.location.hasPrefix(PoolFixture.callback + "?code="))
            #expect(again.locationParameter("code") != answer.locationParameter("code"))
            #expect(try await browser.get("/oauth2/authorize?\(query)&prompt=login").location.hasPrefix("/login?"))
            fixture.wait(seconds: 3600)
            #expect(try await browser.get("/oauth2/authorize?\(query)").location == "/login?\(query)")
        }
    }

    @Test("The form has the field names of Cognito's classic page and strict headers")
    func form() async throws {
        try await fixture.test { [query] browser in
            let page = try await browser.get("/login?\(query)&login_hint=%3Cb%3E%22ada")
            for name in [
                "name=\"cognitoSignInForm\"", "id=\"signInFormUsername\"", "id=\"signInFormPassword\"",
                "name=\"cognitoAsfData\"", "name=\"signInSubmitButton\"", "autocomplete=\"username\"",
                "autocomplete=\"current-password\"", "<html lang=\"en\">",
            ] {
                #expect(page.body.contains(name), "\(name)")
            }
            #expect(page.body.contains("value=\"&lt;b&gt;&quot;ada\""))
            #expect(page.body.contains("to continue to Chat &amp; &lt;Co&gt;"))
            #expect(!page.body.contains("role=\"alert\""))
            #expect(!page.body.contains("<script"))
            #expect(!page.body.contains("style="))
            #expect(page.field("_csrf") == browser[cookie: "XSRF-TOKEN"])
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(
                page.headers[.contentSecurityPolicy]?.contains("form-action 'self' https://localhost:8443;") == true)
            #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
            let cookie = page.headers[.setCookie] ?? ""
            for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] { #expect(cookie.contains(attribute)) }
            #expect(page.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test("A wrong password keeps the name, says so, and makes no session", arguments: ["admin", "nobody"])
    func wrongPassword(username: String) async throws {
        try await fixture.test { browser in
            let page = try await browser.signIn(username, "wrong")
            #expect(page.status == 200)
            #expect(page.body.contains("role=\"alert\""))
            #expect(page.body.contains("Incorrect username or password."))
            #expect(page.body.contains("<title>Error: Sign in"))
            #expect(page.body.contains("value=\"\(username)\""))
            #expect(!page.body.contains("value=\"wrong\""))
            #expect(browser[cookie: SessionCookies.session] == nil)
        }
    }

    @Test("After five failures even the right password has to wait")
    func lockout() async throws {
        try await fixture.test { browser in
            for _ in 1...5 { _ = try await browser.signIn("admin", "wrong") }
            let locked = try await browser.signIn()
            #expect(locked.status == 429)
            #expect(locked.headers[.retryAfter] == "1")
            #expect(locked.body.contains("Password attempts exceeded"))
            fixture.wait(seconds: 1)
            #expect(try await browser.signIn().status == 302)
        }
    }

    @Test("A disabled user is told so")
    func disabled() async throws {
        try await fixture.test { browser in
            _ = try await fixture.pool.store.setEnabled(false, username: try Username("admin"), now: fixture.pool.now)
            #expect(try await browser.signIn().body.contains("User is disabled."))
            #expect(try await browser.signIn("admin", "wrong").body.contains("Incorrect username or password."))
        }
    }

    @Test(
        "Unknown clients and callbacks end on our own page, never at the given address",
        arguments: [
            "client_id=app1&response_type=code&redirect_uri=https%3A%2F%2Fevil.example%2F",
            "client_id=app1&response_type=code&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse%2F",
            "client_id=other&response_type=code&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse",
            "client_id=app1&response_type=code",
        ])
    func untrusted(query: String) async throws {
        try await fixture.test { browser in
            for path in ["/oauth2/authorize", "/login"] {
                let answer = try await browser.get("\(path)?\(query)")
                #expect(answer.location.hasPrefix("/error?error=redirect_mismatch&client_id="))
                let page = try await browser.get(answer.location)
                #expect(page.status == 400)
                #expect(page.body.contains("An error was encountered with the requested page."))
                #expect(!page.body.contains("evil"))
            }
        }
    }

    @Test(
        "No client id, a malformed query: a page at once",
        arguments: ["", "response_type=code", "client_id=%", "client_id=%FF"])
    func malformed(query: String) async throws {
        try await fixture.test { browser in
            let page = try await browser.get("/oauth2/authorize?\(query)")
            #expect(page.status == 400)
            #expect(page.location.isEmpty)
        }
    }

    @Test(
        "Errors for the client go to its callback with its state",
        arguments: [
            ("response_type=token", "unauthorized_client"), ("scope=x", "invalid_request"),
            ("response_type=code&scope=openid+groups", "invalid_request"),
            ("response_type=code&code_challenge=x&code_challenge_method=plain", "invalid_request"),
            ("response_type=code&prompt=none", "login_required"),
        ])
    func told(query: String, error: String) async throws {
        try await fixture.test { browser in
            let callback = FormParameters.percentEncode(PoolFixture.callback)
            let answer = try await browser.get(
                "/oauth2/authorize?client_id=app1&redirect_uri=\(callback)&state=xyz&\(query)")
            #expect(answer.status == 302)
            #expect(answer.location.hasPrefix(PoolFixture.callback + "?error=\(error)"))
            #expect(answer.locationParameter("state") == "xyz")
        }
    }

    @Test("A form without its token, with another's, or from another site is not looked at")
    func forgedForms() async throws {
        try await fixture.test { [query] browser in
            let form = try await browser.get("/login?\(query)")
            let token = form.field("_csrf")
            let fields = [("username", "admin"), ("password", PoolFixture.password)]
            #expect(try await browser.post("/login?\(query)", fields).status == 403)
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", token + "x")]).status == 403)
            #expect(
                try await browser.post("/login?\(query)", fields + [("_csrf", token), ("_csrf", token)]).status == 400)
            let evil: HTTPFields = [.origin: "https://evil.example"]
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", token)], headers: evil).status == 403)
            let json: HTTPFields = [.contentType: "application/json"]
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", token)], headers: json).status == 400)
            // A pair somebody planted: equal, but not ours.
            browser[cookie: "XSRF-TOKEN"] = "1000000.AAAA.BBBB"
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", "1000000.AAAA.BBBB")]).status == 403)
            browser[cookie: "XSRF-TOKEN"] = nil
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", token)]).status == 403)
            #expect(browser[cookie: SessionCookies.session] == nil)
            browser[cookie: "XSRF-TOKEN"] = token
            let own: HTTPFields = [.origin: "https://localhost:8444"]
            #expect(try await browser.post("/login?\(query)", fields + [("_csrf", token)], headers: own).status == 302)
        }
    }

    @Test("A form that lay open for an hour leads back to the application")
    func expiredForm() async throws {
        try await fixture.test { [query] browser in
            let form = try await browser.get("/login?\(query)")
            fixture.wait(seconds: 3600)
            let page = try await browser.post(
                "/login?\(query)",
                [("_csrf", form.field("_csrf")), ("username", "admin"), ("password", PoolFixture.password)])
            #expect(page.status == 403)
            #expect(page.body.contains("has expired"))
            #expect(page.body.contains("href=\"https://localhost:8443/\""))
        }
    }

    @Test("An over-long form is refused")
    func longForm() async throws {
        try await fixture.test { [query] browser in
            let page = try await browser.post(
                "/login?\(query)", [("password", String(repeating: "x", count: PoolContext.maximumBody))])
            #expect(page.status == 413)
        }
    }

    @Test("A session is new at every sign-in, and a tampered one is none")
    func sessions() async throws {
        try await fixture.test { [query] browser in
            browser[cookie: SessionCookies.session] = "planted"
            _ = try await browser.signIn()
            let session = try #require(browser[cookie: SessionCookies.session])
            #expect(session != "planted")
            browser[cookie: SessionCookies.session] = session.dropLast() + (session.hasSuffix("A") ? "B" : "A")
            #expect(try await browser.get("/oauth2/authorize?\(query)").location.hasPrefix("/login?"))
        }
    }

    @Test("Sign-out ends the session here, also for a copy of the cookie, and goes to registered addresses only")
    func signOut() async throws {
        try await fixture.test { [query] browser in
            _ = try await browser.signIn()
            let session = try #require(browser[cookie: SessionCookies.session])
            let refused = try await browser.get("/logout?client_id=app1&logout_uri=https%3A%2F%2Fevil.example")
            #expect(refused.status == 400)
            #expect(refused.body.contains("Required String parameter &#39;redirect_uri&#39; is not present"))
            #expect(browser[cookie: SessionCookies.session] == session, "nothing was ended")
            let answer = try await browser.get("/logout?client_id=app1&logout_uri=https%3A%2F%2Flocalhost%3A8443%2F")
            #expect(answer.location == "https://localhost:8443/")
            let removal = answer.headers[.setCookie] ?? ""
            for attribute in ["__Host-cognito=;", "Max-Age=0", "Secure", "Path=/"] {
                #expect(removal.contains(attribute))
            }
            browser[cookie: SessionCookies.session] = session
            #expect(try await browser.get("/oauth2/authorize?\(query)").location.hasPrefix("/login?"))
        }
    }

    @Test("Sign-out in OpenID Connect's words works too")
    func signOutByHint() async throws {
        try await fixture.test { browser in
            let token = try #require(try await browser.redeem(try await browser.code()).member("id_token"))
            let target = "post_logout_redirect_uri=https%3A%2F%2Flocalhost%3A8443%2F"
            let answer = try await browser.get("/logout?id_token_hint=\(token)&\(target)&state=q")
            #expect(answer.location == "https://localhost:8443/?state=q")
            #expect(try await browser.get("/logout?id_token_hint=\(token)").body.contains("You are signed out"))
            #expect(try await browser.get("/logout?id_token_hint=x&\(target)").status == 400)
        }
    }

    @Test("A temporary password has to be replaced, by the policy, before anything else")
    func temporaryPassword() async throws {
        try await fixture.test { [query] browser in
            var page = try await browser.signIn("newcomer", "Temporary-123")
            #expect(page.status == 200)
            #expect(page.body.contains("Choose a new password"))
            #expect(browser[cookie: SessionCookies.session] == nil)
            func submit(_ password: String, _ confirmation: String) async throws -> Page {
                try await browser.post(
                    "/changePassword?\(query)",
                    [
                        ("_csrf", page.field("_csrf")), ("session", page.field("session")), ("password", password),
                        ("confirmPassword", confirmation),
                    ])
            }
            page = try await submit("short", "short")
            #expect(page.body.contains("class=\"broken\">Password must contain at least 12 characters"))
            #expect(page.body.contains("class=\"kept\">Password must contain a lower case letter"))
            page = try await submit("Own-Password-1", "Own-Password-2")
            #expect(page.body.contains("The two passwords differ."))
            let last = page
            let done = try await submit("Own-Password-1", "Own-Password-1")
            #expect(done.location.hasPrefix(PoolFixture.callback + "?code="))
            #expect(browser[cookie: SessionCookies.session] != nil)
            page = last
            #expect(try await submit("Own-Password-1", "Own-Password-1").status == 403, "the challenge is used up")
        }
    }

    @Test("Who chooses a new password is asked for the required attributes that are missing")
    func requiredAttributes() async throws {
        let fixture = try await PoolFixture {
            $0.requiredAttributes = ["email", "name"]
            $0.aliases = [.preferredUsername]
        }
        try await fixture.test { [query] browser in
            var page = try await browser.signIn("newcomer", "Temporary-123")
            for name in ["email", "name"] {
                #expect(page.body.contains("name=\"requiredAttributes[\(name)]\""), "\(page.body)")
                #expect(page.body.contains("<label for=\"attribute_\(name)\">"))
            }
            #expect(page.body.contains("type=\"email\" value=\"\" autocomplete=\"email\""))
            func submit(_ attributes: (String, String)...) async throws -> Page {
                try await browser.post(
                    "/changePassword?\(query)",
                    [
                        ("_csrf", page.field("_csrf")), ("session", page.field("session")),
                        ("password", "Own-Password-1"), ("confirmPassword", "Own-Password-1"),
                    ] + attributes.map { ("requiredAttributes[\($0.0)]", $0.1) })
            }
            page = try await submit(("email", "new@example.org"))
            #expect(page.body.contains("Full name is missing.") && page.body.contains("value=\"new@example.org\""))
            page = try await submit(("email", "nonsense"), ("name", "New Comer"))
            #expect(page.body.contains("E-mail address cannot be used like this."))
            #expect(page.body.ranges(of: "aria-invalid").count == 1, "the one that is wrong")
            #expect(browser[cookie: SessionCookies.session] == nil)
            let done = try await submit(
                ("email", " new@example.org "), ("name", "New Comer"), ("nickname", "not asked for"))
            #expect(done.location.hasPrefix(PoolFixture.callback + "?code="), "\(done.body)")
            let user = try await fixture.pool.store.user(matching: "newcomer")
            #expect(
                user?.attributes == ["email": "new@example.org", "email_verified": "false", "name": "New Comer"])
            #expect(
                try await browser.signIn("admin").location.hasPrefix(PoolFixture.callback),
                "who has a password of his own is not asked")
        }
    }

    @Test("Nobody signs up; unknown pages and assets are not found; health answers")
    func otherPages() async throws {
        try await fixture.test { browser in
            #expect(try await browser.get("/signup").status == 403)
            #expect(try await browser.get("/forgotPassword").status == 403)
            #expect(try await browser.get("/nothing").status == 404)
            #expect(try await browser.get("/assets/base.css").status == 404)
            let stylesheet = try await browser.get(fixture.pool.pages.assets.path(of: "base.css"))
            #expect(stylesheet.status == 200)
            #expect(stylesheet.headers[.cacheControl]?.contains("immutable") == true)
            #expect(try await browser.get("/health").body == #"{"status":"ok"}"#)
            let problem = try await browser.get("/nothing", headers: [.accept: "application/json"])
            #expect(problem.headers[.contentType] == "application/problem+json")
        }
    }
}
