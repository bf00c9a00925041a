import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "Attack 63: what is no good logout token ends nobody's session; a good one ends just those it names", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct BackChannelAttackTests {
    private static let path = "/oauth2/backchannel-logout"

    private func send(_ host: SigningGateway, _ body: String, _ extra: String...) async throws -> Curl.Answer {
        try await Curl(caFile: host.gateway.caFile).run(host.origin + Self.path, ["--data", body] + extra)
    }

    private func holds(_ host: SigningGateway, _ cookie: String) async throws -> Bool {
        try await Curl(caFile: host.gateway.caFile)(host.origin + "/deny/x", "--cookie", cookie).status == 200
    }

    @Test("each departure is answered 400 with a reason as JSON, uncached; the session stands")
    func departures() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        let provider = host.provider
        let session = "\"\(try #require(provider.signOut.sessions.last))\""
        let now = Int(Date().timeIntervalSince1970)
        let event = "http://schemas.openid.net/event/backchannel-logout"
        let other = try ProviderStub()
        let rows: [(String, String)] = [
            ("alg none", provider.logoutToken(["sid": session], .none)),
            ("HS256 with the public key", provider.logoutToken(["sid": session], .publicKeyAsSecret)),
            ("another's key", provider.logoutToken(["sid": session], .foreign)),
            ("an unknown key", provider.logoutToken(["sid": session], keyID: "k2")),
            ("its own key", provider.logoutToken(["sid": session], header: #","jwk":{"kty":"EC"}"#)),
            ("a key elsewhere", provider.logoutToken(["sid": session], header: #","jku":"https://e.example""#)),
            ("crit", provider.logoutToken(["sid": session], header: #","crit":["x"]"#)),
            ("an access token's typ", provider.logoutToken(["sid": session], type: "at+jwt")),
            ("another issuer's", other.logoutToken(["sid": session])),
            ("another iss", provider.logoutToken(["iss": #""https://e.example""#])),
            ("another aud", provider.logoutToken(["aud": #""another""#])),
            ("no aud", provider.logoutToken(["aud": nil])), ("no iss", provider.logoutToken(["iss": nil])),
            ("old iat", provider.logoutToken(["iat": "\(now - 3600)", "exp": "\(now + 3600)"])),
            ("future iat", provider.logoutToken(["iat": "\(now + 600)", "exp": "\(now + 3600)"])),
            ("no iat", provider.logoutToken(["iat": nil])), ("no exp", provider.logoutToken(["exp": nil])),
            ("expired", provider.logoutToken(["exp": "\(now - 120)"])),
            ("exp without end", provider.logoutToken(["exp": "1e300"])),
            ("no events", provider.logoutToken(["events": nil])),
            ("another event", provider.logoutToken(["events": #"{"http://schemas.openid.net/event/x":{}}"#])),
            ("an event that is no object", provider.logoutToken(["events": "{\"\(event)\":true}"])),
            ("nonce", provider.logoutToken(["nonce": #""n""#])), ("no jti", provider.logoutToken(["jti": nil])),
            ("neither sub nor sid", provider.logoutToken(["sub": nil])),
            ("empty sid", provider.logoutToken(["sid": #""""#])), ("no token", "x.y.z"), ("nothing", ""),
        ]
        for (name, token) in rows {
            let answer = try await send(host, "logout_token=" + token)
            #expect(answer.status == 400 && answer.value("content-type") == "application/json", "\(name): \(answer)")
            #expect(answer.value("cache-control") == "no-store", "\(name)")
            #expect(
                answer.body.hasPrefix(#"{"error":"invalid_request","error_description":"the "#), "\(name): \(answer)")
        }
        let good = provider.logoutToken(["sid": session])
        for body in ["", "token=" + good, "logout_token=\(good)&logout_token=\(good)", "logout_token=%zz"] {
            #expect(try await send(host, body).status == 400, "\(body.prefix(40))")
        }
        let json = try await send(host, "{\"logout_token\":\"\(good)\"}", "--header", "Content-Type: application/json")
        #expect(json.status == 400)
        let long = try await send(host, "logout_token=" + String(repeating: "a", count: 70_000))
        #expect(long.status == 413, "\(long)")
        let get = try await Curl(caFile: host.gateway.caFile)(host.origin + Self.path + "?logout_token=" + good)
        #expect(get.status == 405 && get.value("allow") == "POST", "\(get)")
        #expect(try await holds(host, cookie))
        #expect(try await send(host, "logout_token=" + good).status == 200, "none of this has used it up")
        #expect(try await !holds(host, cookie))
        let log = host.gateway.program.log
        #expect(log.contains("a back-channel sign-out was refused"))
        for part in good.split(separator: ".") { #expect(!log.contains(part), "no part of a token in the log") }
        try await host.stop()
    }

    @Test("sid ends one session, sub all of the user's; a token is taken once; each is an audited revocation")
    func ends() async throws {
        let host = try await SigningGateway()
        let first = try await host.sessionCookie()
        let firstSession = try #require(host.provider.signOut.sessions.last)
        let second = try await host.sessionCookie()
        let bySession = "logout_token=" + host.provider.logoutToken(["sub": nil, "sid": "\"\(firstSession)\""])
        let answer = try await send(host, bySession)
        #expect(answer.status == 200 && answer.body.isEmpty && answer.value("cache-control") == "no-store", "\(answer)")
        #expect(try await !holds(host, first))
        #expect(try await holds(host, second))

        let replayed = try await send(host, bySession)
        #expect(replayed.status == 400 && replayed.body.contains("used before"), "\(replayed)")
        let third = try await host.sessionCookie()
        let strangers = host.provider.logoutToken(["sub": #""somebody-else""#])
        #expect(try await send(host, "logout_token=" + strangers).status == 200, "whoever is not here is signed out")
        #expect(try await holds(host, second))
        #expect(try await holds(host, third))
        let byUser = "logout_token=" + host.provider.logoutToken() + "&x=%zz"
        #expect(try await send(host, byUser, "--header", "Expect: 100-continue").status == 200)
        #expect(try await !holds(host, second))
        #expect(try await !holds(host, third))
        #expect(try await send(host, byUser).status == 400)
        #expect(host.provider.signOut.revoked.isEmpty, "the provider knows what it gave out")
        try await host.stop()
        let audit = try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
        #expect(audit.split(separator: "\n").filter { $0.contains(#""revocation""#) }.count == 3, "\(audit)")
    }

    @Test("an address that announces too much is answered 429 before anything of it is looked at")
    func limited() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.sign_out.notices_of_address.per_minute: 3}")
        let cookie = try await host.sessionCookie()
        for _ in 1...3 { #expect(try await send(host, "logout_token=x").status == 400) }
        let refused = try await send(host, "logout_token=" + host.provider.logoutToken())
        let seconds = try #require(refused.value("retry-after"), "\(refused)")
        #expect(refused.status == 429 && refused.body.contains("\"retry_after\":\(seconds),"), "\(refused)")
        #expect(try await Curl(caFile: host.gateway.caFile)(host.origin + "/oauth2/frontchannel-logout").status == 429)
        #expect(try await holds(host, cookie))
        try await host.stop()
    }

    @Test("over HTTP/2, in pieces, to whichever worker: WebSockets get 1008, event streams are cut, others go on")
    func streams() async throws {
        let host = try await SigningGateway()
        let (cookie, session) = (try await host.sessionCookie(), try #require(host.provider.signOut.sessions.last))
        let streams = try await SessionBoundStreams(host, cookie: cookie)
        let others = try await SessionBoundStreams(host, cookie: try await host.sessionCookie())
        let client = try await HTTP2Client.open(host.gateway)
        let body = Array("logout_token=\(host.provider.logoutToken(["sid": "\"\(session)\""]))".utf8)
        let fields = FrameBytes.request("POST", Self.path) + [("content-type", "application/x-www-form-urlencoded")]
        try await client.send(
            FrameBytes.headers(1, fields, ends: false) + FrameBytes.data(1, Array(body[..<50]), ends: false))
        try await client.send(FrameBytes.data(1, Array(body[50...]), ends: true))
        #expect(try await client.answer(1).status == 200)
        try await streams.expectEnd()
        try await others.expectLife()
        #expect(try await send(host, "logout_token=" + host.provider.logoutToken()).status == 200)
        try await others.expectEnd()
        try await host.stop()
    }
}
