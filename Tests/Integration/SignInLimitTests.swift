import ProcessTesting
import Testing

@Suite(
    "Limits on sign-ins: 429 with a page and the time to wait, for the address or account that does too much, and for no other",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SignInLimitTests {
    @Test("sign-ins begun by one address; sessions, programs and other addresses are not concerned")
    func starts() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.sign_in.starts_of_address.per_minute: 4}")
        let signedIn = try await host.signedInBrowser()
        for _ in 0..<2 { #expect(try await host.browser()(host.origin + "/page").status == 302) }
        #expect(try await host.browser()(host.origin + "/oauth2/login?return_to=%2Fx").status == 302)
        for path in ["/page", "/oauth2/login"] { expectTooMany(try await host.browser()(host.origin + path)) }
        let program = try await host.browser()(host.origin + "/oauth2/login", "--header", "Accept: application/json")
        let seconds = try #require(program.value("retry-after"))
        #expect(
            program.status == 429
                && program.body.contains("\"retry_after\":\(seconds),\"reason\":\"too_many_sign_ins\""),
            "\(program)")
        #expect(try await signedIn(host.origin + "/page").status == 200)
        #expect(try await host.browser()(host.origin + "/api", "--header", "Accept: application/json").status == 401)
        #expect(try await host.browser()(host.origin + "/public/x").status == 200)
        #expect(try await host.browser()(host.origin + "/page", "--interface", "127.0.0.2").status == 302)
        #expect(host.backend.requests.map(\.target).sorted() == ["/page", "/public/x"])
        try await host.stop()
    }

    @Test("returns from the provider by one address: no more codes are redeemed")
    func callbacks() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.sign_in.callbacks_of_address.per_minute: 3}")
        for _ in 0..<3 {
            #expect(try await host.browser()(host.origin + "/oauth2/idpresponse?code=a&state=b").status == 401)
        }
        let browser = host.browser()
        let callback = try await host.callback(browser)
        let refused = try await browser(callback)
        expectTooMany(refused)
        #expect(host.provider.redeemedCodes == 0)
        #expect(try await browser(callback, "--interface", "127.0.0.2").status == 302, "the sign-in is not spent")
        try await host.stop()
    }

    @Test("sessions of one account, wherever it signs in from")
    func accounts() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.sign_in.sessions_of_account.per_minute: 2}")
        for _ in 0..<2 { _ = try await host.signedInBrowser() }
        let browser = host.browser()
        let refused = try await browser(host.callback(browser))
        expectTooMany(refused)
        #expect(refused.sessionCookie == nil)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    private func expectTooMany(_ answer: Curl.Answer) {
        #expect(answer.status == 429 && answer.body.contains("Too many sign-ins"), "\(answer)")
        #expect(answer.value("retry-after").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
        #expect(answer.value("set-cookie") == nil)
    }
}
