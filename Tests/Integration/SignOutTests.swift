import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sign-out: here, at the provider, in a frame of the provider's page, everywhere; and the end that comes by itself",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SignOutTests {
    /// What of the gateway's cookies a jar still holds after these visits of one curl. With a jar that it also reads, curl 7.88 brings back
    /// what several `Set-Cookie` of one answer have taken away.
    private func cookiesLeft(_ host: SigningGateway, after paths: [String]) async throws -> [String] {
        let jar = host.folder.file("left-\(UInt32.random(in: .min ... .max))")
        let visits = paths.dropLast().flatMap { ["--output", "/dev/null", host.origin + $0] }
        _ = try await Curl(caFile: host.gateway.caFile).run(
            host.origin + (paths.last ?? "/"), ["--location", "--cookie", "", "--cookie-jar", jar] + visits)
        // No file: no cookie at all.
        let text = (try? String(contentsOfFile: jar, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
            .filter { $0.contains("AWSELBAuth") || $0.contains("AWSALBAuth") }
    }

    @Test(
        "attack 54: the browser's cookie jar is empty afterwards, older shards included; 52, 53: a copy is worth nothing"
    )
    func cookieJar() async throws {
        let host = try await SigningGateway()
        // What a load balancer left behind.
        host.backend.respond { _ in
            let strays = (1...3).map { ("Set-Cookie", "AWSELBAuthSessionCookie-\($0)=old; Path=/; Secure; HttpOnly") }
            return .answer(status: 200, fields: strays, body: [])
        }
        let held = try await cookiesLeft(host, after: ["/"])
        #expect(held.filter { $0.contains("AWSELBAuthSessionCookie-") }.count == 4, "\(held)")
        let left = try await cookiesLeft(host, after: ["/", "/oauth2/logout"])
        #expect(left.isEmpty, "\(left)")

        let (jar, copy) = (host.folder.file("jar"), host.folder.file("copy"))
        let browser = Curl(caFile: host.gateway.caFile, jar: jar)
        #expect(try await browser(host.origin + "/", "--location").status == 200)
        try FileManager.default.copyItem(atPath: jar, toPath: copy)
        host.backend.reset()
        let answer = try await browser(host.origin + "/oauth2/logout")
        #expect(answer.status == 302 && answer.value("cache-control") == "no-store", "\(answer)")
        let removals = answer.values("set-cookie")
        #expect(removals.count == 5)
        for removal in removals {
            for attribute in ["; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=0"] {
                #expect(removal.contains(attribute), "\(removal)")
            }
        }
        let thief = Curl(caFile: host.gateway.caFile, jar: copy)
        #expect(try await thief(host.origin + "/page").status == 302)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("the provider is asked in the standard's words, and gets its refresh token back first, then the access token")
    func provider() async throws {
        let host = try await SigningGateway()
        let browser = try await host.signedInBrowser()
        let answer = try await browser(host.origin + "/oauth2/logout?return_to=%2Fbye")
        let location = try #require(answer.value("location"))
        #expect(location.hasPrefix(host.provider.issuer + "/logout?id_token_hint=ey"), "\(location)")
        #expect(location.hasSuffix("&client_id=client&post_logout_redirect_uri=\(FormText.encode(host.origin + "/"))"))
        let revoked = try await eventually("two tokens given back") {
            host.provider.signOut.revoked.count == 2 ? host.provider.signOut.revoked : nil
        }
        #expect(revoked.map(\.hint) == ["refresh_token", "access_token"] && revoked.allSatisfy(\.isProven))
        let (refresh, access) = (revoked[0].token, revoked[1].token)
        #expect(refresh.hasPrefix("refresh-") && access.hasPrefix("access-"))
        #expect(host.provider.secrets.contains(refresh) && host.provider.secrets.contains(access))
        let (log, hint) = (host.gateway.program.log, FormText.parse(String(location.drop { $0 != "?" }.dropFirst())))
        for secret in [refresh, access, try #require(hint["id_token_hint"])] {
            for part in secret.split(separator: ".") { #expect(!log.contains(part)) }
        }
        try await host.stop()
    }

    @Test("a provider whose revocation endpoint is silent holds up no sign-out")
    func silentProvider() async throws {
        let host = try await SigningGateway()
        let browsers = [try await host.signedInBrowser(), try await host.signedInBrowser()]
        host.provider.signOut.fallSilent()
        for browser in browsers { #expect(try await browser(host.origin + "/oauth2/logout").status == 302) }
        _ = try await eventually("a line in the log", within: .seconds(20)) {
            host.gateway.program.log.contains("revocation endpoint did not take a token") ? true : nil
        }
        try await host.stop()
    }

    @Test("a provider without a sign-out page: the user is told what has ended, and is not signed in again at once")
    func local() async throws {
        let host = try await SigningGateway()
        host.provider.signOut.removePage()
        let browser = try await host.signedInBrowser()
        let page = try await browser(host.origin + "/oauth2/logout")
        #expect(page.status == 200 && page.body.contains("<h1>You are signed out</h1>"), "\(page)")
        #expect(page.value("cache-control") == "no-store" && page.value("location") == nil)
        #expect(page.values("set-cookie").count == 5)
        #expect(try await cookiesLeft(host, after: ["/", "/oauth2/logout"]) == [])
        let json = try await browser(host.origin + "/oauth2/logout", "--header", "Accept: application/json")
        #expect(json.status == 200 && json.body == #"{"signed_out":true}"#, "\(json)")
        let back = try await browser(host.origin + "/oauth2/logout?return_to=%2Fbye%3Fa%3D1")
        #expect(back.status == 302 && back.value("location") == "/bye?a=1", "\(back)")
        for target in [
            "https://evil.example/", "//evil.example", "/%5Cevil.example", "/%2509/evil.example", "%2F%2Fevil.example",
            "/%0d%0aSet-Cookie:x=1", "javascript:alert(1)", "/%E3%80%82/..//evil.example", "/x&return_to=/y",
        ] {
            let answer = try await browser(host.origin + "/oauth2/logout?return_to=\(target)")
            #expect(answer.status == 200 && answer.value("location") == nil, "\(target): \(answer)")
        }
        try await host.stop()
    }

    @Test("everywhere: all of the user's sessions and streams end; another site's page only gets the question")
    func everywhere() async throws {
        let host = try await SigningGateway()
        let (here, there) = (try await host.sessionCookie(), try await host.sessionCookie())
        let streams = try await SessionBoundStreams(host, cookie: there)
        let curl = Curl(caFile: host.gateway.caFile)
        let url = host.origin + "/oauth2/logout?everywhere=true"
        let asked = try await curl(url, "--cookie", here, "--header", "Sec-Fetch-Site: cross-site")
        #expect(asked.status == 200 && asked.body.contains("action=\"/oauth2/logout?everywhere=true\""), "\(asked)")
        try await streams.expectLife()
        let answer = try await curl(
            url, "--cookie", here, "--header", "Sec-Fetch-Site: same-origin", "--request", "POST")
        #expect(answer.status == 302, "\(answer)")
        try await streams.expectEnd()
        for cookie in [here, there] {
            #expect(try await curl(host.origin + "/deny/x", "--cookie", cookie).status == 401)
        }
        _ = try await eventually("both sessions' tokens given back") {
            host.provider.signOut.revoked.count == 4 ? true : nil
        }
        try await host.stop()
    }

    @Test("everywhere at Amazon Cognito: GlobalSignOut with the user's access token, before that token is given back")
    func everywhereAtCognito() async throws {
        let host = try await SigningGateway { port, issuer in
            AppConfiguration.text(
                port: port,
                otherwise: AppConfiguration.signIn(
                    at: issuer, ", Scope: openid aws.cognito.signin.user.admin, GlobalSignOutEndpoint: \"\(issuer)/\""),
                AppConfiguration.forward)
        }
        for (path, calls) in [("/oauth2/logout", 0), ("/oauth2/logout?everywhere=true", 1)] {
            let given = host.provider.signOut.revoked.count
            let browser = try await host.signedInBrowser()
            #expect(try await browser(host.origin + path).status == 302)
            _ = try await eventually("two tokens given back") {
                host.provider.signOut.revoked.count == given + 2 ? true : nil
            }
            #expect(host.provider.signOut.globalSignOuts.count == calls, "\(path)")
        }
        let call = try #require(host.provider.signOut.globalSignOuts.first)
        let token = try #require(host.provider.signOut.revoked.last?.token)
        #expect(call.method == "POST" && call.value("content-type") == "application/x-amz-json-1.1")
        #expect(call.value("x-amz-target") == "AWSCognitoIdentityProviderService.GlobalSignOut")
        #expect(
            call.value("authorization") == nil
                && String(decoding: call.body, as: UTF8.self) == "{\"AccessToken\":\"\(token)\"}")
        #expect(!host.gateway.program.log.contains(token))
        try await host.stop()
    }

    @Test("attack 64: a frame ends the session that its browser shows and names; a guessed sid does nothing at all")
    func frame() async throws {
        let host = try await SigningGateway()
        let browser = try await host.signedInBrowser()
        let mine = try #require(host.provider.signOut.sessions.last)
        let other = try await host.sessionCookie()
        let theirs = try #require(host.provider.signOut.sessions.last)
        let curl = Curl(caFile: host.gateway.caFile)
        let issuer = FormText.encode(host.provider.issuer)
        let path = host.origin + "/oauth2/frontchannel-logout"
        for query in [
            "iss=\(issuer)&sid=guessed", "iss=\(issuer)&sid=\(theirs)", "iss=https%3A%2F%2Fevil.example&sid=\(mine)",
        ] {
            let answer = try await browser(path + "?" + query)
            #expect(answer.status == 200 && answer.values("set-cookie").isEmpty, "\(query): \(answer)")
        }
        for query in ["", "sid=\(mine)", "iss=\(issuer)", "iss=\(issuer)&sid=\(mine)&sid=\(mine)"] {
            #expect(try await browser(path + "?" + query).status == 400, "\(query)")
        }
        #expect(try await curl(path + "?iss=\(issuer)&sid=\(mine)").status == 200, "no cookie, no session")
        #expect(try await browser(path + "?iss=\(issuer)&sid=\(mine)", "--data", "").status == 405)
        #expect(try await browser(host.origin + "/deny/x").status == 200)

        let answer = try await browser(
            path + "?iss=\(issuer)&sid=\(mine)", "--header", "Sec-Fetch-Site: cross-site", "--header",
            "Sec-Fetch-Dest: iframe")
        #expect(answer.status == 200 && answer.value("cache-control") == "no-store", "\(answer)")
        let policy = try #require(answer.value("content-security-policy"))
        #expect(policy.hasSuffix("frame-ancestors \(host.provider.issuer)") && answer.value("x-frame-options") == nil)
        #expect(answer.values("set-cookie").count == 4)
        #expect(try await browser(host.origin + "/deny/x").status == 401)
        #expect(try await curl(host.origin + "/deny/x", "--cookie", other).status == 200)
        #expect(host.provider.signOut.revoked.isEmpty, "no token is given back on an unsigned word")
        let foreign = try await browser(path + "?iss=https%3A%2F%2Fevil.example&sid=x")
        #expect(foreign.value("content-security-policy")?.hasSuffix("frame-ancestors 'none'") == true)
        try await host.stop()
    }

    @Test("a session that reaches its SessionTimeout takes its WebSockets and event streams with it, by itself")
    func expiry() async throws {
        let host = try await SigningGateway(authentication: ", SessionTimeout: 6")
        let streams = try await SessionBoundStreams(host, cookie: try await host.sessionCookie())
        try await streams.expectEnd()
        try await host.stop()
    }
}
