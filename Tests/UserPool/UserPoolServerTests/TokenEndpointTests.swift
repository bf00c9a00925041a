import Accounts
import Foundation
import HTTPTypes
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("Tokens, userInfo, revocation, metadata")
struct TokenEndpointTests {
    private let fixture: PoolFixture

    init() async throws {
        fixture = try await PoolFixture()
    }

    @Test("A code gives three tokens that are not to be kept by caches")
    func redemption() async throws {
        try await fixture.test { browser in
            let answer = try await browser.redeem(try await browser.code())
            #expect(answer.status == 200)
            #expect(answer.member("token_type") == "Bearer")
            #expect(answer.member("id_token")?.split(separator: ".").count == 3)
            #expect(answer.member("refresh_token") != nil)
            #expect(answer.body.contains("\"expires_in\":3600"))
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.contentType] == "application/json;charset=UTF-8")
            #expect(answer.headers[.accessControlAllowOrigin] == "*")
            #expect(answer.headers[.requestID] != nil)
        }
    }

    @Test(
        "Errors of the token endpoint",
        arguments: [
            (["grant_type": nil], "invalid_request"), (["grant_type": "password"], "unsupported_grant_type"),
            (["grant_type": "client_credentials"], "unauthorized_client"), (["code": nil], "invalid_request"),
            (["code": "unknown"], "invalid_grant"), (["redirect_uri": nil], "invalid_request"),
            (["redirect_uri": "https://localhost:8443/"], "unauthorized_client"),
            (["code_verifier": nil], "invalid_grant"),
            (["code_verifier": String(repeating: "a", count: 43)], "invalid_grant"),
            (["code_verifier": "short"], "invalid_request"), (["client_id": "other"], "invalid_client"),
            (["grant_type": "refresh_token"], "invalid_request"),
            (["grant_type": "refresh_token", "refresh_token": "unknown"], "invalid_grant"),
        ] as [([String: String?], String)])
    func errors(changes: [String: String?], error: String) async throws {
        try await fixture.test { browser in
            let answer = try await browser.redeem(try await browser.code(), changing: changes)
            #expect(answer.status == 400)
            #expect(answer.member("error") == error)
            if changes["redirect_uri"] == "https://localhost:8443/" {
                #expect(answer.member("error_description") == "invalid_redirect")
            }
        }
    }

    @Test("Failed client authentication, by header or body, uses up no code")
    func clientAuthentication() async throws {
        try await fixture.test { browser in
            let code = try await browser.code()
            func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }
            for header in [
                basic("app1:wrong"), basic("other:\(PoolFixture.secret)"), basic("app1"), "Basic %%%", "Bearer x", "",
            ] {
                let answer = try await browser.redeem(code, authorization: header)
                #expect(answer.status == 400)
                #expect(answer.member("error") == "invalid_client", "\(header)")
            }
            for secret in [nil, "", "wrong"] as [String?] {
                let answer = try await browser.redeem(
                    code, changing: ["client_id": "app1", "client_secret": secret], authorization: nil)
                #expect(answer.member("error") == "invalid_client")
            }
            let answer = try await browser.redeem(
                code, changing: ["client_id": "app1", "client_secret": PoolFixture.secret], authorization: nil)
            #expect(answer.status == 200)
        }
    }

    @Test("GET is not allowed, JSON is not understood, repeated parameters are refused")
    func wrongRequests() async throws {
        try await fixture.test { browser in
            let get = try await browser.get("/oauth2/token")
            #expect(get.status == 405)
            #expect(get.headers[.allow]?.contains("POST") == true)
            let json = try await browser.post("/oauth2/token", [], headers: [.contentType: "application/json"])
            #expect(json.status == 400)
            #expect(json.member("error") == "invalid_request")
            let twice = try await browser.post("/oauth2/token", [("code", "a"), ("code", "b")])
            #expect(twice.member("error") == "invalid_request")
            let long = try await browser.post("/oauth2/token", [("code", String(repeating: "x", count: 20_000))])
            #expect(long.status == 413)
        }
    }

    @Test("A code used twice ends the tokens of its first use")
    func replay() async throws {
        try await fixture.test { browser in
            let code = try await browser.code()
            let first = try await browser.redeem(code)
            #expect(try await browser.redeem(code).member("error") == "invalid_grant")
            let token = try #require(first.member("access_token"))
            #expect(
                try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(token)"]).status == 401)
            let refresh = try await browser.redeem(
                "", changing: ["grant_type": "refresh_token", "refresh_token": first.member("refresh_token")])
            #expect(refresh.member("error") == "invalid_grant")
        }
    }

    @Test("Codes end after five minutes, refresh tokens after seven days")
    func expiry() async throws {
        try await fixture.test { browser in
            let late = try await browser.code()
            fixture.wait(seconds: 300)
            #expect(try await browser.redeem(late).member("error") == "invalid_grant")
            let tokens = try await browser.redeem(try await browser.code())
            let refresh = ["grant_type": "refresh_token", "refresh_token": tokens.member("refresh_token")]
            fixture.wait(seconds: 604_799)
            let renewed = try await browser.redeem("", changing: refresh)
            #expect(renewed.status == 200)
            #expect(renewed.member("refresh_token") == nil)
            #expect(renewed.member("id_token") != nil)
            fixture.wait(seconds: 1)
            #expect(try await browser.redeem("", changing: refresh).member("error") == "invalid_grant")
        }
    }

    @Test("userInfo gives the claims of the scopes, with text for booleans, and only to a living access token")
    func userInfo() async throws {
        try await fixture.test { browser in
            let tokens = try await browser.redeem(try await browser.code())
            let token = try #require(tokens.member("access_token"))
            func info(_ authorization: String?) async throws -> Page {
                var headers = HTTPFields()
                headers[.authorization] = authorization
                return try await browser.get("/oauth2/userInfo", headers: headers)
            }
            let claims = try await info("Bearer \(token)")
            #expect(claims.status == 200)
            #expect(claims.member("email") == "admin@example.org")
            #expect(claims.member("email_verified") == "true")
            #expect(claims.member("username") == "admin")
            #expect(claims.member("sub")?.count == 36)
            for authorization in [nil, "", "Basic x", "Bearer"] {
                let answer = try await info(authorization)
                #expect(answer.status == 400)
                #expect(answer.headers[.wwwAuthenticate]?.contains("error=\"invalid_request\"") == true)
            }
            for wrong in ["x", token + "x", try #require(tokens.member("id_token"))] {
                let answer = try await info("Bearer \(wrong)")
                #expect(answer.status == 401)
                #expect(answer.headers[.wwwAuthenticate]?.contains("error=\"invalid_token\"") == true)
            }
            fixture.wait(seconds: 3600)
            #expect(try await info("Bearer \(token)").status == 401)
        }
    }

    @Test("Disabling a user ends userInfo and refresh at once")
    func disabling() async throws {
        try await fixture.test { browser in
            let tokens = try await browser.redeem(try await browser.code())
            _ = try await fixture.pool.store.setEnabled(false, username: try Username("admin"), now: fixture.pool.now)
            let token = try #require(tokens.member("access_token"))
            #expect(
                try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(token)"]).status == 401)
            let refresh = ["grant_type": "refresh_token", "refresh_token": tokens.member("refresh_token")]
            #expect(try await browser.redeem("", changing: refresh).member("error") == "invalid_grant")
        }
    }

    @Test("Revocation ends what came from the same sign-in; unknown tokens are fine; access tokens are not")
    func revocation() async throws {
        try await fixture.test { browser in
            let tokens = try await browser.redeem(try await browser.code())
            let access = try #require(tokens.member("access_token"))
            func revoke(_ token: String?, secret: String = PoolFixture.secret) async throws -> Page {
                let form = [("client_id", "app1"), ("client_secret", secret)] + (token.map { [("token", $0)] } ?? [])
                return try await browser.post("/oauth2/revoke", form)
            }
            #expect(try await revoke(nil).member("error") == "invalid_request")
            #expect(try await revoke(access).member("error") == "unsupported_token_type")
            let stranger = try await revoke(tokens.member("refresh_token"), secret: "wrong")
            #expect(stranger.status == 401)
            #expect(stranger.member("error") == "invalid_client")
            #expect(try await revoke("unknown").status == 200)
            #expect(
                try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(access)"]).status == 200)
            let done = try await revoke(tokens.member("refresh_token"))
            #expect(done.status == 200)
            #expect(done.body.isEmpty)
            #expect(
                try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(access)"]).status == 401)
        }
    }

    @Test("Discovery has the members of live pools, whatever Host says")
    func discovery() async throws {
        try await fixture.test { browser in
            let path = "/local_Test12345/.well-known/openid-configuration"
            let page = try await browser.get(path, headers: [HTTPField.Name("Host")!: "evil.example"])
            let document = try JSONSerialization.jsonObject(with: Data(page.body.utf8)) as? [String: Any]
            #expect(
                Set(try #require(document).keys) == [
                    "authorization_endpoint", "backchannel_logout_session_supported", "backchannel_logout_supported",
                    "code_challenge_methods_supported", "end_session_endpoint",
                    "id_token_signing_alg_values_supported", "issuer", "jwks_uri", "response_types_supported",
                    "revocation_endpoint", "scopes_supported", "subject_types_supported", "token_endpoint",
                    "token_endpoint_auth_methods_supported", "userinfo_endpoint",
                ])
            #expect(page.member("issuer") == "https://localhost:8444/local_Test12345")
            #expect(!page.body.contains("evil"))
            #expect(try await browser.get("/local_Test12345/.well-known/jwks.json").body == fixture.pool.tokens.keySet)
            #expect(try await browser.get("/other_Pool1/.well-known/jwks.json").status == 404)
        }
    }

    @Test("Scripts of other origins may ask before calling")
    func preflight() async throws {
        try await fixture.test { browser in
            let answer = try await browser.send("/oauth2/userInfo", .options, [:], nil)
            #expect(answer.status == 204)
            #expect(answer.headers[.accessControlAllowOrigin] == "*")
            #expect(try await browser.send("/login", .options, [:], nil).headers[.accessControlAllowOrigin] == nil)
        }
    }
}
