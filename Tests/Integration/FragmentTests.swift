import ProcessTesting
import Testing

@Suite(
    "A page's #fragment is kept over a sign-in where that is asked for", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct FragmentTests {
    private let navigation = [
        "--header", "Sec-Fetch-Mode: navigate", "--header", "Sec-Fetch-Dest: document", "--header", "Accept: text/html",
    ]

    /// The answer to the callback of a sign-in that begins at `start`.
    private func signIn(_ host: SigningGateway, _ browser: Curl, _ start: String) async throws -> Curl.Answer {
        let authorize = try #require(try await browser(start).value("location"))
        let callback = try #require(try await browser(authorize).value("location"))
        return try await browser(callback)
    }

    @Test("a browser gets a page with a script before and after; without script both pages go on by themselves")
    func pages() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.keep_fragment.enabled: true}")
        let browser = host.browser()
        let keeping = try await browser.run(host.origin + "/app?x=1&y=2", navigation)
        #expect(keeping.status == 200 && keeping.value("cache-control") == "no-store", "\(keeping)")
        #expect(keeping.body.contains("data-target=\"/app?x=1&amp;y=2\""))
        #expect(keeping.value("content-security-policy")?.contains("script-src 'self'") == true)
        let next = "/oauth2/login?return_to=%2Fapp%3Fx%3D1%26y%3D2"
        #expect(keeping.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"0; url=\(next)\"></noscript>"))
        #expect(host.backend.requests.isEmpty)

        // Without script, or without a fragment, nothing stands behind the sign-in.
        let plain = try await signIn(host, browser, host.origin + next)
        #expect(plain.status == 302 && plain.value("location") == "/app?x=1&y=2", "\(plain)")

        let other = host.browser()
        let restoring = try await signIn(host, other, host.origin + next + "&fragment=kept")
        #expect(restoring.status == 200 && restoring.sessionCookie != nil, "\(restoring)")
        #expect(restoring.body.contains("data-target=\"/app?x=1&amp;y=2\""))
        #expect(restoring.body.contains("content=\"0; url=/app?x=1&amp;y=2\""))
        for page in [keeping, restoring] {
            let script = try #require(page.body.firstMatch(of: #/src="(/.gatehouse/fragment-[^"]+)"/#)).1
            #expect(try await other(host.origin + String(script)).status == 200)
        }
        #expect(try await other(host.origin + "/app").status == 200)
        try await host.stop()
    }

    @Test("who is no browser that shows a page, and everybody where it is off, is redirected at once")
    func redirects() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.keep_fragment.enabled: true}")
        for fields in [
            [], ["Sec-Fetch-Mode: navigate"], ["Sec-Fetch-Dest: document"],
            ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"],
        ] {
            let answer = try await host.browser().run(host.origin + "/app", fields.flatMap { ["--header", $0] })
            #expect(answer.status == 302, "\(fields): \(answer)")
        }
        try await host.stop()
        let off = try await SigningGateway()
        #expect(try await off.browser().run(off.origin + "/app", navigation).status == 302)
        try await off.stop()
    }
}
