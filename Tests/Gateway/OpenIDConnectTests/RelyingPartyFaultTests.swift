import Identity
import Logging
import Testing

@testable import OpenIDConnect

@Suite struct RelyingPartyFaultTests {
    @Test func errorStatuses() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.token = .status(401, #"{"error":"invalid_client"}"#) }
            await fixture.expectFailure(.tokenEndpointFailed, status: 561) { try await fixture.signIn() }
            fixture.provider.script { $0.token = .status(500, "<html>") }
            await fixture.expectFailure(.tokenEndpointFailed, status: 561) { try await fixture.signIn() }
            fixture.provider.script { $0.token = .status(200, "<html>") }
            await fixture.expectFailure(.invalidTokenResponse, status: 561) { try await fixture.signIn() }
            fixture.provider.script { $0.token = .status(200, #"{"access_token":"a","token_type":"Bearer"}"#) }
            await fixture.expectFailure(.invalidIDToken, status: 401) { try await fixture.signIn() }
            fixture.provider.script {
                $0.token = .normal
                $0.userInfo = .status(503, "")
            }
            await fixture.expectFailure(.userInfoEndpointFailed, status: 561) { try await fixture.signIn() }
            fixture.provider.script { $0.userInfo = .status(200, "[]") }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
        }
    }

    @Test func redirectsAreNotFollowed() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.token = .redirect }
            await fixture.expectFailure(.tokenEndpointFailed, status: 561) { try await fixture.signIn() }
            fixture.provider.script {
                $0.token = .normal
                $0.userInfo = .redirect
            }
            await fixture.expectFailure(.userInfoEndpointFailed, status: 561) { try await fixture.signIn() }
        }
    }

    @Test func slowAnswersAreNotWaitedFor() async throws {
        // Long enough for answers that do come, on a busy machine, too.
        try await Fixture.run(deadline: .seconds(10)) { fixture in
            _ = try await fixture.signIn()
            let begun = ContinuousClock.now
            fixture.provider.script { $0.token = .never }
            await fixture.expectFailure(.tokenEndpointTimeout, status: 500) { try await fixture.signIn() }
            fixture.provider.script {
                $0.token = .normal
                $0.userInfo = .never
            }
            await fixture.expectFailure(.userInfoEndpointTimeout, status: 500) { try await fixture.signIn() }
            #expect(ContinuousClock.now - begun < .seconds(60))
        }
    }

    @Test func aGigabyteIsNotRead() async throws {
        // On a busy machine a megabyte takes its time; what counts is that it is not read on.
        try await Fixture.run(deadline: .seconds(60)) { fixture in
            fixture.provider.script { $0.token = .endless }
            await fixture.expectFailure(.invalidTokenResponse, status: 561) { try await fixture.signIn() }
            fixture.provider.script {
                $0.token = .normal
                $0.userInfo = .endless
            }
            await fixture.expectFailure(.userInfoTooLarge, status: 500) { try await fixture.signIn() }
        }
        try await Fixture.run(deadline: .seconds(60)) { fixture in
            fixture.provider.script { $0.keys = .endless }
            await fixture.expectFailure(.keysTooLarge, status: 500) { try await fixture.signIn() }
        }
    }

    @Test func aProviderThatIsNotThere() async throws {
        try await TestProvider.run { provider in
            // Port 1 on loopback: nobody listens.
            let fixture = try Fixture(provider, deadline: .seconds(2), issuer: "http://127.0.0.1:1")
            await fixture.expectFailure(.unhandled, status: 500) { try await fixture.signIn() }
            #expect(
                fixture.records.all.contains("cannot be reached"),
                "the log says what is wrong, not just that time ran out")
            #expect(await fixture.party.signOutLocation(idToken: nil, origin: Fixture.origin, now: Fixture.now) == nil)
        }
    }

    @Test func discoveryIsTriedAgainUntilItWorks() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.discovery = .status(503, "") }
            for _ in 0..<20 { await fixture.expectFailure(.unhandled, status: 500) { try await fixture.signIn() } }
            #expect(fixture.provider.count("discovery") == 1, "not for every visitor")
            fixture.provider.script {
                $0.discovery = .normal
                $0.issuer = "https://evil.example"
            }
            await fixture.expectFailure(.unhandled, status: 500) { try await fixture.signIn(now: Fixture.now + 1) }
            fixture.provider.script { $0.issuer = nil }
            _ = try await fixture.signIn(now: Fixture.now + 2)
            #expect(fixture.provider.count("discovery") == 3)
            // Known once, it outlives the provider's document.
            fixture.provider.script { $0.discovery = .status(503, "") }
            _ = try await fixture.begin(now: Fixture.now + 4000)
            #expect(fixture.provider.count("discovery") == 4)
        }
    }

    @Test func aHundredVisitorsAtOnceAreOneDiscovery() async throws {
        try await Fixture.run { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { _ = try await fixture.begin() } }
                try await group.waitForAll()
            }
            #expect(fixture.provider.count("discovery") == 1)
        }
    }

    @Test func aRotatedKeyIsFetched() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.signIn()
            fixture.provider.script {
                $0.keyID = "key-2"
                $0.publishedKeyIDs = ["key-1", "key-2"]
            }
            _ = try await fixture.signIn(now: Fixture.now + 30)
            #expect(fixture.provider.count("keys") == 2)
        }
    }

    @Test func unknownKeyIDsCostOneFetchPerInterval() async throws {
        try await Fixture.run { fixture in
            let keys = ProviderKeys(
                KeySource(
                    issuer: fixture.provider.issuer, client: fixture.party.client, cache: .none,
                    logger: fixture.party.logger))
            let url = EndpointURL(fixture.provider.issuer + "/jwks")!
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        _ = try? await keys.get(
                            url, id: "unknown-\(number)", algorithm: .es256, now: Fixture.now + number % 29)
                    }
                }
            }
            #expect(fixture.provider.count("keys") == 1)
            fixture.provider.script { $0.keys = .status(500, "") }
            for number in 0..<100 {
                _ = try? await keys.get(url, id: "x\(number)", algorithm: .es256, now: Fixture.now + 60)
            }
            #expect(fixture.provider.count("keys") == 2)
            // While it fails, the keys at hand go on working.
            let known = try await keys.get(url, id: "key-1", algorithm: .es256, now: Fixture.now + 4000)
            #expect(known.hasKey(id: "key-1", algorithm: .es256))
        }
    }

    @Test func nothingSecretIsLoggedOrPrinted() async throws {
        try await Fixture.run(deadline: .seconds(5)) { fixture in
            var texts = ["\(fixture.party.configuration)", String(reflecting: fixture.party.configuration)]
            dump(fixture.party.configuration, to: &texts[0])
            let redirect = try await fixture.begin()
            let query = try fixture.provider.authorize(redirect.location)
            _ = try await fixture.complete(query, cookie: redirect.nonceCookie)
            for change: @Sendable (inout TestProvider.Script) -> Void in [
                { $0.token = .status(400, #"{"error":"x","error_description":"client-secret-value"}"#) },
                { $0.token = .never },
                {
                    $0.token = .normal; $0.userInfo = .status(401, "access-token-1")
                }, { $0.userInfo = .endless },
                {
                    $0.userInfo = .normal; $0.signsWithAnotherKey = true
                },
            ] {
                fixture.provider.script(change)
                do {
                    _ = try await fixture.signIn()
                    Issue.record("a scripted fault was not noticed")
                } catch {
                    texts.append("\(error)")
                }
            }
            let all = texts.joined(separator: "\n") + fixture.records.all
            let parts = query.split(separator: "&").map { String($0.split(separator: "=")[1]) }
            for secret in parts + [
                redirect.nonceCookie, "access-token-1", "refresh-token-1", TestProvider.clientSecret, "eyJ",
            ] {
                #expect(!all.contains(secret))
            }
        }
    }

    @Test func signsOutAtTheProvider() async throws {
        try await Fixture.run { fixture in
            let location = await fixture.party.signOutLocation(
                idToken: "i.d.t", origin: Fixture.origin, now: Fixture.now)
            #expect(
                location == fixture.provider.issuer
                    + "/logout?id_token_hint=i.d.t&client_id=client%201&post_logout_redirect_uri=https%3A%2F%2Fapp.example%3A8443%2F"
            )
        }
    }

    @Test func unusableConfigurations() {
        func expect(_ words: String, _ change: (inout ProviderConfiguration) -> Void) {
            var configuration = ProviderConfiguration(
                issuer: "https://i.example", clientID: "c", authentication: .secret("s3cr3t"))
            change(&configuration)
            let error = #expect(throws: ProviderConfigurationError.self) {
                let logger = Logger(label: "test")
                _ = try RelyingParty(
                    configuration: configuration, connection: ProviderConnection(configuration, logger: logger),
                    seal: StateSeal(keyMaterial: [UInt8](repeating: 0, count: 32)), logger: logger)
            }
            #expect(error?.description.contains(words) == true)
            #expect(error?.description.contains("s3cr3t") == false)
        }
        expect("Issuer") { $0.issuer = "http://i.example" }
        expect("openid") { $0.scope = "email openidx" }
        expect("ClientSecret") { $0.authentication = .secret("") }
        expect("Pkce") {
            $0.authentication = .publicClient
            $0.usesPKCE = false
        }
        expect("SessionTimeout") { $0.sessionTimeout = 604_801 }
        expect("redirect_uri") { $0.extraParameters = [("redirect_uri", "https://evil.example")] }
        expect("http://t.example") { $0.tokenEndpoint = "http://t.example" }
        expect("PEM") { $0.trustRootsPEMFile = "/nonexistent.pem" }
    }
}
