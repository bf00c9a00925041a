import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOEmbedded
import Testing
import Tokens

@testable import UserPoolServer
@testable import UserPoolStore

/// The error rows of the OAuth 2.0 endpoints that no other suite has; `docs/user-pool-rows.md` lists all.
@Suite("Rows of the OAuth 2.0 endpoints")
struct OAuthRowTests {
    private let fixture: PoolFixture

    init() async throws {
        fixture = try await PoolFixture()
    }

    @Test(
        "authorize: each error goes to the callback with the client's state",
        arguments: [
            ("", "invalid_request", "response_type is missing"),
            ("response_type=id_token", "invalid_request", "response_type must be code or token"),
            ("response_type=token", "unauthorized_client", nil),
            ("response_type=code&scope=openid+groups", "invalid_request", "invalid_scope"),
            ("response_type=code&scope=openid+offline_access", "invalid_request", "invalid_scope"),
            ("response_type=code&scope=email", "invalid_request", "invalid_scope"),
            ("response_type=code&code_challenge=\(challenge)", "invalid_request", nil),
            ("response_type=code&code_challenge=\(challenge)&code_challenge_method=plain", "invalid_request", nil),
            ("response_type=code&code_challenge_method=S256", "invalid_request", nil),
            ("response_type=code&prompt=none", "login_required", nil),
        ] as [(String, String, String?)])
    func authorize(query: String, error: String, description: String?) async throws {
        try await fixture.test { browser in
            let answer = try await browser.get("/oauth2/authorize?\(Self.client)&state=a%2Fb&\(query)")
            #expect(answer.status == 302 && answer.location.hasPrefix(PoolFixture.callback + "?error="))
            #expect(answer.locationParameter("error") == error && answer.locationParameter("state") == "a/b")
            if let description { #expect(answer.locationParameter("error_description") == description) }
        }
    }

    @Test("authorize: what fails inside the pool is told to the client, whose address is known by then")
    func serverError() async throws {
        try await fixture.test { [fixture] browser in
            _ = try await browser.signIn()
            try fixture.pool.store.close()
            let answer = try await browser.get("/oauth2/authorize?\(PoolFixture.query)")
            #expect(answer.status == 302 && answer.location.hasPrefix(PoolFixture.callback + "?error=server_error"))
            #expect(answer.locationParameter("state") == "s/1")
            let page = try await browser.get("/login?\(PoolFixture.query)")
            #expect(page.status == 500 && page.body.contains("Something went wrong here"), "who is at a page sees one")
        }
    }

    @Test("token: what fails inside the pool is said in JSON")
    func tokenServerError() async throws {
        try await fixture.test { [fixture] browser in
            let code = try await browser.code()
            try fixture.pool.store.close()
            let answer = try await browser.redeem(code)
            #expect(answer.status == 500 && answer.member("error") == "server_error")
        }
    }

    @Test("token: a client that may see an address but not whether it is verified gets none", arguments: [true, false])
    func halfReadable(seesAddress: Bool) async throws {
        var client = AppClient(
            id: "half", callbackURLs: ["https://half.example/cb"], logoutURLs: [], scopes: [.openid, .email])
        client.readableAttributes = seesAddress ? ["email"] : ["email_verified"]
        try await fixture.pool.store.save(
            StoredClient(application: client, secret: nil, document: "", createdAt: 0, modifiedAt: 0))
        try await fixture.test { browser in
            let redirect = "redirect_uri=https%3A%2F%2Fhalf.example%2Fcb"
            func redeem(scope: String) async throws -> Page {
                let query = "client_id=half&response_type=code&scope=\(scope)&\(redirect)"
                let code = try await browser.signIn(query: query).locationParameter("code") ?? ""
                return try await browser.post(
                    "/oauth2/token",
                    [
                        ("grant_type", "authorization_code"), ("client_id", "half"), ("code", code),
                        ("redirect_uri", "https://half.example/cb"),
                    ])
            }
            let refused = try await redeem(scope: "openid+email")
            #expect(refused.status == 400 && refused.member("error") == "invalid_grant")
            #expect(
                try await redeem(scope: "openid").status == 200, "who does not ask for the address is not concerned")
        }
    }

