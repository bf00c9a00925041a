import Foundation
import ProcessTesting
import Testing

@Suite(
    "A signed-in user sees his sessions and ends them; nobody does it for him", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct OwnSessionsTests {
    private static let path = "/.gatehouse/sessions"

    /// The actions of the page's forms: one for each session, then the one for all.
    private func actions(_ page: Curl.Answer) -> [String] {
        page.body.matches(of: /action="([^"]+)"/).map { String($0.1).replacing("&amp;", with: "&") }
    }

    private func page(_ host: SigningGateway, _ browser: Curl) async throws -> Curl.Answer {
        let page = try await browser(host.origin + Self.path)
        guard page.status == 200 else { throw Failure("\(page)") }
        return page
    }

    private func post(
        _ host: SigningGateway, _ browser: Curl, _ action: String, _ headers: String...
    ) async throws -> Curl.Answer {
        let own = headers.isEmpty ? ["Sec-Fetch-Site: same-origin", "Origin: \(host.origin)"] : headers
        return try await browser.run(
            host.origin + action, ["--request", "POST", "--data", ""] + own.flatMap { ["--header", $0] })
    }

    @Test("the page names this browser and the others; one is signed out, then all, at the provider too")
    func ending() async throws {
        let host = try await SigningGateway()
        let (mine, other) = (try await host.signedInBrowser(), try await host.signedInBrowser())
        let page = try await page(host, mine)
        #expect(page.body.contains("signed in as <strong>user</strong>, in 2 browsers."))
        #expect(page.body.components(separatedBy: "This browser").count == 2)
        #expect(page.body.components(separatedBy: "Another browser").count == 2)
        let policy = try #require(page.value("content-security-policy"))
        #expect(policy.contains("script-src 'self'") && policy.contains("form-action 'self' \(host.provider.issuer)"))
        #expect(page.value("cache-control") == "no-store" && !page.body.contains("<script"))
        #expect(actions(page).count == 3)
        let match = try #require(page.body.firstMatch(of: /Another browser(?s:.*?)action="([^"]+)"/))
        let entry = String(match.1).replacing("&amp;", with: "&")
        let ended = try await post(host, mine, entry)
        #expect(ended.status == 303 && ended.value("location") == Self.path)
        host.backend.reset()
        #expect(try await other(host.origin + "/").status == 302)
        #expect(host.backend.requests.isEmpty)
        #expect(try await mine(host.origin + "/").status == 200)
        #expect(try await post(host, mine, entry).status == 303, "once more changes nothing")

        let third = try await host.signedInBrowser()
        let everywhere = try await post(host, mine, try #require(actions(try await self.page(host, mine)).last))
        #expect(everywhere.status == 302 && everywhere.value("location")?.hasPrefix(host.provider.issuer) == true)
        #expect(everywhere.values("set-cookie").contains { $0.hasPrefix("AWSELBAuthSessionCookie-0=;") })
        host.backend.reset()
        for browser in [mine, third] { #expect(try await browser(host.origin + "/").status == 302) }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
        let audit = try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
        #expect(audit.components(separatedBy: "its user, in another browser").count == 3, "\(audit)")
        #expect(audit.contains("\"event\":\"sign-out\""))
    }

    @Test("a form of another site, session or hand ends nothing; without a session there is no page")
    func forgery() async throws {
        let host = try await SigningGateway()
        let (mine, other) = (try await host.signedInBrowser(), try await host.signedInBrowser())
        let all = try #require(actions(try await page(host, mine)).last)
        let foreign = try #require(actions(try await page(host, other)).last)
        for action in [
            Self.path, Self.path + "?end=all", foreign, String(all.dropLast()), all + "A", all + "&end=all",
            Self.path + "?end=all&token=",
        ] {
            #expect(try await post(host, mine, action).status == 403, "\(action)")
        }
        for headers in [
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none",
            "Origin: https://evil.example", "Origin: null", "Origin: http://localhost",
        ] {
            #expect(try await post(host, mine, all, headers).status == 403, "\(headers)")
        }
        #expect(try await mine(host.origin + all).status == 200, "a link is no form")
        for method in ["PUT", "DELETE", "PATCH"] {
            #expect(try await mine(host.origin + all, "--request", method).status == 405)
        }
        for browser in [mine, other] { #expect(try await browser(host.origin + "/").status == 200) }
        host.backend.reset()
        let stranger = host.browser()
        #expect(try await post(host, stranger, all).status == 401)
        let toProvider = try await stranger(host.origin + Self.path)
        #expect(toProvider.status == 302 && toProvider.value("location")?.hasPrefix(host.provider.issuer) == true)
        #expect(try await stranger(host.origin + "/.GATEHOUSE/sessions").status == 404)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("the user's name is text, whatever it is (72, 123)")
    func hostileName() async throws {
        let host = try await SigningGateway()
        let name = #"<script>alert(1)</script>${HOME} {env.HOME} %{HOME} {{7*7}} \"'"#
        host.provider.say(claims: #"{"sub":"\#(ProviderStub.subject)","username":"\#(name)"}"#)
        let page = try await page(host, host.signedInBrowser())
        #expect(
            page.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;${HOME} {env.HOME} %{HOME} {{7*7}} &quot;&#39;"),
            "\(page)")
        #expect(!page.body.contains("<script"))
        try await host.stop()
    }

    @Test("another user's sessions are neither shown nor ended")
    func otherUsers() async throws {
        let host = try await SigningGateway()
        let mine = try await host.signedInBrowser()
        host.provider.signIn(subject: "somebody-else")
        let other = try await host.signedInBrowser()
        let (myPage, otherPage) = (try await page(host, mine), try await page(host, other))
        #expect(myPage.body.contains("in this browser only") && otherPage.body.contains("in this browser only"))
        let id = try #require(otherPage.body.firstMatch(of: /Session <span class="mono">([0-9a-f]{8})</)).1
        let token = try #require(actions(myPage).last?.split(separator: "token=").last)
        #expect(try await post(host, mine, "\(Self.path)?end=\(id)&token=\(token)").status == 303)
        #expect(try await other(host.origin + "/").status == 200)
        try await host.stop()
    }
}
