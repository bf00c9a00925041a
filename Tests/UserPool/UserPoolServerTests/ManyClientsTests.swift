import Accounts
import Foundation
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("Clients made through the API, at the OAuth endpoints")
struct ManyClientsTests {
    private func makeFixture(secret: String? = nil, _ change: (inout AppClient) -> Void = { _ in }) async throws
        -> PoolFixture
    {
        let fixture = try await PoolFixture()
        var client = AppClient(
            id: "second", name: "Second", callbackURLs: ["https://second.example/cb", "app://cb"],
            logoutURLs: ["https://second.example/"], scopes: [.openid, .email])
        change(&client)
        try await fixture.pool.store.save(
            StoredClient(application: client, secret: secret, document: "", createdAt: 0, modifiedAt: 0))
        return fixture
    }

    private static let query =
        "client_id=second&response_type=code&redirect_uri=https%3A%2F%2Fsecond.example%2Fcb&state=x"

    private func redeem(_ browser: Browser, _ code: String, _ more: (String, String)...) async throws -> Page {
        try await browser.post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "https://second.example/cb"),
                ("client_id", "second"),
            ] + more)
    }

    @Test("A public client gets its tokens without a secret, and none with one; the page names it")
    func publicClient() async throws {
        let fixture = try await makeFixture { $0.lifetimes.access = 300 }
        try await fixture.test { browser in
            #expect(try await browser.get("/login?\(Self.query)").body.contains("to continue to Second"))
            let code = try await browser.signIn(query: Self.query).locationParameter("code") ?? ""
            #expect(try await redeem(browser, code, ("client_secret", "x")).member("error") == "invalid_client")
            let tokens = try await redeem(browser, code)
            #expect(tokens.status == 200 && tokens.body.contains("\"expires_in\":300"))
            let other = try await browser.code()
            #expect(try await redeem(browser, other).member("error") == "invalid_grant", "another client's code")
        }
    }

    @Test("A client with a secret must show it")
    func confidentialClient() async throws {
        let fixture = try await makeFixture(secret: "the secret of the second client")
        try await fixture.test { browser in
            let code = try await browser.signIn(query: Self.query).locationParameter("code") ?? ""
            for secret in ["", "the secret of the second clienT"] {
                #expect(try await redeem(browser, code, ("client_secret", secret)).member("error") == "invalid_client")
            }
            #expect(
                try await redeem(browser, code, ("client_secret", "the secret of the second client")).status == 200)
        }
    }

    @Test("The implicit grant gives tokens in the fragment, to clients that may have it, without a refresh token")
    func implicit() async throws {
        let fixture = try await makeFixture { $0.grants = [.implicit] }
        try await fixture.test { browser in
            let query = Self.query.replacing("=code", with: "=token") + "&nonce=n"
            let answer = try await browser.signIn(query: query)
            let parts = answer.location.split(separator: "#")
            #expect(parts.first == "https://second.example/cb")
            let fragment = try #require(FormParameters(String(parts.last ?? "").utf8))
            #expect(fragment.pairs.map(\.name) == ["id_token", "access_token", "token_type", "expires_in", "state"])
            #expect(fragment["token_type"] == "bearer" && fragment["state"] == "x")
            let info = try await browser.get(
                "/oauth2/userInfo", headers: [.authorization: "Bearer \(fragment["access_token"] ?? "")"])
            #expect(info.member("username") == "admin")
            let refused = try await browser.get("/oauth2/authorize?\(Self.query)")
            #expect(refused.locationParameter("error") == "unauthorized_client")
            #expect(
                try await browser.get("/oauth2/authorize?\(PoolFixture.query.replacing("=code", with: "=token"))")
                    .locationParameter("error") == "unauthorized_client")
        }
    }

    @Test("With rotation a refresh token used again ends the sign-in")
    func rotation() async throws {
        let fixture = try await makeFixture { $0.rotation = .init(graceSeconds: 10) }
        try await fixture.test { browser in
            let code = try await browser.signIn(query: Self.query).locationParameter("code") ?? ""
            let first = try #require(try await redeem(browser, code).member("refresh_token"))
            func refresh(_ token: String) async throws -> Page {
                try await browser.post(
                    "/oauth2/token",
                    [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "second")])
            }
            let second = try #require(try await refresh(first).member("refresh_token"))
            fixture.wait(seconds: 9)
            #expect(try await refresh(first).status == 200, "within the grace")
            fixture.wait(seconds: 1)
            #expect(try await refresh(first).member("error") == "invalid_grant")
            #expect(try await refresh(second).member("error") == "invalid_grant")
        }
    }

    @Test("Attributes a client may not read are in no token and no userInfo")
    func readable() async throws {
        let fixture = try await makeFixture { $0.readableAttributes = ["name"] }
        try await fixture.test { browser in
            let code = try await browser.signIn(query: Self.query).locationParameter("code") ?? ""
            let tokens = try await redeem(browser, code)
            let info = try await browser.get(
                "/oauth2/userInfo", headers: [.authorization: "Bearer \(tokens.member("access_token") ?? "")"])
            #expect(info.member("username") == "admin" && info.member("email") == nil)
            #expect(info.member("email_verified") == nil)
        }
    }

    @Test("Revocation switched off at a client is refused")
    func noRevocation() async throws {
        let fixture = try await makeFixture { $0.allowsRevocation = false }
        try await fixture.test { browser in
            let answer = try await browser.post("/oauth2/revoke", [("client_id", "second"), ("token", "x")])
            #expect(answer.status == 400 && answer.member("error") == "invalid_request")
        }
    }

    @Test("max_age asks who signed in too long ago to sign in again; nonsense is ignored")
    func maximumAge() async throws {
        let fixture = try await PoolFixture()
        try await fixture.test { browser in
            _ = try await browser.signIn()
            fixture.wait(seconds: 100)
            func authorize(_ age: String) async throws -> String {
                try await browser.get("/oauth2/authorize?\(PoolFixture.query)&max_age=\(age)").location
            }
            #expect(try await authorize("100").hasPrefix(PoolFixture.callback))
            #expect(try await authorize("99").hasPrefix("/login?"))
            for nonsense in ["", "-1", "x"] { #expect(try await authorize(nonsense).hasPrefix(PoolFixture.callback)) }
            let silent = try await browser.get("/oauth2/authorize?\(PoolFixture.query)&max_age=99&prompt=none")
            #expect(silent.locationParameter("error") == "login_required")
        }
    }

    @Test("Sign-out leads to the addresses of the client it names, not of another one")
    func logout() async throws {
        let fixture = try await makeFixture()
        try await fixture.test { browser in
            func logout(_ client: String) async throws -> Page {
                try await browser.get("/logout?client_id=\(client)&logout_uri=https%3A%2F%2Fsecond.example%2F")
            }
            let own = try await logout("second")
            #expect(own.location == "https://second.example/")
            for client in ["app1", "none"] { #expect(try await logout(client).status == 400) }
        }
    }
}
