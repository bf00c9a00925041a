import Identity
import Testing

@testable import OpenIDConnect

@Suite("Back-channel logout: what a logout token must say (attack 63)")
struct LogoutTokenTests {
    private static let now = 100_000
    private static let event = JSONValue.object(["http://schemas.openid.net/event/backchannel-logout": .object([:])])

    private static let good: [String: JSONValue] = [
        "iss": .string("https://issuer.example"), "aud": .string("client-1"), "iat": .integer(now - 10),
        "exp": .integer(now + 110), "jti": .string("j-1"), "events": event, "sub": .string("u-1"),
        "sid": .string("s-1"),
    ]

    private func token(
        _ changes: [String: JSONValue] = [:], without names: String...
    ) throws(LogoutTokenProblem) -> LogoutToken {
        var claims = Self.good
        for (name, value) in changes { claims[name] = value }
        for name in names { claims[name] = nil }
        return try LogoutToken(claims, issuer: "https://issuer.example", clientID: "client-1", now: Self.now)
    }

    @Test("sub and sid, or one of them, name what ends; times within a minute of skew pass")
    func good() throws {
        #expect(try token().subject == "u-1" && token().session == "s-1")
        #expect(try token(without: "sid").session == nil)
        #expect(try token(without: "sub").subject == nil)
        #expect(try token(["aud": .array([.string("other"), .string("client-1")])]).subject == "u-1")
        #expect(try token(["iat": .integer(Self.now + 59), "exp": .integer(Self.now - 59)]).session == "s-1")
        #expect(try token(["iat": .integer(Self.now - 359)]).session == "s-1")
        // As drafts of the standard had it, and glewlwyd does it.
        #expect(try token(without: "exp").replayableUntil == Self.now - 10 + 360)
    }

    @Test(
        "every departure has its reason",
        arguments: [
            ("iss", JSONValue.string("https://other.example"), LogoutTokenProblem.issuer), ("iss", nil, .issuer),
            ("aud", .string("client-2"), .audience), ("aud", .array([]), .audience), ("aud", nil, .audience),
            ("exp", .null, .expiry), ("exp", .integer(now - 61), .expiry), ("exp", .string("100110"), .expiry),
            ("iat", nil, .issuedAt), ("iat", .integer(now + 61), .issuedAt), ("iat", .integer(now - 361), .issuedAt),
            ("iat", .integer(.min), .issuedAt), ("events", nil, .events), ("events", .object([:]), .events),
            ("events", .string("http://schemas.openid.net/event/backchannel-logout"), .events),
            ("events", .object(["http://schemas.openid.net/event/backchannel-logout": .bool(true)]), .events),
            ("events", .object(["http://schemas.openid.net/event/other": .object([:])]), .events),
            ("nonce", .string("n"), .nonce), ("nonce", .bool(false), .nonce), ("jti", nil, .tokenID),
            ("jti", .string(""), .tokenID), ("jti", .integer(7), .tokenID),
            ("jti", .string(String(repeating: "j", count: 513)), .tokenID), ("sub", .integer(1), .subject),
            ("sub", .string(""), .subject), ("sid", .string(""), .subject), ("sid", .string("a b"), .subject),
            ("sid", .array([.string("s-1")]), .subject),
        ] as [(String, JSONValue?, LogoutTokenProblem)])
    func departures(name: String, value: JSONValue?, problem: LogoutTokenProblem) {
        #expect(throws: problem) { try value.map { try token([name: $0]) } ?? token(without: name) }
    }

    @Test("neither sub nor sid: nobody is meant, and so nobody is signed out")
    func nobody() {
        #expect(throws: LogoutTokenProblem.subject) { try token(without: "sub", "sid") }
    }

    @Test("a token is taken once, per issuer, until it is too old to be taken at all")
    func replays() throws {
        var replays = LogoutTokenReplays()
        let first = try token()
        #expect(first.replayableUntil == Self.now + 110 + 60)
        #expect(try token(["exp": .integer(Self.now + 100_000)]).replayableUntil == Self.now - 10 + 360)
        func take(_ issuer: String, after seconds: Int) -> Bool {
            replays.take(first, issuer: issuer, now: Self.now + seconds)
        }
        let taken = [take("i", after: 0), take("i", after: 170), take("other", after: 0), take("i", after: 171)]
        #expect(taken == [true, false, true, true] && replays.count == 1)
    }

