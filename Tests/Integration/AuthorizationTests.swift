import Foundation
import ProcessTesting
import Testing

@Suite(
    "Authorisation by claims, step-up and bearer tokens: who may not pass never reaches the backend", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AuthorizationTests {
    @Test("attack 18: a user without the group gets 403, in a page and in JSON; one with it passes")
    func groups() async throws {
        let host = try await SigningGateway.authorizing()
        let stranger = host.browser()
        #expect(try await stranger(host.origin + "/", "--location").status == 200)
        host.backend.reset()
        let page = try await stranger(host.origin + "/staff/x", "--header", "Accept: text/html")
        #expect(page.status == 403 && page.body.contains("You may not open this"), "\(page)")
        let script = try await stranger(host.origin + "/staff/x", "--header", "Accept: application/json")
        #expect(script.status == 403 && script.body.contains(#""reason":"group""#), "\(script)")
        #expect(!page.body.contains("admins") && !script.body.contains("admins"), "which group would do is not told")
        // A transform leads to the rule of the new address, too.
        #expect(try await stranger(host.origin + "/open/staff/x").status == 403)
        #expect(try await stranger(host.origin + "/other/staff/x").status == 403)
        #expect(host.backend.requests.isEmpty)

        host.provider.say(idToken: #""cognito:groups":["admins"]"#)
        let member = host.browser()
        #expect(try await member(host.origin + "/staff/x", "--location").status == 200)
        #expect(try await member(host.origin + "/open/staff/x").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/staff/x", "/staff/x"])
        try await host.stop()
    }

    @Test(
        "attack 62: what the provider says of a user decides from the next refresh on; who signs in over another is himself"
    )
    func changes() async throws {
        let host = try await SigningGateway.authorizing()
        host.provider.set(tokenLife: 2)
        let browser = host.browser()
        host.provider.say(userInfo: #""cognito:groups":["admins"]"#)
        #expect(try await browser(host.origin + "/staff/x", "--location").status == 200)
        for (groups, status) in [(#""cognito:groups":["others"]"#, 403), (#""cognito:groups":["admins"]"#, 200)] {
            host.provider.say(userInfo: groups)
            _ = try await eventually("\(status) after a refresh", within: .seconds(30)) {
                try await browser(host.origin + "/staff/x").status == status ? true : nil
            }
        }
        #expect(host.provider.refreshes >= 2 && host.provider.redeemedCodes == 1)
        // Another user signs in over him, in the same browser.
        host.provider.set(tokenLife: 3600)
        host.provider.signIn(subject: "somebody-else")
        #expect(try await browser(host.origin + "/oauth2/login?return_to=%2Fx", "--location").status == 200)
        #expect(host.backend.requests.last?.value("x-amzn-oidc-identity") == "somebody-else")
        #expect(try await browser(host.origin + "/staff/x").status == 403)
        try await host.stop()
    }

    @Test("gatehouse why --session decides by the session's claims as the gateway does, for pages and for scripts")
    func explained() async throws {
        let host = try await SigningGateway.authorizing()
        let now = Int(Date().timeIntervalSince1970)
        let state = ["--state", host.folder.file("state")]
        let gatehouse = try Programs.path("gatehouse")
        var seen: Set<String> = []
        var outcomes: Set<String> = []
        for (idToken, userInfo) in [
            ("", ""), (#""cognito:groups":["admins"],"acr":"gold","auth_time":\#(now)"#, #""email_verified":true"#),
            (#""acr":"gold","auth_time":\#(now - 3600)"#, #""email_verified":"true""#),
            (#""acr":"lead","auth_time":\#(now)"#, #""email_verified":false,"cognito:groups":["admins"]"#),
        ] {
            host.provider.say(idToken: idToken, userInfo: userInfo)
            let browser = try await host.signedInBrowser()
            let list = try await Tool.run(gatehouse, ["sessions", "list", "--json"] + state)
            let ids = list.output.matches(of: /"id":"([0-9a-f]{8})"/).map { String($0.1) }
            let session = try #require(ids.first { seen.insert($0).inserted })
            seen.formUnion(ids)
            for path in ["/staff/x", "/company/x", "/vault/x", "/open/staff/x", "/other/company/x", "/x", "/api/x"] {
                for header in ["Accept: text/html", "Sec-Fetch-Mode: cors"] {
                    let answer = try await browser(host.origin + path, "--header", header)
                    let expected = [200: "forward", 302: "sign-in"][answer.status] ?? "\(answer.status)"
                    let why = try await Tool.run(
                        gatehouse,
                        [
                            "why", "GET", host.origin + path, "--header", header, "--session", session, "--expect",
                            expected,
                        ]
                            + ["--config", host.folder.file("gateway.yaml")] + state)
                    #expect(why.exitCode == 0, "\(path), \(header), \(idToken), \(userInfo): \(why.output)")
                    outcomes.insert(expected)
                    #expect(!why.output.contains("access-") && !why.output.contains("eyJ"))
                }
            }
        }
        #expect(outcomes == ["forward", "sign-in", "401", "403"])
        try await host.stop()
    }

    @Test("attack 61: e-mail domains need a verified address that is beyond doubt")
    func emailDomains() async throws {
        let host = try await SigningGateway.authorizing()
        for (email, verified, status) in [
            ("a@example.com", "true", 200), ("a@example.com", "false", 403), ("a@evil.test@example.com", "true", 403),
            ("a@example.com.evil.test", "true", 403),
        ] {
            host.provider.set(email: email)
            host.provider.say(userInfo: #""email_verified":\#(verified)"#)
            let answer = try await host.browser()(host.origin + "/company/x", "--location")
            #expect(answer.status == status, "\(email), \(verified): \(answer)")
        }
        #expect(host.backend.requests.count == 1)
        try await host.stop()
    }

    @Test("step-up: who signed in too weakly is sent back to the provider once, which is told what is asked for")
    func stepUp() async throws {
        let host = try await SigningGateway.authorizing()
        let browser = host.browser()
        #expect(try await browser(host.origin + "/", "--location").status == 200)
        host.backend.reset()
        let asked = try await browser(host.origin + "/vault/x?y=1")
        let location = try #require(asked.value("location"))
        #expect(asked.status == 302 && location.hasPrefix(host.provider.issuer + "/authorize?"), "\(asked)")
        #expect(location.contains("&max_age=600&acr_values=gold%20silver"), "\(location)")
        let script = try await browser(host.origin + "/vault/x", "--header", "Sec-Fetch-Mode: cors")
        #expect(script.status == 401 && script.body.contains(#""reason":"authentication_context""#), "\(script)")
        #expect(script.body.contains("/oauth2/login\""), "\(script.body)")

        // The provider signs in as before: a page that says so, no loop and no pass.
        let weak = try await browser(host.origin + "/vault/x?y=1", "--location")
        #expect(weak.status == 403 && weak.body.contains("not enough"), "\(weak)")
        #expect(host.backend.requests.isEmpty)
        #expect(try await browser(host.origin + "/").status == 200, "the old session still stands")
        host.backend.reset()

        host.provider.say(idToken: #""acr":"silver","auth_time":\#(Int(Date().timeIntervalSince1970))"#)
        #expect(try await browser(host.origin + "/vault/x?y=1", "--location").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/vault/x?y=1"])

        // Old authentication is asked for again, however strong it was.
        host.backend.reset()
        host.provider.say(idToken: #""acr":"gold","auth_time":\#(Int(Date().timeIntervalSince1970) - 3600)"#)
        let old = try await host.browser()(host.origin + "/vault/x", "--location")
        #expect(old.status == 403 && host.backend.requests.isEmpty, "\(old)")
        try await host.stop()
    }

    @Test(
        "attack 58: bearer tokens of another issuer, audience, time, key or kind reach no backend; a good one goes on unchanged"
    )
    func bearerTokens() async throws {
        let host = try await SigningGateway.authorizing()
        let now = Int(Date().timeIntervalSince1970)
        let issuer = host.provider.issuer
        func claims(_ changes: (String, String)...) -> String {
            var text =
                #"{"iss":"\#(issuer)","aud":"api","exp":\#(now + 300),"iat":\#(now),"scope":"read write","sub":"u","#
                + #""cognito:groups":["admins"]}"#
            for (part, changed) in changes { text = text.replacing(part, with: changed) }
            return text
        }
        let good = host.provider.token(claims())
        let curl = Curl(caFile: host.gateway.caFile)
        func call(_ path: String, _ fields: String...) async throws -> Curl.Answer {
            try await curl.run(host.origin + path, fields.flatMap { ["--header", $0] })
        }
        // The keys are fetched beside; until they are there, tokens cannot be checked.
        _ = try await eventually("the issuer's keys", within: .seconds(10)) {
            try await call("/api/x", "Authorization: Bearer " + good).status == 200 ? true : nil
        }
        #expect(host.backend.requests.last?.value("authorization") == "Bearer " + good)
        #expect(host.backend.requests.last?.value("x-amzn-oidc-data") == nil)
        host.backend.reset()

        #expect(try await call("/api/x").value("www-authenticate") == "Bearer")
        let parts = good.split(separator: ".")
        let refused: [(String, String)] = [
            (host.provider.token(claims(("\(now + 300)", "\(now - 1)"))), "JWTClaimValueInvalid"),
            (host.provider.token(claims((#","iat""#, #","nbf":\#(now + 3600),"iat""#))), "JWTClaimValueInvalid"),
            (host.provider.token(claims((#""exp":\#(now + 300),"#, ""))), "JWTClaimNotPresent"),
            (host.provider.token(claims(("\(now + 300)", "1e300"))), "JWTClaimFormatInvalid"),
            (host.provider.token(claims((#""aud":"api""#, #""aud":"web""#))), "JWTClaimValueInvalid"),
            (host.provider.token(claims((issuer, issuer + "/"))), "JWTClaimValueInvalid"),
            (host.provider.token(claims(("read write", "write"))), "JWTClaimValueInvalid"),
            (try ProviderStub().token(claims()), "JWTSignatureValidationError"),
            ("\(parts[0]).\(parts[1]).", "JWTSignatureValidationError"),
            ("\(parts[0]).\(parts[1])", "JWTRequestFormatInvalid"),
            ("eyJhbGciOiJub25lIn0.\(parts[1]).", "JWTRequestFormatInvalid"),
            (String(repeating: ".", count: 5000), "JWTRequestFormatInvalid"),
        ]
        for (token, reason) in refused {
            let answer = try await call("/api/x", "Authorization: Bearer " + token)
            #expect(answer.status == 401 && answer.body.contains(reason), "\(reason): \(answer)")
            #expect(answer.value("www-authenticate")?.hasPrefix("Bearer error=") == true)
        }
        let twice = try await call("/api/x", "Authorization: Bearer " + good, "Authorization: Bearer " + good)
        #expect(twice.status == 401, "\(twice)")
        #expect(try await call("/api/x", "Authorization: Basic " + good).status == 401)
        // Attack 59: what passed one rule says nothing about another.
        #expect(try await call("/web/x", "Authorization: Bearer " + good).status == 401)
        #expect(host.backend.requests.isEmpty)

        #expect(try await call("/api/admin/x", "Authorization: Bearer " + good).status == 200)
        let plain = host.provider.token(claims((#""cognito:groups":["admins"]"#, #""x":1"#)))
        host.backend.reset()
        let forbidden = try await call("/api/admin/x", "Authorization: Bearer " + plain)
        #expect(forbidden.status == 403 && forbidden.body.contains(#""reason":"group""#), "\(forbidden)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}

extension SigningGateway {
    /// A gateway with rules that ask for something of their users.
    fileprivate static func authorizing() async throws -> SigningGateway {
        try await SigningGateway { port, issuer in
            func bearer(_ audience: String) -> String {
                """
                {Type: jwt-validation, JwtValidationConfig: {JwksEndpoint: "\(issuer)/keys", Issuer: "\(issuer)", \
                Audience: [\(audience)], \
                AdditionalClaims: [{Format: space-separated-values, Name: scope, Values: [read]}]}}
                """
            }
            func authorize(_ demand: String) -> String { "{Type: authorize, AuthorizeConfig: {\(demand)}}" }
            let (signIn, forward) = (AppConfiguration.signIn(at: issuer), AppConfiguration.forward)
            let admins = authorize("Groups: [admins]")
            return AppConfiguration.text(
                port: port,
                rules: [
                    AppConfiguration.rule(1, "/staff/*", signIn, admins, forward),
                    AppConfiguration.rule(2, "/company/*", signIn, authorize("EmailDomains: [example.com]"), forward),
                    AppConfiguration.rule(
                        3, "/vault/*", signIn, authorize("MaximumAuthenticationAge: 600, AcrValues: [gold, silver]"),
                        forward),
                    AppConfiguration.rule(4, "/api/admin/*", bearer("api"), admins, forward),
                    AppConfiguration.rule(5, "/api/*", bearer("api"), forward),
                    AppConfiguration.rule(6, "/web/*", bearer("web"), forward),
                    AppConfiguration.rule(7, "/open/*", movedFrom: "open", forward),
                    AppConfiguration.rule(8, "/other/*", movedFrom: "other", signIn, forward),
                ], otherwise: signIn, forward)
        }
    }
}
