import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sign-in at a provider that misbehaves, or with a tampered callback, ends in a page, and the backend sees nothing",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ProviderFaultTests {
    @Test("an honest provider: there with state, nonce and PKCE; back at the original URL with its query and a session")
    func honest() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let first = try await browser(host.origin + "/deep/link?x=1&y=%20z")
        #expect(first.status == 302)
        let authorize = try #require(first.value("location"))
        #expect(authorize.hasPrefix(host.provider.issuer + "/authorize?"))
        for parameter in [
            "client_id=client", "response_type=code", "scope=openid", "state=", "nonce=", "code_challenge=",
            "code_challenge_method=S256",
        ] {
            #expect(authorize.contains(parameter), "\(authorize)")
        }
        let back = try #require(try await browser(authorize).value("location"))
        #expect(back.hasPrefix(host.origin + "/oauth2/idpresponse?"))
        let signedIn = try await browser(back)
        #expect(signedIn.status == 302)
        #expect(signedIn.value("location") == "/deep/link?x=1&y=%20z")
        let cookie = try #require(signedIn.sessionCookie)
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            #expect(cookie.localizedCaseInsensitiveContains("; " + attribute), "\(cookie)")
        }
        #expect(host.backend.requests.isEmpty)

        #expect(try await browser(host.origin + "/deep/link?x=1&y=%20z").status == 200)
        let request = try #require(host.backend.requests.last)
        #expect(request.target == "/deep/link?x=1&y=%20z")
        #expect(request.value("x-amzn-oidc-identity") == ProviderStub.subject)
        #expect(request.values("x-amzn-oidc-data").count == 1)
        try await host.stop()
    }

    @Test(
        "each fault of the provider gives an error page with a way forward and no session",
        arguments: ProviderStub.Fault.recoverable)
    func faults(_ fault: ProviderStub.Fault) async throws {
        let host = try await SigningGateway()
        host.provider.misbehave(fault)
        let browser = host.browser()
        var answer = try await browser(host.callback(browser))
        if fault == .codeRefused {
            // A code is refused when it was used before; whoever was cut off in the middle is signed in by a second attempt.
            #expect(answer.status == 302 && answer.sessionCookie == nil, "\(answer)")
            answer = try await browser(try #require(answer.value("location")), "--location")
        }
        #expect([401, 500, 561].contains(answer.status), "\(answer)")
        #expect(answer.value("content-type")?.hasPrefix("text/html") == true)
        #expect(answer.body.contains("<h1"))
        #expect(
            answer.body.contains("href=\"/page?x=1\"") || answer.body.contains("return_to=%2Fpage%3Fx%3D1"),
            "the way forward leads to where the user wanted to go")
        #expect(answer.sessionCookie == nil)
        #expect(try await browser(host.origin + "/page").status == 302, "still not signed in")
        #expect(host.backend.requests.isEmpty)

        host.provider.misbehave(nil)
        #expect(try await browser(host.origin + "/page", "--location").status == 200, "it works once the provider does")
        try await host.stop()
    }

    @Test("a tampered, missing or doubled state or code is refused before any code is redeemed")
    func tamperedCallback() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let good = try await host.callback(browser)
        let parameters = FormText.parse(String(good.drop { $0 != "?" }.dropFirst()))
        let code = "code=" + FormText.encode(try #require(parameters["code"]))
        let state = try #require(parameters["state"])
        func stateParameter(_ text: some StringProtocol) -> String { "state=" + FormText.encode(String(text)) }
        let middle = state.index(state.startIndex, offsetBy: state.count / 2)
        let flipped = state[..<middle] + (state[middle] == "A" ? "B" : "A") + state[state.index(after: middle)...]
        for tampered in [
            "", code, stateParameter(state), "\(code)&state=", "\(code)&state=AAAA",
            "\(code)&\(stateParameter(flipped))",
            "\(code)&\(stateParameter(state.dropLast(4)))", "\(code)&\(stateParameter(state + "AAAA"))",
            "\(code)&\(stateParameter(state))&\(stateParameter(state))", "\(code)&\(code)&\(stateParameter(state))",
        ] {
            let answer = try await browser(host.origin + "/oauth2/idpresponse?" + tampered)
            #expect(answer.status == 401, "\(tampered): \(answer)")
            #expect(answer.sessionCookie == nil)
        }
        #expect(host.provider.redeemedCodes == 0)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "attack 44: a callback in another browser, without or with another nonce cookie, signs nobody in; its code is not redeemed"
    )
    func otherBrowser() async throws {
        let host = try await SigningGateway()
        let victim = host.browser()
        let callback = try await host.callback(victim)
        let attacker = host.browser()
        for _ in 1...2 {
            let answer = try await attacker(callback)
            #expect(answer.status == 302 && answer.sessionCookie == nil, "\(answer)")
            #expect(answer.value("location")?.hasPrefix(host.provider.issuer + "/authorize?") == true, "\(answer)")
            #expect(host.provider.redeemedCodes == 0)
            _ = try await host.callback(attacker)
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a callback sent a second time makes no second session, and its code does not go out again")
    func replay() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let callback = try await host.callback(browser)
        #expect(try await browser(callback).status == 302)
        let again = try await browser(callback)
        #expect(again.status == 302 && again.value("location") == "/page?x=1", "\(again)")
        #expect(again.values("set-cookie").isEmpty && host.provider.redeemedCodes == 1)
        #expect(host.backend.requests.isEmpty)
        #expect(try await browser(host.origin + "/").status == 200, "the first session lives on")
        try await host.stop()
    }

    @Test("the gateway starts without its provider, and says so on a page")
    func unreachable() async throws {
        let folder = try TemporaryFolder()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        let silent = try freePort()
        let gateway = try await GatewayAlone(folder: folder) {
            Configurations.signingIn(port: $0[0], issuer: "http://127.0.0.1:\(silent)")
        }
        let answer = try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/page")
        #expect(answer.status == 500 && answer.body.contains("<h1"), "\(answer)")
        #expect(backend.requests.isEmpty)
        _ = try await gateway.program.stop()
    }

    @Test("scripts and API callers get 401 and JSON, never a redirect to another origin; deny means 401")
    func scripts() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        for header in ["Sec-Fetch-Mode: cors", "X-Requested-With: XMLHttpRequest", "Accept: application/json"] {
            let answer = try await browser(host.origin + "/api", "--header", header)
            #expect(answer.status == 401, "\(header): \(answer)")
            #expect(answer.value("content-type")?.contains("json") == true)
        }
        #expect(try await browser(host.origin + "/deny/x").status == 401)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a script learns why it got 401 and where its user signs in, and that address leads back to its page")
    func loginURL() async throws {
        let host = try await SigningGateway(
            listenerAttributes:
                "{routing.http.response.access_control_allow_origin.header_value: \"https://app.example\"}")
        let browser = host.browser()
        let script = ["--header", "Sec-Fetch-Mode: cors"]
        let answer = try await browser.run(
            host.origin + "/api", script + ["--header", "Referer: \(host.origin)/page?x=1&y=a%20b"])
        #expect(answer.status == 401 && answer.value("www-authenticate")?.isEmpty == false, "\(answer)")
        #expect(answer.value("access-control-allow-origin") == "https://app.example")
        #expect(answer.value("cache-control") == "no-store")
        #expect(answer.body.contains("\"reason\":\"sign_in_required\""), "\(answer.body)")
        let link = host.origin + "/oauth2/login?return_to=%2Fpage%3Fx%3D1%26y%3Da%2520b"
        #expect(answer.body.contains("\"login_url\":\"\(link)\""), "\(answer.body)")
        #expect(host.backend.requests.isEmpty)

        let signedIn = try await browser(link, "--location")
        #expect(signedIn.status == 200, "\(signedIn)")
        #expect(host.backend.requests.map(\.target) == ["/page?x=1&y=a%20b"])
        host.backend.reset()

        let ended = try await Curl(caFile: host.gateway.caFile).run(
            host.origin + "/api",
            script + ["--cookie", "AWSELBAuthSessionCookie-0=\(String(repeating: "A", count: 43))"])
        #expect(ended.status == 401 && ended.body.contains("\"reason\":\"session_expired\""), "\(ended)")
        for referer in [
            "https://evil.example/x", host.origin + ".evil.example/x", host.origin + "//evil.example",
            host.origin + "/oauth2/login", host.origin + "/a/../oauth2/login", "javascript:alert(1)",
        ] {
            let answer = try await host.browser().run(
                host.origin + "/api", script + ["--header", "Referer: \(referer)"])
            #expect(answer.body.contains("\"login_url\":\"\(host.origin)/oauth2/login\""), "\(referer): \(answer.body)")
        }
        let denied = try await host.browser()(host.origin + "/deny/x?y=1", "--header", "Accept: text/html")
        #expect(denied.body.contains("href=\"/oauth2/login?return_to=%2Fdeny%2Fx%3Fy%3D1\""), "\(denied.body)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("the address that begins a sign-in leads back to pages of this site only, and never to itself")
    func returnTarget() async throws {
        let host = try await SigningGateway()
        for value in [
            "https://evil.example/", "//evil.example/", "/%5Cevil.example", "%2F%5Cevil.example", "/oauth2/login",
            "/%6Fauth2/login", "/x/../oauth2/logout", "/a&return_to=/b", "%zz", "%ff", "/%0d%0aSet-Cookie:x",
        ] {
            let answer = try await host.browser()(host.origin + "/oauth2/login?return_to=\(value)", "--location")
            #expect(answer.status == 200, "\(value): \(answer)")
            #expect(host.backend.requests.map(\.target) == ["/"], "\(value)")
            host.backend.reset()
        }
        let posted = try await host.browser()(host.origin + "/oauth2/login", "--request", "POST")
        #expect(posted.status == 405 && posted.value("allow") == "GET", "\(posted)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}
