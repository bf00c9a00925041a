import Identity
import Logging
import Testing

@testable import OpenIDConnect

/// A relying party of a running provider, and a browser.
struct Fixture: Sendable {
    static let origin = "https://app.example:8443"
    static let now = 10_000

    let provider: TestProvider
    let seal: StateSeal
    let party: RelyingParty
    let records: RecordingLogHandler.Records

    init(
        _ provider: TestProvider, deadline: Duration = .seconds(30), issuer: String? = nil,
        cache: DocumentCache = .none,
        change: (inout ProviderConfiguration) -> Void = { _ in }
    ) throws {
        let records = RecordingLogHandler.Records()
        self.provider = provider
        self.records = records
        var configuration = ProviderConfiguration(
            issuer: issuer ?? provider.issuer, clientID: TestProvider.clientID,
            authentication: .secret(TestProvider.clientSecret), scope: "openid email")
        change(&configuration)
        let logger = Logger(label: "test") { _ in RecordingLogHandler(records: records) }
        seal = StateSeal(keyMaterial: [UInt8](repeating: 5, count: 32))
        party = try RelyingParty(
            configuration: configuration,
            connection: ProviderConnection(configuration, logger: logger, cache: cache, callDeadline: deadline),
            seal: seal,
            logger: logger)
    }

    static func run(
        deadline: Duration = .seconds(30),
        change: @Sendable @escaping (inout ProviderConfiguration) -> Void = { _ in },
        _ body: @Sendable @escaping (Fixture) async throws -> Void
    ) async throws {
        try await TestProvider.run { provider in
            let fixture = try Fixture(provider, deadline: deadline, change: change)
            try await body(fixture)
        }
    }

    func begin(target: String = "/deep/link?x=1", now: Int = now) async throws -> SignInRedirect {
        try await party.beginSignIn(originalTarget: target, origin: Self.origin, now: now)
    }

    func complete(_ query: String, cookie: String?, origin: String = origin, now: Int = now) async throws
        -> CompletedSignIn
    {
        try await party.completeSignIn(
            seal.callback(query: query, origin: origin), nonceCookie: cookie, now: now)
    }

    func signIn(now: Int = now) async throws -> CompletedSignIn {
        let redirect = try await begin(now: now)
        return try await complete(provider.authorize(redirect.location), cookie: redirect.nonceCookie, now: now)
    }

    /// Expects a sign-in to fail, and to fail closed.
    func expectFailure(
        _ code: SignInFailure, status: Int, target: String = "/deep/link?x=1",
        location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> CompletedSignIn
    ) async {
        let error = await #expect(throws: SignInError.self, sourceLocation: location) { try await body() }
        #expect(error?.code == code, "\(error?.detail ?? "")", sourceLocation: location)
        #expect(error?.status == status, sourceLocation: location)
        #expect(error?.retryTarget == target, sourceLocation: location)
    }
}