    @Test("the memory of taken tokens is bounded: the one that is stale first is forgotten")
    func bounded() throws {
        var replays = LogoutTokenReplays(limit: 3)
        let tokens = try [5, 40, 10, 30].map {
            try token(["jti": .string("j\($0)"), "exp": .integer(Self.now + $0)])
        }
        let taken = tokens.map { replays.take($0, issuer: "i", now: Self.now) }
        #expect(taken == [true, true, true, true] && replays.count == 3)
        let again = tokens[1...].map { replays.take($0, issuer: "i", now: Self.now) }
        #expect(again == [false, false, false])
        let first = replays.take(tokens[0], issuer: "i", now: Self.now)
        #expect(first, "the first to go was the first to be stale")
    }
}

@Suite("What the provider's sign-out calls and the user's own carry")
struct SignOutFormTests {
    @Test("a body has exactly one logout_token (attack 50); what else it has is passed over")
    func body() throws {
        func read(_ text: String) throws(LogoutTokenProblem) -> String {
            try SignOutForm.logoutToken(body: Array(text.utf8))
        }
        #expect(try read("logout_token=a.b.c") == "a.b.c")
        #expect(try read("x=1&logout_token=a%2Eb.c&y=%zz") == "a.b.c")
        for text in [
            "", "logout_token", "logout_token=", "token=a", "logout_token=a&logout_token=a",
            "logout_token=a&logout%5Ftoken=b", "logout_token=%zz", "logout_token=%ff", "Logout_Token=a",
            "logout_token=" + String(repeating: "a", count: SignOutForm.maximumLength),
        ] {
            #expect(throws: LogoutTokenProblem.badRequest, "\(text.prefix(60))") { try read(text) }
        }
    }

    @Test("a front-channel call names issuer and session, each once, and only that session")
    func frontChannel() throws {
        let call = try #require(FrontChannelCall(query: "iss=https%3A%2F%2Fi.example&sid=s-1&x=1"))
        #expect(call.issuer == "https://i.example" && call.session == "s-1")
        #expect(call.names(session: "s-1", of: "https://i.example"))
        #expect(!call.names(session: "s-2", of: "https://i.example") && !call.names(session: nil, of: call.issuer))
        #expect(!call.names(session: "s-1", of: "https://j.example"))
        for query in [
            "", "sid=s-1", "iss=https://i.example", "iss=a&sid=s&sid=s", "iss=a&iss=a&sid=s", "iss=a&sid=",
            "iss=a&sid=%00", "iss=a&sid=a%20b", "iss=%ff&sid=s",
        ] {
            #expect(FrontChannelCall(query: query) == nil, "\(query)")
        }
    }

    @Test(
        "return_to leads to a page of this site or nowhere (attacks 35–39)",
        arguments: [
            "https://evil.example/", "//evil.example", "/\\evil.example", "/%5Cevil.example", "/%09/evil.example",
            "/%0a/evil.example", "%2F%2Fevil.example", "/%2Fevil.example", "javascript:alert(1)", "/oauth2/login",
            "/a/../oauth2/logout", "http:evil.example", "@evil.example", "/x&return_to=/y",
        ])
    func foreignTargets(target: String) {
        #expect(SignOutLink.returnTarget(query: "return_to=" + target) == nil)
    }

    @Test("pages of this site, and whose sessions end")
    func query() {
        #expect(SignOutLink.returnTarget(query: "return_to=%2Fbye%3Fa%3D1") == "/bye?a=1")
        #expect(SignOutLink.returnTarget(query: "") == nil && SignOutLink.returnTarget(query: "return_to=/") == nil)
        #expect(SignOutLink.endsEverywhere(query: "return_to=/x&everywhere=true"))
        #expect(
            !SignOutLink.endsEverywhere(query: "everywhere=false")
                && !SignOutLink.endsEverywhere(query: "x=everywhere=true"))
        #expect(SignOutLink.address(everywhere: true) == "/oauth2/logout?everywhere=true")
    }
}
