import Foundation
import ProcessTesting
import Testing

@Suite(
    "Many tabs of one browser sign in", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct TabsTests {
    @Test(
        "50 tabs opened one after the other: each callback ends its own sign-in, in whatever order, and none starts over"
    )
    func together() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        var callbacks: [String] = []
        for tab in 1...50 { callbacks.append(try await host.callback(browser, path: "/tab/\(tab)")) }
        for (index, callback) in callbacks.enumerated().reversed() {
            let answer = try await browser(callback)
            #expect(answer.value("location") == "/tab/\(index + 1)", "\(answer)")
        }
        #expect(try await browser(host.origin + "/tab/1").status == 200)
        try await host.stop()
    }

    @Test("50 tabs opened at once, each without a cookie of the others: all end at their own page")
    func atOnce() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let caFile = host.gateway.caFile
        let origin = host.origin
        var starts = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for tab in 1..<50 {
                group.addTask { (tab, try await Curl(caFile: caFile)(origin + "/tab/\(tab)").value("location")) }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        // The browser keeps the cookie that came last.
        starts[50] = try await browser(origin + "/tab/50").value("location")
        #expect(starts.count == 50)
        for tab in 1...50 {
            let answer = try await browser(try #require(starts[tab]), "--location")
            #expect(answer.status == 200, "\(tab): \(answer)")
            #expect(host.backend.requests.last?.target == "/tab/\(tab)")
        }
        #expect(host.backend.requests.count == 50)
        try await host.stop()
    }

    @Test("a waiting page asks whether somebody has signed in meanwhile, and is told that and nothing more")
    func waiting() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let question = host.origin + "/.gatehouse/session?return_to=%2Fdeny%2Fx"
        let before = try await browser(question)
        #expect(before.status == 200 && before.body == #"{"signed_in":false}"#, "\(before)")
        #expect(before.value("cache-control") == "no-store" && before.values("set-cookie").isEmpty)

        let page = try await browser(host.origin + "/deny/x", "--header", "Accept: text/html")
        #expect(page.status == 401 && page.body.contains("data-continue=\"/deny/x\""), "\(page.body)")
        let script = try #require(page.body.firstMatch(of: #/src="(/.gatehouse/waiting-[0-9a-f]+\.js)"/#)).1
        let source = try await browser(host.origin + String(script))
        #expect(source.status == 200 && source.value("content-type")?.hasPrefix("text/javascript") == true)
        #expect(page.value("content-security-policy")?.contains("script-src 'self'") == true)

        #expect(try await browser(host.origin + "/page", "--location").status == 200)
        #expect(try await browser(question).body == #"{"signed_in":true}"#)
        #expect(try await host.browser()(question).body == #"{"signed_in":false}"#)
        for site in ["cross-site", "same-site"] {
            let answer = try await browser(question, "--header", "Sec-Fetch-Site: \(site)")
            #expect(answer.status == 404 && !answer.body.contains("signed_in"), "\(answer)")
        }
        host.backend.reset()
        #expect(try await browser(host.origin + "/.gatehouse/session/x").status == 404)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a second tab of the same user leaves the first one's session, and what runs in it, alone")
    func sessionStays() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let second = try await host.callback(browser, path: "/second")
        // The clock counts seconds.
        try await Task.sleep(for: .milliseconds(1100))
        let first = try await browser(host.callback(browser, path: "/first"))
        #expect(first.sessionCookie != nil)
        let answer = try await browser(second)
        #expect(answer.status == 302 && answer.value("location") == "/second", "\(answer)")
        #expect(answer.values("set-cookie").isEmpty && host.provider.redeemedCodes == 2)
        #expect(try await browser(host.origin + "/x").status == 200)
        // Who begins anew gets a new session.
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try await browser(host.callback(browser, path: "/oauth2/login")).sessionCookie != nil)
        try await host.stop()
    }
}
