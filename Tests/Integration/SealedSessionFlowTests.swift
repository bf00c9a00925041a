import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sessions in cookies: the user's page, stale sign-ins and the provider's sign-outs do what they do elsewhere, also for sessions that this process has not seen",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SealedSessionFlowTests {
    private static let attributes = "Attributes: {gatehouse.sessions.store: cookie}"
    private static let page = "/.gatehouse/sessions"

    private static func start() async throws -> SigningGateway { try await SigningGateway(attributes: attributes) }

    /// Kills the gateway and starts another one in its place, which has seen no session yet.
    private static func restart(_ gateway: GatewayAlone, _ host: SigningGateway) async throws -> GatewayAlone {
        gateway.program.signal(SIGKILL)
        _ = try await gateway.program.exitCode()
        return try await GatewayAlone(folder: host.folder) {
            Configurations.signingIn(port: $0[0], issuer: host.provider.issuer, attributes: attributes)
        }
    }

    private static func status(_ gateway: GatewayAlone, _ cookie: String) async throws -> Int {
        try await Curl(caFile: gateway.caFile)(
            "https://localhost:\(gateway.port)/deny/x", "--header", "Cookie: \(cookie)"
        ).status
    }

    private static func post(
        _ gateway: GatewayAlone, _ target: String, _ fields: String..., body: String = ""
    ) async throws -> Curl.Answer {
        try await Curl(caFile: gateway.caFile).run(
            "https://localhost:\(gateway.port)\(target)", ["--data", body] + fields.flatMap { ["--header", $0] })
    }

    /// The action of the page's last form, which signs out everywhere.
    private static func everywhere(_ gateway: GatewayAlone, _ cookie: String) async throws -> (Curl.Answer, String) {
        let answer = try await Curl(caFile: gateway.caFile)(
            "https://localhost:\(gateway.port)\(page)", "--header", "Cookie: \(cookie)")
        let action = answer.body.matches(of: /action="([^"]+)"/).last.map { String($0.1) }
        return (answer, try #require(action, "\(answer)").replacing("&amp;", with: "&"))
    }

    @Test("the page says what it cannot know; everywhere ends the seen and the unseen, for good, and no later sign-in")
    func ownPage() async throws {
        let host = try await Self.start()
        let (mine, seen, unseen) = (
            try await host.sessionCookie(), try await host.sessionCookie(), try await host.sessionCookie()
        )
        let next = try await Self.restart(host.gateway, host)
        #expect(try await Self.status(next, seen) == 200)
        let (page, action) = try await Self.everywhere(next, mine)
        #expect(page.status == 200 && page.body.contains("in 2 browsers."), "\(page)")
        #expect(page.body.contains("was not used here since this server began"))
        let answer = try await Self.post(next, action, "Cookie: \(mine)", "Sec-Fetch-Site: same-origin")
        #expect(answer.status == 302 && answer.values("set-cookie").count >= 4, "\(answer)")
        for cookie in [mine, seen, unseen] { #expect(try await Self.status(next, cookie) == 401) }

        // At once, in the same second, the user may come back.
        let browser = host.browser()
        let origin = "https://localhost:\(next.port)"
        let authorize = try #require(try await browser(origin + "/page").value("location"))
        let callback = try #require(try await browser(authorize).value("location"))
        let fresh = try #require(try await browser(callback).sessionCookie).prefix { $0 != ";" }
        let last = try await Self.restart(next, host)
        for cookie in [mine, seen, unseen] { #expect(try await Self.status(last, cookie) == 401, "after kill -9, too") }
        #expect(try await Self.status(last, String(fresh)) == 200)
        _ = try await last.program.stop()
    }

    @Test("logout everywhere, and gatehouse sessions end-user, end what this process has not seen")
    func everywhere() async throws {
        let host = try await Self.start()
        let (mine, unseen) = (try await host.sessionCookie(), try await host.sessionCookie())
        host.provider.signIn(subject: "somebody-else")
        let other = try await host.sessionCookie()
        var gateway = try await Self.restart(host.gateway, host)
        let answer = try await Curl(caFile: gateway.caFile)(
            "https://localhost:\(gateway.port)/oauth2/logout?everywhere=true", "--header", "Cookie: \(mine)")
        #expect(answer.status == 302, "\(answer)")
        for cookie in [mine, unseen] { #expect(try await Self.status(gateway, cookie) == 401) }
        gateway = try await Self.restart(gateway, host)
        let ended = try await Tool.run(
            try Programs.path("gatehouse"),
            ["sessions", "end-user", "somebody-else", "--state", host.folder.file("state")])
        #expect(ended.exitCode == 0 && ended.output.contains("subject somebody-else that browsers hold"), "\(ended)")
        #expect(try await Self.status(gateway, other) == 401)
        _ = try await gateway.program.stop()
    }

    @Test("the provider ends by sid and by sub what this process has not seen, and what it has with its streams")
    func provider() async throws {
        let host = try await Self.start()
        let path = "/oauth2/backchannel-logout"
        let streaming = try await host.sessionCookie()
        let streams = try await SessionBoundStreams(host, cookie: streaming)
        let session = try #require(host.provider.signOut.sessions.last)
        let bySession = "logout_token=" + host.provider.logoutToken(["sub": nil, "sid": "\"\(session)\""])
        #expect(try await Self.post(host.gateway, path, body: bySession).status == 200)
        try await streams.expectEnd()
        #expect(try await Self.status(host.gateway, streaming) == 401)

        let first = try await host.sessionCookie()
        let name = try #require(host.provider.signOut.sessions.last)
        let second = try await host.sessionCookie()
        host.provider.signIn(subject: "somebody-else")
        let other = try await host.sessionCookie()
        let next = try await Self.restart(host.gateway, host)
        let both = "logout_token=" + host.provider.logoutToken(["sid": "\"\(name)\""])
        #expect(try await Self.post(next, path, body: both).status == 200)
        #expect(try await Self.status(next, first) == 401)
        let last = try await Self.restart(next, host)
        #expect(try await Self.post(last, path, body: "logout_token=" + host.provider.logoutToken()).status == 200)
        for cookie in [streaming, first, second] { #expect(try await Self.status(last, cookie) == 401) }
        #expect(try await Self.status(last, other) == 200, "another user's")
        _ = try await last.program.stop()
    }

    @Test("a frame of the provider's page ends the session of its browser, whose shards go")
    func frame() async throws {
        let host = try await Self.start()
        let cookie = try await host.sessionCookie()
        let session = try #require(host.provider.signOut.sessions.last)
        let next = try await Self.restart(host.gateway, host)
        let query = "iss=\(FormText.encode(host.provider.issuer))&sid="
        for (sid, cookies) in [("guessed", 0), (session, 4)] {
            let answer = try await Curl(caFile: next.caFile)(
                "https://localhost:\(next.port)/oauth2/frontchannel-logout?\(query)\(sid)", "--header",
                "Cookie: \(cookie)")
            #expect(answer.status == 200 && answer.values("set-cookie").count == cookies, "\(answer)")
        }
        #expect(try await Self.status(next, cookie) == 401)
        _ = try await next.program.stop()
    }

    @Test(
        "back button and stale callbacks: to the page while the session stands, which a second tab keeps; else once anew"
    )
    func healing() async throws {
        let host = try await Self.start()
        let browser = host.browser()
        let (first, second) = (
            try await host.callback(browser), try await host.callback(browser, path: "/page?x=2")
        )
        let signedIn = try await browser(first)
        #expect(signedIn.sessionCookie != nil && signedIn.value("location") == "/page?x=1")
        #expect(try await browser(second).value("location") == "/page?x=2")
        for _ in 1...2 {
            let again = try await browser(first)
            #expect(again.status == 302 && again.value("location") == "/page?x=1", "\(again)")
            #expect(again.values("set-cookie").isEmpty)
        }
        #expect(try await browser(host.origin + "/page").status == 200)
        let stranger = try await host.browser()(first)
        #expect(stranger.value("location")?.hasPrefix(host.provider.issuer + "/authorize?") == true, "\(stranger)")
        #expect(host.provider.redeemedCodes <= 2)
        // A session that was signed out makes no stale callback whole.
        #expect(try await browser(host.origin + "/oauth2/logout").status == 302)
        #expect(try await browser(first).sessionCookie == nil)
        try await host.stop()
    }
}