    @Test("userInfo: a token of the API, which lacks openid, is refused in Cognito's words")
    func userInfoWithoutOpenID() async throws {
        let client = AppClient(id: "api", callbackURLs: [], logoutURLs: [], scopes: [])
        let outcome = try await fixture.pool.store.signIn(
            username: "admin", password: PoolFixture.password, kind: .api(client), mfa: .off, from: .address("a"),
            nowMilliseconds: fixture.pool.clock())
        guard case .passed(.tokens(let signIn, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let tokens = try await fixture.pool.tokens.issue(
            TokenGrant(signIn, for: client, nonce: nil, isFromAPI: true), now: fixture.pool.now)
        try await fixture.test { browser in
            let answer = try await browser.get(
                "/oauth2/userInfo", headers: [.authorization: "Bearer \(tokens.accessToken)"])
            #expect(answer.status == 401)
            let text =
                "Access token is expired, disabled, or deleted, or the user has globally signed out."
            #expect(
                answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token", error_description="\#(text)""#)
            let none = try await browser.get("/oauth2/userInfo")
            #expect(none.status == 400)
            #expect(
                none.headers[.wwwAuthenticate]
                    == #"Bearer error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint""#)
        }
    }

    @Test("logout: no client, an address that is not registered; logout_uri counts before redirect_uri")
    func logout() async throws {
        try await fixture.test { browser in
            let registered = "logout_uri=https%3A%2F%2Flocalhost%3A8443%2F"
            for (query, text) in [
                (registered, "client_id"), ("client_id=nobody&\(registered)", "client_id"),
                ("client_id=app1&logout_uri=https%3A%2F%2Flocalhost%3A8443", "redirect_uri"),
                ("client_id=app1", "redirect_uri"),
            ] {
                let page = try await browser.get("/logout?\(query)")
                #expect(page.status == 400, "\(query)")
                #expect(
                    page.body.contains("Required String parameter &#39;\(text)&#39; is not present"), "\(query)")
            }
            let callback = "redirect_uri=\(FormParameters.percentEncode(PoolFixture.callback))&response_type=code"
            let again = try await browser.get("/logout?client_id=app1&\(callback)")
            #expect(again.location == "/login?client_id=app1&\(callback)")
            let both = try await browser.get("/logout?client_id=app1&\(registered)&\(callback)")
            #expect(both.location == "https://localhost:8443/")
        }
    }

    @Test("too many at once: 429, as a page, and to clients of the API in their words")
    func throttled() async throws {
        let limit = RequestLimit(perAddress: 1)
        func request(_ headers: HTTPFields) -> Request {
            var headers = headers
            headers[.xForwardedFor] = "::1"
            return Request(
                head: .init(method: .post, scheme: "https", authority: "a", path: "/", headerFields: headers),
                body: .init(buffer: ByteBuffer()))
        }
        let context = PoolContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .init(label: "test")))
        _ = try await limit.handle(request([:]), context: context) { _, context in
            let refused = try await #require(throws: PoolError.self) {
                try await limit.handle(request([:]), context: context) { _, _ in Response(status: .ok) }
            }
            #expect(refused.status == 429)
            let answer = try await limit.handle(
                request([.amzTarget: "AWSCognitoIdentityProviderService.InitiateAuth"]), context: context
            ) { _, _ in Response(status: .ok) }
            #expect(answer.status == .badRequest && answer.headers[.amzErrorType] == "TooManyRequestsException")
            return Response(status: .ok)
        }
    }

    private static let client = "client_id=app1&redirect_uri=\(FormParameters.percentEncode(PoolFixture.callback))"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}
