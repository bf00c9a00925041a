import ProcessTesting
import Testing

@Suite(
    "Sign-ins that went stale end at the user's page, or at a page that says why not", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HealingTests {
    /// A walk along redirects.
    private struct Walk {
        var answer: Curl.Answer
        /// How often the gateway sent the browser to the provider.
        var starts = 0
        /// Where it ended.
        var url: String
    }

    private func walk(
        _ host: SigningGateway, _ browser: Curl, from start: String, _ extra: [String] = []
    ) async throws -> Walk {
        var walk = Walk(answer: try await browser.run(start, extra), url: start)
        for _ in 0..<20 {
            guard walk.answer.status == 302, let location = walk.answer.value("location") else { return walk }
            if location.hasPrefix(host.provider.issuer) { walk.starts += 1 }
            walk.url = location.hasPrefix("/") ? host.origin + location : location
            walk.answer = try await browser.run(walk.url, extra)
        }
        throw Failure("redirects without end: \(walk)")
    }

    private func isStart(_ answer: Curl.Answer, _ host: SigningGateway) -> Bool {
        answer.status == 302 && answer.value("location")?.hasPrefix(host.provider.issuer + "/authorize?") == true
    }

    @Test("a callback whose cookie was lost, or is another tab's, starts over once by itself and ends at its page")
    func lostCookie() async throws {
        let host = try await SigningGateway()
        let callback = try await host.callback(host.browser())
        for browser in [host.browser(), host.browser()] {
            let again = try await browser(callback)
            #expect(isStart(again, host) && again.sessionCookie == nil, "\(again)")
            #expect(again.body.isEmpty, "attack 68: nothing but a redirect")
            let end = try await walk(host, browser, from: try #require(again.value("location")))
            #expect(end.answer.status == 200 && end.url == host.origin + "/page?x=1", "\(end)")
        }
        #expect(host.backend.requests.map(\.target) == ["/page?x=1", "/page?x=1"])
        try await host.stop()
    }

    @Test("a browser that keeps no cookie at all is started over once, then told which cookie is missing")
    func noCookies() async throws {
        let host = try await SigningGateway()
        let browser = Curl(caFile: host.gateway.caFile)
        let end = try await walk(host, browser, from: host.origin + "/page")
        #expect(end.starts == 2 && end.answer.status == 401, "\(end)")
        #expect(
            end.answer.body.contains("AWSALBAuthNonce") && end.answer.body.contains("cookies"), "\(end.answer.body)")
        #expect(end.answer.body.contains("<dt>Request</dt>"))
        #expect(host.backend.requests.isEmpty && host.provider.redeemedCodes == 0)
        try await host.stop()
    }

    @Test("the back button and a second copy of a callback lead to the page; without a session to one new sign-in")
    func repeated() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let callback = try await host.callback(browser)
        let signedIn = try await browser(callback)
        #expect(signedIn.sessionCookie != nil)
        for _ in 1...3 {
            let again = try await browser(callback)
            #expect(again.status == 302 && again.value("location") == "/page?x=1", "\(again)")
            #expect(again.values("set-cookie").isEmpty)
        }
        // The cookie of the attempt is all that is left.
        let nonce = try #require(signedIn.values("set-cookie").first { $0.hasPrefix("AWSALBAuthNonce=") })
        let bare = Curl(caFile: host.gateway.caFile)
        let start = try await bare(callback, "--header", "Cookie: \(nonce.prefix { $0 != ";" })")
        #expect(isStart(start, host), "\(start)")
        #expect(host.provider.redeemedCodes == 1, "a code goes out once")
        // A state that is lost or forged starts nothing; who is signed in goes on.
        for query in ["", "?code=x", "?code=x&state=AAAA", "?error=access_denied"] {
            let url = host.origin + "/oauth2/idpresponse" + query
            #expect(try await browser(url).value("location") == "/", "\(query)")
            let stranger = try await host.browser()(url)
            #expect(stranger.status == 401 && stranger.body.contains("href=\"/\""), "\(query): \(stranger)")
        }
        try await host.stop()
    }

    @Test("a sign-in that the provider denied is never started over, whatever else is wrong with it")
    func denied() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let state = try #require(
            try await host.callback(browser).split(separator: "&").first { $0.hasPrefix("state=") })
        let denial = host.origin + "/oauth2/idpresponse?error=access_denied&\(state)"
        for browser in [browser, host.browser()] {
            let answer = try await browser(denial)
            #expect(answer.status == 401 && answer.sessionCookie == nil, "\(answer)")
            #expect(answer.body.contains("href=\"/page?x=1\""), "\(answer.body)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "attack 76: stale, partial and contradicting cookies of every kind lead to two sign-ins at most, then to a stable page"
    )
    func staleCookies() async throws {
        let host = try await SigningGateway()
        let id = String(repeating: "A", count: 43)
        let name = "AWSELBAuthSessionCookie"
        for cookie in [
            "\(name)-0=\(id)", "\(name)-0=x", "\(name)-0=", "\(name)-1=\(id)", "\(name)-0=\(id); \(name)-1=\(id)",
            "AWSALBAuthNonce=x", "AWSALBAuthNonce=\(id)", "AWSALBAuthNonce=\(id).x", "AWSALBAuthNonce=", "AWSALBTG=x",
            "AWSALBTGCORS=x; \(name)=x",
        ] {
            for place in ["--cookie", "--header"] {
                let text = place == "--header" ? "Cookie: " + cookie : cookie
                let end = try await walk(host, host.browser(), from: host.origin + "/page", [place, text])
                #expect(end.starts <= 2, "\(place) \(cookie): \(end)")
                #expect(
                    end.answer.status == 200 || end.answer.status == 401 && end.answer.body.contains("<ul>"),
                    "\(place) \(cookie): \(end)")
            }
        }
        try await host.stop()
    }

    @Test(
        "a browser that loses its session again and again is told so at the third sign-in within a minute, and may begin anew"
    )
    func lostSession() async throws {
        let host = try await SigningGateway()
        var nonce = "AWSALBAuthNonce=none"
        func go(_ url: String) async throws -> Curl.Answer {
            let answer = try await Curl(caFile: host.gateway.caFile)(url, "--header", "Cookie: \(nonce)")
            for cookie in answer.values("set-cookie") where cookie.hasPrefix("AWSALBAuthNonce=") {
                nonce = String(cookie.prefix { $0 != ";" })
            }
            return answer
        }
        for round in 1...2 {
            let start = try await go(host.origin + "/page")
            #expect(isStart(start, host), "\(round): \(start)")
            let authorize = try #require(start.value("location"))
            let callback = try #require(try await Curl()(authorize).value("location"))
            #expect(try await go(callback).sessionCookie != nil)
        }
        for path in ["/page", "/oauth2/login?return_to=/page"] {
            let kept = nonce
            let end = try await go(host.origin + path)
            #expect(end.status == 401 && end.body.contains("AWSELBAuthSessionCookie-0 did not come back"), "\(end)")
            #expect(end.body.contains("href=\"/oauth2/login?return_to=%2Fpage\""))
            #expect(nonce == "AWSALBAuthNonce=", "the count begins anew")
            nonce = kept
        }
        nonce = "AWSALBAuthNonce="
        #expect(isStart(try await go(host.origin + "/page"), host))
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("Compatibility: alb heals nothing: a stale callback is 401, and a second tab ends the first one's sign-in")
    func compatible() async throws {
        let host = try await SigningGateway(authentication: ", Compatibility: alb")
        let browser = host.browser()
        let first = try await host.callback(browser)
        let second = try await host.callback(browser)
        #expect(try await browser(first).status == 401)
        #expect(try await host.browser()(second).status == 401)
        #expect(host.provider.redeemedCodes == 0)
        try await host.stop()
    }
}
