import ProcessTesting
import Testing

@Suite(
    "Several identity providers on one listener: each sign-in ends where it began, each session opens its own rules",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SeveralProvidersTests {
    @Test("each rule signs in at its provider, with its scope, cookie and session length")
    func eachItsOwn() async throws {
        let host = try await TwoProviders()
        let browser = host.browser()
        let toStaff = try await browser(host.origin + "/staff/x")
        let authorize = try #require(toStaff.value("location"))
        #expect(authorize.hasPrefix(host.staff.issuer + "/authorize?") && authorize.contains("&scope=openid%20email&"))
        #expect(authorize.contains("&prompt=login&"))
        let callback = try #require(try await browser(authorize).value("location"))
        let signedIn = try await browser(callback)
        #expect(signedIn.status == 302 && signedIn.value("location") == "/staff/x", "\(signedIn)")
        let cookies = signedIn.values("set-cookie").filter { !$0.hasPrefix("AWSALBAuthNonce") }
        #expect(cookies.count == 1 && cookies[0].hasPrefix("Staff-0="), "\(cookies)")
        #expect(try await browser(host.origin + "/staff/x").status == 200)
        #expect(host.backend.requests.last?.target == "/staff/x")
        #expect(
            host.backend.requests.last?.value("cookie") == nil, "no backend sees the session cookie of any provider")
        host.backend.reset()

        #expect(try await browser(host.origin + "/x").value("location")?.hasPrefix(host.customers.issuer) == true)
        #expect(host.backend.requests.isEmpty, "a session at one provider is none at the other")
        #expect(try await browser(host.origin + "/x", "--location").status == 200)
        #expect(try await browser(host.origin + "/staff/x").status == 200, "the other session still stands")
        try await host.stop()
    }

    @Test("attack 78: the answer of one provider to a sign-in begun at the other is refused, its code not redeemed")
    func mixUp() async throws {
        let host = try await TwoProviders()
        let browser = host.browser()
        let mine = try await host.callback(browser, path: "/x")
        let staffs = try await host.callback(host.browser(), path: "/staff/x")
        func parameter(_ name: String, _ url: String) -> String {
            FormText.parse(String(url.drop { $0 != "?" }.dropFirst()))[name] ?? ""
        }
        let (code, state) = (parameter("code", staffs), parameter("state", mine))
        let base = "\(host.origin)/oauth2/idpresponse?code=\(code)&state=\(FormText.encode(state))"
        let named = try await browser(base + "&iss=\(FormText.encode(host.staff.issuer))")
        #expect(named.status == 401 && named.body.contains("<h1"), "\(named)")
        #expect(host.staff.redeemedCodes == 0 && host.customers.redeemedCodes == 0)
        #expect(host.gateway.program.log.contains("AuthInvalidStateParam"))

        // A provider that does not name itself cannot be told apart before its code is tried, but the other one does not know the code.
        let silent = try await browser(base)
        #expect(silent.status == 302 && silent.sessionCookie == nil, "\(silent)")
        #expect(silent.value("location")?.hasPrefix(host.customers.issuer + "/authorize?") == true, "begun anew")
        #expect(host.gateway.program.log.contains("AuthInvalidGrantError"))
        #expect(host.staff.redeemedCodes == 0)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a rewritten address that is another provider's asks for a session there, too")
    func rewritten() async throws {
        let host = try await TwoProviders()
        let browser = host.browser()
        #expect(try await browser(host.origin + "/moved/x", "--location").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/x"])
        host.backend.reset()
        let asked = try await browser(host.origin + "/moved/staff/x")
        #expect(asked.value("location")?.hasPrefix(host.staff.issuer) == true, "\(asked)")
        #expect(host.backend.requests.isEmpty)
        #expect(try await browser(host.origin + "/staff/x", "--location").status == 200)
        #expect(try await browser(host.origin + "/moved/staff/x").status == 200, "with both sessions it passes")
        try await host.stop()
    }

    @Test("the cookie of one rule opens no other: a session copied under another rule's name is none")
    func copiedCookie() async throws {
        let host = try await TwoProviders()
        let browser = host.browser()
        let signedIn = try await browser(host.callback(browser, path: "/short/x"))
        let value = try #require(signedIn.values("set-cookie").first { $0.hasPrefix("Short-0=") })
            .dropFirst("Short-0=".count).prefix { $0 != ";" }
        for name in ["AWSELBAuthSessionCookie-0", "Staff-0"] {
            for path in ["/x", "/staff/x"] {
                let answer = try await host.browser().run(
                    host.origin + path, ["--header", "Cookie: \(name)=\(value)"])
                #expect(answer.status == 302, "\(name) \(path)")
            }
        }
        #expect(host.backend.requests.isEmpty)
        #expect(
            try await host.browser().run(host.origin + "/short/x", ["--header", "Cookie: Short-0=\(value)"]).status
                == 200)
        try await host.stop()
    }

    @Test("/oauth2/login begins at the provider of the page that it leads back to, else at the first")
    func login() async throws {
        let host = try await TwoProviders()
        for (page, issuer) in [
            ("%2Fstaff%2Fx", host.staff.issuer), ("%2Fx", host.customers.issuer),
            ("%2Fst%2561ff%2Fx", host.staff.issuer), ("%2Fpublic%2Fx", host.staff.issuer),
            ("https%3A%2F%2Fevil.example%2Fstaff%2Fx", host.customers.issuer),
        ] {
            let answer = try await host.browser()(host.origin + "/oauth2/login?return_to=\(page)")
            #expect(answer.value("location")?.hasPrefix(issuer + "/authorize?") == true, "\(page): \(answer)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("sign-out ends every session that the browser shows, and goes to the provider of the first")
    func signOut() async throws {
        let host = try await TwoProviders()
        let browser = Curl(caFile: host.gateway.caFile, jar: host.folder.file("jar"))
        for path in ["/staff/x", "/x"] { #expect(try await browser(host.origin + path, "--location").status == 200) }
        let copy = try String(contentsOfFile: host.folder.file("jar"), encoding: .utf8)
        try copy.write(toFile: host.folder.file("copied-jar"), atomically: true, encoding: .utf8)
        host.backend.reset()
        let answer = try await browser(host.origin + "/oauth2/logout")
        #expect(answer.value("location")?.hasPrefix(host.staff.issuer + "/logout?") == true, "\(answer)")
        let taken = answer.values("set-cookie").map { $0.prefix { $0 != "=" } }
        #expect(taken.contains("Staff-0") && taken.contains("AWSELBAuthSessionCookie-0"), "\(taken)")
        let copied = Curl(caFile: host.gateway.caFile, jar: host.folder.file("copied-jar"))
        for path in ["/staff/x", "/x"] { #expect(try await copied(host.origin + path).status == 302, "\(path)") }
        #expect(host.backend.requests.isEmpty)

        #expect(try await browser(host.origin + "/x", "--location").status == 200)
        let other = try await browser(host.origin + "/oauth2/logout")
        #expect(other.value("location")?.hasPrefix(host.customers.issuer + "/logout?") == true, "\(other)")
        try await host.stop()
    }
}

/// One listener: `/staff/*` at one provider, `/short/*` at the other with settings of its own, the rest there, `/public/*` open.
@dynamicMemberLookup
private struct TwoProviders {
    let staff: ProviderStub
    private let host: SigningGateway
    var customers: ProviderStub { host.provider }

    init() async throws {
        let staff = try ProviderStub()
        self.staff = staff
        host = try await SigningGateway { port, customers in
            func signIn(_ issuer: String, _ settings: String = "") -> String {
                AppConfiguration.signIn(at: issuer, settings)
            }
            let forward = AppConfiguration.forward
            let prompt = "AuthenticationRequestExtraParams: {prompt: login}"
            return AppConfiguration.text(
                port: port,
                rules: [
                    AppConfiguration.rule(
                        1, "/staff/*",
                        signIn(staff.issuer, ", Scope: openid email, SessionCookieName: Staff, \(prompt)"), forward),
                    AppConfiguration.rule(
                        2, "/short/*", signIn(customers, ", SessionCookieName: Short, SessionTimeout: 3600"), forward),
                    AppConfiguration.rule(3, "/public/*", forward),
                    AppConfiguration.rule(4, "/moved/*", movedFrom: "moved", signIn(customers), forward),
                ], otherwise: signIn(customers), forward)
        }
    }

    subscript<Value>(dynamicMember member: KeyPath<SigningGateway, Value>) -> Value { host[keyPath: member] }

    func browser() -> Curl { host.browser() }

    /// The address the provider sends the browser back to; the browser has not gone there yet.
    func callback(_ browser: Curl, path: String) async throws -> String {
        try await host.callback(browser, path: path)
    }

    func stop() async throws { try await host.stop() }
}
