import Foundation
import ProcessTesting
import Testing

@Suite(
    "Attacks on the sign-in: no session, nothing foreign called, nothing reflected, and the backend sees nothing",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SignInAttackTests {
    @Test("attack 47: an access token, an ID token or a part of a session is no session")
    func partialCredentials() async throws {
        let host = try await SigningGateway()
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
        for field in [
            "Authorization: Bearer at", "Authorization: Bearer \(token)", "Cookie: access_token=at",
            "Cookie: AWSELBAuthSessionCookie-1=\(String(repeating: "A", count: 43))", "x-amzn-oidc-accesstoken: at",
            "Cookie: AWSELBAuthSessionCookie=\(String(repeating: "A", count: 43))", "Cookie: AWSALBAuthNonce=a",
        ] {
            #expect(try await host.status("/page", field) == 302, "\(field)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "attacks 49, 50: a callback that is missing, empty, doubled, huge or no UTF-8 is refused, and the next one served"
    )
    func hostileCallbacks() async throws {
        let host = try await SigningGateway()
        let long = String(repeating: "A", count: 15_000)
        for query in [
            "", "?", "?&&&", "?=", "?code", "?state", "?code=&state=", "?code=a", "?state=a", "?state=%", "?state=%zz",
            "?state=%ff%fe&code=a", "?code=%00&state=%00", "?code=a&state=b&state=b", "?code=a&code=a&state=b",
            "?error=a&error=b&state=c", "?code=a&state=b&iss=x&iss=x", "?state=\(long)", "?code=\(long)&state=a",
            "?" + String(repeating: "code=a&", count: 2000), "?state[]=a&code[]=b",
        ] {
            let status = try await host.status("/oauth2/idpresponse" + query)
            #expect(status == 401, "\(query.prefix(40)): \(status)")
        }
        let beyond = try await host.status("/oauth2/idpresponse?state=" + String(repeating: "A", count: 100_000))
        #expect(beyond == 414)
        #expect(host.provider.redeemedCodes == 0 && host.backend.requests.isEmpty)
        #expect(try await host.browser()(host.origin + "/page", "--location").status == 200)
        try await host.stop()
    }

    @Test("attack 55: a session id that was planted in the browser is never the user's, and dies when he signs in")
    func fixation() async throws {
        let host = try await SigningGateway()
        // The attacker's own session, planted in the victim's browser.
        let attacker = host.browser()
        let planted = try #require(try await attacker(host.callback(attacker)).sessionCookie)
            .prefix { $0 != ";" }
        let victim = host.browser()
        let callback = try await host.callback(victim)
        let nonce = try host.nonceCookie(of: victim)
        let answer = try await Curl(caFile: host.gateway.caFile)(
            callback, "--header", "Cookie: \(planted); \(nonce)")
        let own = try #require(answer.sessionCookie, "\(answer)").prefix { $0 != ";" }
        #expect(own != planted)
        host.backend.reset()
        #expect(try await host.status("/page", "Cookie: \(planted)") == 302, "the planted session is over")
        #expect(host.backend.requests.isEmpty)
        #expect(try await host.status("/page", "Cookie: \(own)") == 200)
        try await host.stop()
    }

    @Test(
        "attack 65: whoever begins a sign-in chooses the page to come back to, and nothing of the request to the provider"
    )
    func thirdPartyLogin() async throws {
        let host = try await SigningGateway()
        let evil = FormText.encode("https://evil.example/")
        let answer = try await host.browser()(
            host.origin
                + "/oauth2/login?return_to=%2Fpage&scope=admin&prompt=none&client_id=other&redirect_uri=\(evil)&iss=\(evil)"
                + "&login_hint=x&target_link_uri=\(evil)&acr_values=0&state=abc&nonce=abc&code_challenge=abc")
        let authorize = try #require(answer.value("location"))
        let query = String(authorize.drop { $0 != "?" }.dropFirst())
        #expect(
            query.split(separator: "&").map { String($0.prefix { $0 != "=" }) } == [
                "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
                "code_challenge_method",
            ])
        let parameters = FormText.parse(query)
        #expect(parameters["scope"] == "openid" && parameters["client_id"] == ProviderStub.clientID)
        #expect(parameters["redirect_uri"] == host.origin + "/oauth2/idpresponse")
        #expect(!authorize.contains("evil") && !authorize.contains("abc"))
        try await host.stop()
    }

    @Test("attack 67: crafted Cookie headers neither crash nor sign in")
    func cookieHeaders() async throws {
        let host = try await SigningGateway()
        for value in [
            ";;;", "=", "==;=", "a", "AWSELBAuthSessionCookie-0", "AWSELBAuthSessionCookie-0=",
            "; AWSELBAuthSessionCookie-0",
            "AWSELBAuthSessionCookie-0==", "\"AWSELBAuthSessionCookie-0\"=a", String(repeating: ";", count: 16_000),
            String(repeating: "AWSELBAuthSessionCookie-0=x;", count: 500), "AWSALBAuthNonce", "AWSALBAuthNonce=;=;",
            "AWSELBAuthSessionCookie_chunks=999999999", "AWSELBAuthSessionCookie-99999999999999999999=a",
        ] {
            #expect(try await host.status("/page", "Cookie: \(value)") == 302, "\(value.prefix(40))")
            #expect(try await host.status("/oauth2/idpresponse?code=a&state=b", "Cookie: \(value)") == 401)
        }
        let endless = "Cookie: AWSELBAuthSessionCookie-0=" + String(repeating: "x", count: 65_536)
        #expect(try await host.status("/page", endless) == 431)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "attacks 68, 69: what sends a browser to the provider has no body, whatever was posted; nothing of it goes on")
    func protectedContent() async throws {
        let host = try await SigningGateway()
        for (fields, body) in [
            ("Content-Length: 0", ""), ("Content-Type: text/plain\r\nContent-Length: 4", "a=b&"),
            ("Transfer-Encoding: chunked", "0\r\n\r\n"),
            ("Content-Type: multipart/form-data\r\nContent-Length: 2", "--"),
            ("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5", "a=%zz"),
        ] {
            let connection = try await RawConnection.open(port: host.gateway.port, caFile: host.gateway.caFile)
            try await connection.write(
                "POST /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(fields)\r\n\r\n\(body)")
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 302 "), "\(fields): \(answer)")
            #expect(answer.hasSuffix("\r\n\r\n"), "no body")
        }
        #expect(host.backend.requests.isEmpty)
        #expect(try await host.browser()(host.origin + "/page", "--location").status == 200)
        try await host.stop()
    }

    @Test(
        "attack 71: the whole flow at the most talkative level leaves no code, state, token, cookie or secret in the log"
    )
    func secretsInLogs() async throws {
        let host = try await SigningGateway(authentication: ", Healing: false", arguments: ["--log-level", "trace"])
        let browser = host.browser()
        let callback = try await host.callback(browser)
        let parameters = FormText.parse(String(callback.drop { $0 != "?" }.dropFirst()))
        let signedIn = try await browser(callback)
        let session = try #require(signedIn.sessionCookie).prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
        #expect(try await browser(host.origin + "/page").status == 200)
        #expect(try await browser(callback).status != 302, "a second time it fails, and that is logged")
        host.provider.misbehave(.tamperedClaims)
        let other = host.browser()
        _ = try await other(host.callback(other))
        _ = try await browser(host.origin + "/oauth2/logout")
        _ = try await host.gateway.program.stop()
        let log = host.gateway.program.log
        #expect(log.contains("signed in") && log.contains("sign-in failed"))
        for secret in [
            parameters["code"] ?? "", parameters["state"] ?? "", String(session), ProviderStub.clientSecret, "eyJ",
            "client-secret", "Bearer",
        ] {
            #expect(!secret.isEmpty && !log.contains(secret), "\(secret)")
        }
    }

    @Test(
        "attack 72: nothing that came with a request or from the provider is reflected, and no page runs script but its own files"
    )
    func reflection() async throws {
        let host = try await SigningGateway()
        let script = FormText.encode("\"'><script>alert(1)</script>")
        let browser = host.browser()
        let state =
            FormText.parse(String(try await host.callback(browser).drop { $0 != "?" }.dropFirst()))["state"] ?? ""
        for target in [
            "/oauth2/idpresponse?error=\(script)&error_description=\(script)&error_uri=\(script)&state=\(FormText.encode(state))",
            "/oauth2/idpresponse?error=access_denied&error_description=\(script)&state=\(script)",
            "/oauth2/idpresponse?code=\(script)&state=\(script)&iss=\(script)", "/deny/\(script)?x=\(script)",
            "/.gatehouse/\(script)", "/oauth2/resume?id=\(script)",
            "/oauth2/frontchannel-logout?iss=\(script)&sid=\(script)",
            "/oauth2/logout?return_to=\(script)&logout_uri=\(script)&everywhere=\(script)",
        ] {
            // What is asked by another site gets a page, not a redirect.
            let answer = try await browser.run(
                host.origin + target, ["--header", "Accept: text/html", "--header", "Sec-Fetch-Site: cross-site"])
            #expect(answer.status != 302, "\(target): \(answer)")
            let own = answer.body.matches(of: /<script type="module" src="\/\.gatehouse\/[a-z.\-0-9]+"><\/script>/)
                .count
            #expect(answer.body.components(separatedBy: "<script").count - 1 == own, "\(target): \(answer.body)")
            #expect(!answer.body.contains("alert(1)"), "\(target): \(answer.body)")
            let policy = answer.value("content-security-policy") ?? ""
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "\(policy)")
        }
        let start = try await browser(host.origin + "/oauth2/login?return_to=\(script)&login_hint=\(script)")
        #expect(start.status == 302 && !"\(start)".contains("alert"), "\(start)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("attack 73: no address in a request, a callback or a token is ever called")
    func requestForgery() async throws {
        let bait = try StubServer()
        let host = try await SigningGateway()
        let url = "http://127.0.0.1:\(bait.port)"
        let encoded = FormText.encode(url)
        host.provider.keyBait = url + "/keys"
        host.provider.misbehave(.keyElsewhere)
        let victim = host.browser()
        #expect(try await victim(host.callback(victim)).status == 401)
        let browser = host.browser()
        for target in [
            "/oauth2/login?return_to=\(encoded)&iss=\(encoded)&issuer=\(encoded)",
            "/oauth2/logout?logout_uri=\(encoded)",
            "/oauth2/idpresponse?iss=\(encoded)&issuer=\(encoded)&token_endpoint=\(encoded)&code=a&state=b",
        ] {
            _ = try await browser(host.origin + target)
        }
        let callback = try await host.callback(browser)
        #expect(try await browser(callback + "&iss=\(encoded)").status == 401)
        for field in ["X-Forwarded-Host: 127.0.0.1:\(bait.port)", "Referer: \(url)/", "Origin: \(url)"] {
            _ = try await browser(host.origin + "/page", "--header", field)
        }
        #expect(bait.connections == 0)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}

extension SigningGateway {
    /// The nonce cookie in a browser's jar, as it would be sent.
    fileprivate func nonceCookie(of browser: Curl) throws -> String {
        let jar = try String(contentsOfFile: #require(browser.jar), encoding: .utf8)
        let line = try #require(jar.split(separator: "\n").last { $0.contains("\tAWSALBAuthNonce\t") })
        return "AWSALBAuthNonce=\(line.split(separator: "\t").last ?? "")"
    }
}