@Suite struct RelyingPartyTests {
    @Test func signsIn() async throws {
        try await Fixture.run { fixture in
            let redirect = try await fixture.begin()
            #expect(
                redirect.location.hasPrefix(
                    fixture.provider.issuer + "/authorize?client_id=client%201&redirect_uri=https%3A"))
            #expect(redirect.nonceCookie.utf8.count == 43)
            let done = try await fixture.complete(
                fixture.provider.authorize(redirect.location), cookie: redirect.nonceCookie)
            #expect(done.claims.subject == "user-1")
            #expect(String(decoding: done.claims.json, as: UTF8.self) == #"{"email":"a@example.com","sub":"user-1"}"#)
            #expect(done.accessToken == "access-token-1")
            #expect(done.accessTokenExpiry == 13_600)
            #expect(done.refreshToken == "refresh-token-1")
            #expect(done.originalTarget == "/deep/link?x=1")
            _ = try await fixture.signIn()
            #expect(fixture.provider.count("discovery") == 1)
            #expect(fixture.provider.count("keys") == 1)
        }
    }

    @Test("listed claims of the ID token go with those of the user info, which come first; nothing else does")
    func claimsOfTheIDToken() async throws {
        let groups = JSONValue.array([.string("admin"), .string("staff")])
        for (names, expected) in [
            (
                ["cognito:groups", "email"],
                #"{"cognito:groups":["admin","staff"],"email":"a@example.com","sub":"user-1"}"#
            ),
            ([], #"{"email":"a@example.com","sub":"user-1"}"#),
        ] {
            try await Fixture.run(change: { $0.idTokenClaims = names }) { fixture in
                fixture.provider.script {
                    $0.idClaims = {
                        $0["cognito:groups"] = groups
                        $0["email"] = .string("other@example.com")
                        $0["family_name"] = .string("Never")
                    }
                }
                let done = try await fixture.signIn()
                #expect(String(decoding: done.claims.json, as: UTF8.self) == expected)
            }
        }
    }

    @Test("with claims of the ID token, too, 11 KB are the limit")
    func longClaimsOfTheIDToken() async throws {
        try await Fixture.run(change: { $0.idTokenClaims = ["cognito:groups"] }) { fixture in
            fixture.provider.script {
                $0.idClaims = { $0["cognito:groups"] = .string(String(repeating: "g", count: UserInfo.maximumLength)) }
            }
            await #expect(throws: SignInError.self) { try await fixture.signIn() }
        }
    }

    @Test func theSecretTravelsInOnePlace() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.signIn()
            #expect(fixture.provider.authorization?.hasPrefix("Basic ") == true)
        }
        try await Fixture.run { fixture in
            fixture.provider.script { $0.tokenMethods = ["client_secret_post"] }
            _ = try await fixture.signIn()
            #expect(fixture.provider.authorization == nil)
        }
    }

    @Test func everyStartIsUnique() async throws {
        try await Fixture.run { fixture in
            var seen = Set<String>()
            for _ in 0..<1000 {
                let redirect = try await fixture.begin()
                for part in redirect.location.split(separator: "&") where !part.hasPrefix("state=") {
                    if part.hasPrefix("nonce=") || part.hasPrefix("code_challenge=") {
                        #expect(seen.insert(String(part)).inserted)
                    }
                }
                #expect(seen.insert(redirect.nonceCookie).inserted)
            }
        }
    }

    @Test func unsafeTargetsBecomeTheHomePage() async throws {
        try await Fixture.run { fixture in
            for target in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/%0d%0aSet-Cookie: a=b"] {
                let redirect = try await fixture.begin(target: target)
                let done = try await fixture.complete(
                    fixture.provider.authorize(redirect.location), cookie: redirect.nonceCookie)
                #expect(done.originalTarget == "/")
            }
        }
    }

    /// Login CSRF: a callback that was not begun in this browser.
    @Test func aSignInBelongsToItsBrowser() async throws {
        try await Fixture.run { fixture in
            let theirs = try await fixture.begin()
            let mine = try await fixture.begin()
            let query = try fixture.provider.authorize(theirs.location)
            await fixture.expectFailure(.missingNonceCookie, status: 401) {
                try await fixture.complete(query, cookie: nil)
            }
            await fixture.expectFailure(.missingNonceCookie, status: 401) {
                try await fixture.complete(query, cookie: "")
            }
            await fixture.expectFailure(.invalidNonceCookie, status: 401) {
                try await fixture.complete(query, cookie: mine.nonceCookie)
            }
            #expect(fixture.provider.count("token") == 0, "the code is not spent")
            _ = try await fixture.complete(query, cookie: theirs.nonceCookie)
        }
    }

    @Test func aSignInBelongsToItsHostAndItsQuarterOfAnHour() async throws {
        try await Fixture.run { fixture in
            let redirect = try await fixture.begin()
            let query = try fixture.provider.authorize(redirect.location)
            await fixture.expectFailure(.invalidState, status: 401, target: "/") {
                try await fixture.complete(query, cookie: redirect.nonceCookie, origin: "https://other.example")
            }
            await fixture.expectFailure(.missingHost, status: 401, target: "/") {
                try await fixture.complete(query, cookie: redirect.nonceCookie, origin: "https://a\r\nb")
            }
            await fixture.expectFailure(.invalidState, status: 401) {
                try await fixture.complete(query, cookie: redirect.nonceCookie, now: Fixture.now + 901)
            }
            await fixture.expectFailure(.invalidState, status: 401, target: "/") {
                try await fixture.complete(query + "A", cookie: redirect.nonceCookie)
            }
            #expect(fixture.provider.count("token") == 0)
        }
    }

    @Test("what time, cookies and repetition spoil can heal; what is forged or refused cannot")
    func healing() async throws {
        try await Fixture.run { fixture in
            func failure(_ query: String, _ cookie: String?, now: Int = Fixture.now) async -> SignInError? {
                await #expect(throws: SignInError.self) { try await fixture.complete(query, cookie: cookie, now: now) }
            }
            let redirect = try await fixture.begin()
            let query = try fixture.provider.authorize(redirect.location)
            #expect(await failure(query, nil)?.canHeal == true)
            #expect(await failure(query, String(repeating: "A", count: 43))?.canHeal == true)
            #expect(await failure(query, redirect.nonceCookie, now: Fixture.now + 901)?.canHeal == true)
            #expect(await failure(query + "A", redirect.nonceCookie)?.canHeal == false)
            #expect(await failure(query + "&iss=https%3A%2F%2Fevil.example", redirect.nonceCookie)?.canHeal == false)
            let callback = try fixture.seal.callback(query: query, origin: Fixture.origin)
            #expect(callback.foreign.canHeal && !callback.isRefusal && callback.target == "/deep/link?x=1")
            let state = query.split(separator: "&")[1]
            #expect(try fixture.seal.callback(query: "error=access_denied&\(state)", origin: Fixture.origin).isRefusal)
            _ = try await fixture.complete(query, cookie: redirect.nonceCookie)
            #expect(await failure(query, redirect.nonceCookie)?.canHeal == true)
            #expect(fixture.provider.count("token") == 1, "a code goes out once")
        }
    }

    @Test("tabs of one browser share its cookie; each has a state, nonce and verifier of its own, and all end")
    func tabs() async throws {
        try await Fixture.run { fixture in
            let first = try await fixture.begin(target: "/1")
            let second = try await fixture.party.beginSignIn(
                originalTarget: "/2", origin: Fixture.origin, nonceCookie: first.nonceCookie,
                baggage: SignInBaggage(restarts: 1),
                now: Fixture.now)
            #expect(first.nonceCookie == second.nonceCookie && first.location != second.location)
            for (redirect, target) in [(second, "/2"), (first, "/1")] {
                let query = try fixture.provider.authorize(redirect.location)
                #expect(
                    try fixture.seal.callback(query: query, origin: Fixture.origin)
                        .baggage.restarts == (target == "/2" ? 1 : 0)
                )
                let done = try await fixture.complete(query, cookie: first.nonceCookie)
                #expect(done.originalTarget == target)
                #expect(done.nonceCookie?.hasPrefix(first.nonceCookie + ".") == true)
            }
        }
        try await Fixture.run(change: { $0.heals = false }) { fixture in
            let first = try await fixture.begin()
            let second = try await fixture.party.beginSignIn(
                originalTarget: "/2", origin: Fixture.origin, nonceCookie: first.nonceCookie, now: Fixture.now)
            #expect(first.nonceCookie != second.nonceCookie)
            let done = try await fixture.complete(
                fixture.provider.authorize(first.location), cookie: first.nonceCookie)
            #expect(done.nonceCookie == nil)
        }
    }

    @Test("a browser that signs in again and again within a minute goes round; another minute, and it does not")
    func goingRound() async throws {
        try await Fixture.run { fixture in
            var cookie: String?
            for time in [0, 20] {
                #expect(!fixture.party.goesRound(nonceCookie: cookie, now: Fixture.now + time))
                let redirect = try await fixture.party.beginSignIn(
                    originalTarget: "/", origin: Fixture.origin, nonceCookie: cookie, now: Fixture.now + time)
                cookie = try await fixture.complete(
                    fixture.provider.authorize(redirect.location), cookie: redirect.nonceCookie,
                    now: Fixture.now + time
                ).nonceCookie
            }
            #expect(fixture.party.goesRound(nonceCookie: cookie, now: Fixture.now + 40))
            #expect(!fixture.party.goesRound(nonceCookie: cookie, now: Fixture.now + 90))
        }
    }

    @Test func aReplayedCodeIsRefused() async throws {
        try await Fixture.run { fixture in
            let redirect = try await fixture.begin()
            let query = try fixture.provider.authorize(redirect.location)
            _ = try await fixture.complete(query, cookie: redirect.nonceCookie)
            await fixture.expectFailure(.invalidGrant, status: 561) {
                try await fixture.complete(query, cookie: redirect.nonceCookie)
            }
        }
    }

    @Test func aCodeOfAnotherSignInIsRefused() async throws {
        try await Fixture.run { fixture in
            let mine = try await fixture.begin()
            let theirs = try await fixture.begin()
            let theirCode = try fixture.provider.authorize(theirs.location).split(separator: "&")[0]
            let myState = try fixture.provider.authorize(mine.location).split(separator: "&")[1]
            await fixture.expectFailure(.invalidGrant, status: 561) {  // PKCE: another verifier
                try await fixture.complete("\(theirCode)&\(myState)", cookie: mine.nonceCookie)
            }
        }
    }

    @Test func theProvidersRefusalIsPassedOn() async throws {
        try await Fixture.run { fixture in
            let redirect = try await fixture.begin()
            let state = try fixture.provider.authorize(redirect.location).split(separator: "&")[1]
            for (error, status) in [("access_denied", 401), ("server_error", 561), ("%3Cscript%3E", 561)] {
                let query = "error=\(error)&error_description=%3Cscript%3Ealert(1)%3C/script%3E&\(state)"
                await fixture.expectFailure(.missingCode, status: status) {
                    do {
                        return try await fixture.complete(query, cookie: redirect.nonceCookie)
                    } catch let error as SignInError {
                        #expect(!"\(error)".contains("script"), "nothing is reflected")
                        throw error
                    }
                }
            }
            #expect(fixture.provider.count("token") == 0)
        }
    }

    @Test func theAnswerMustBeThisProviders() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.sendsIssuer = true }
            let redirect = try await fixture.begin()
            let query = try fixture.provider.authorize(redirect.location)
            await fixture.expectFailure(.invalidState, status: 401) {
                try await fixture.complete(query, cookie: redirect.nonceCookie)
            }
            await fixture.expectFailure(.invalidState, status: 401) {
                try await fixture.complete(query + "&iss=https%3A%2F%2Fevil.example", cookie: redirect.nonceCookie)
            }
            _ = try await fixture.complete(
                query + "&iss=" + PercentEncoding.encode(fixture.provider.issuer), cookie: redirect.nonceCookie)
        }
    }

    @Test(
        arguments: [
            ("nonce", JSONValue.string("another")), ("nonce", nil), ("iss", .string("https://evil.example")),
            ("aud", .string("another")),
            ("exp", .integer(9_000)), ("exp", nil), ("sub", .string("a\r\nx-evil: 1")),
        ] as [(String, JSONValue?)])
    func wrongClaims(claim: String, value: JSONValue?) async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.idClaims = { $0[claim] = value } }
            await fixture.expectFailure(.invalidIDToken, status: 401) { try await fixture.signIn() }
            #expect(fixture.provider.count("userinfo") == 0)
        }
    }

    @Test func aBadSignature() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.signsWithAnotherKey = true }
            await fixture.expectFailure(.invalidIDToken, status: 401) { try await fixture.signIn() }
        }
    }

    @Test func anotherUsersInfo() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.userInfoClaims = ["sub": .string("user-2")] }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
            fixture.provider.script { $0.userInfoClaims = ["email": .string("a")] }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
            fixture.provider.script {
                $0.userInfoClaims = ["sub": .string("user-1"), "x": .string(String(repeating: "a", count: 11_264))]
            }
            await fixture.expectFailure(.userInfoTooLarge, status: 500) { try await fixture.signIn() }
        }
    }
}
