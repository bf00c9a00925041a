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
        arguments: ProviderStub.Fault.allCases)
    func faults(_ fault: ProviderStub.Fault) async throws {
        let host = try await SigningGateway()
        host.provider.misbehave(fault)
        let browser = host.browser()
        let answer = try await browser(host.callback(browser))
        #expect([401, 500, 561].contains(answer.status), "\(answer)")
        #expect(answer.value("content-type")?.hasPrefix("text/html") == true)
        #expect(answer.body.contains("<h1"))
        #expect(answer.body.contains("href=\"/page?x=1\""), "the way forward leads to where the user wanted to go")
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

    @Test("a callback in another browser, without or with another nonce cookie, is refused and its code not redeemed")
    func otherBrowser() async throws {
        let host = try await SigningGateway()
        let victim = host.browser()
        let callback = try await host.callback(victim)
        let attacker = host.browser()
        #expect(try await attacker(callback).status == 401)
        _ = try await host.callback(attacker)
        #expect(try await attacker(callback).status == 401)
        #expect(host.provider.redeemedCodes == 0)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a callback sent a second time makes no second session")
    func replay() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let callback = try await host.callback(browser)
        #expect(try await browser(callback).status == 302)
        let again = try await browser(callback)
        #expect(again.status >= 400 && again.sessionCookie == nil, "\(again)")
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
}
