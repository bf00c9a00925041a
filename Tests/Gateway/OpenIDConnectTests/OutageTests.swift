import Identity
import Logging
import Synchronization
import Testing

@testable import OpenIDConnect

@Suite("A provider that cannot be reached: what it published is kept, and nobody is sent to it")
struct OutageTests {
    /// A disk in memory.
    private final class Disk: Sendable {
        private let content = Mutex<[String: [UInt8]]>([:])
        var files: [String: [UInt8]] { content.withLock { $0 } }
        func change(_ body: (inout [String: [UInt8]]) -> Void) { content.withLock { body(&$0) } }
        var cache: DocumentCache {
            DocumentCache(
                read: { name in self.files[name] }, write: { name, bytes in self.change { $0[name] = bytes } })
        }
    }

    private func expectUnreachable(
        _ code: SignInFailure = .unhandled, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> SignInRedirect
    ) async {
        let error = await #expect(throws: SignInError.self, sourceLocation: location) { try await body() }
        #expect(error?.isUnreachable == true && error?.status == 500, sourceLocation: location)
        #expect(error?.code == code && error?.retryTarget == "/deep/link?x=1", sourceLocation: location)
    }

    @Test("after a minute it is asked again; while it fails nobody is sent there, and it is asked every 5 seconds")
    func noticed() async throws {
        try await Fixture.run(deadline: .seconds(30)) { fixture in
            let start = Fixture.now
            _ = try await fixture.begin()
            fixture.provider.script { $0.discovery = .broken }
            _ = try await fixture.begin(now: start + 59)
            await expectUnreachable { try await fixture.begin(now: start + 60) }
            for _ in 0..<50 { await expectUnreachable { try await fixture.begin(now: start + 64) } }
            #expect(fixture.provider.count("discovery") == 2)
            fixture.provider.script { $0.discovery = .normal }
            _ = try await fixture.begin(now: start + 65)
            #expect(fixture.provider.count("discovery") == 3)
        }
    }

    @Test("whoever is on the way back from the provider is signed in although its documents cannot be had any more")
    func underWay() async throws {
        try await Fixture.run(deadline: .seconds(30)) { fixture in
            _ = try await fixture.signIn()
            let redirect = try await fixture.begin()
            fixture.provider.script {
                $0.discovery = .broken
                $0.keys = .broken
            }
            let query = try fixture.provider.authorize(redirect.location)
            _ = try await fixture.complete(query, cookie: redirect.nonceCookie, now: Fixture.now + 600)
        }
    }

    @Test("with all addresses configured, its keys show whether it is there; keys it answers for wrongly are no outage")
    func withoutDiscovery() async throws {
        try await TestProvider.run { provider in
            let issuer = provider.issuer
            let fixture = try Fixture(provider, deadline: .seconds(30)) {
                $0.authorizationEndpoint = issuer + "/authorize"
                $0.tokenEndpoint = issuer + "/token"
                $0.userInfoEndpoint = issuer + "/userinfo"
                $0.jwksURI = issuer + "/jwks"
            }
            _ = try await fixture.signIn()
            #expect(provider.count("discovery") == 0)
            provider.script { $0.keys = .status(503, "") }
            _ = try await fixture.begin(now: Fixture.now + 60)
            provider.script { $0.keys = .broken }
            await expectUnreachable(.keysTimeout) { try await fixture.begin(now: Fixture.now + 90) }
            provider.script { $0.keys = .normal }
            _ = try await fixture.begin(now: Fixture.now + 120)
        }
    }

    @Test("a gateway that starts without it goes on with what an earlier run kept, and says to sign in later")
    func restarted() async throws {
        let disk = Disk()
        try await TestProvider.run { provider in
            func fixture() throws -> Fixture {
                try Fixture(provider, deadline: .seconds(30), cache: disk.cache)
            }
            let first = try fixture()
            _ = try await first.signIn()
            #expect(disk.files.count == 2)
            #expect(disk.files.keys.allSatisfy { !$0.contains("/") })
            for file in disk.files.values {
                let text = String(decoding: file, as: UTF8.self)
                #expect(!text.contains(TestProvider.clientSecret) && !text.contains("token-1"))
            }
            let begun = try await first.begin()
            let query = try provider.authorize(begun.location)
            provider.script {
                $0.discovery = .broken
                $0.keys = .broken
            }
            let second = try fixture()
            await expectUnreachable { try await second.begin() }
            // The sign-in was begun before the restart; code and user-info are answered, the documents come from disk.
            let done = try await second.complete(query, cookie: begun.nonceCookie)
            #expect(done.claims.subject == "user-1")
            #expect(await second.party.signOutLocation(idToken: nil, origin: Fixture.origin, now: Fixture.now) != nil)

            let late = try fixture()
            await expectUnreachable { try await late.begin(now: Fixture.now + 8 * 24 * 3600) }
            #expect(
                await late.party.signOutLocation(
                    idToken: nil, origin: Fixture.origin, now: Fixture.now + 8 * 24 * 3600) == nil,
                "after a week a copy counts no more")
        }
    }

    @Test("what stands on disk is believed for its issuer and address only, and checked as if it had just come")
    func tampered() async throws {
        let issuer = "https://i.example"
        let url = EndpointURL("https://i.example/.well-known/openid-configuration")!
        let disk = Disk()
        disk.cache.keep([1, 2, 3], .discovery, issuer: issuer, url: url, now: 1000)
        let (name, file) = try #require(disk.files.first)
        func document(issuer: String = issuer, url: EndpointURL = url, now: Int = 1000) -> [UInt8]? {
            disk.cache.document(.discovery, issuer: issuer, url: url, now: now)
        }
        #expect(document() == [1, 2, 3])
        #expect(document(now: 1000 + DocumentCache.maximumAge) == [1, 2, 3])
        #expect(document(now: 1001 + DocumentCache.maximumAge) == nil)
        #expect(document(now: 999) == nil, "from the future")
        #expect(document(issuer: "https://j.example") == nil)
        #expect(document(url: EndpointURL("https://i.example/x")!) == nil)
        #expect(disk.cache.document(.keys, issuer: issuer, url: url, now: 1000) == nil)
        let members = try #require(JSONValue(json: file)?.object)
        for (key, value) in [
            ("issuer", JSONValue.string("https://j.example")), ("url", .string("https://i.example/y")),
            ("fetchedAt", .string("1000")), ("fetchedAt", .number(1e300)), ("document", .string("!")),
            ("document", .null),
        ] {
            var changed = members
            changed[key] = value
            disk.change { $0[name] = JSONValue.object(changed).json }
            #expect(document() == nil, "\(key)")
        }
        for rubbish in ["", "[]", "{", String(decoding: file.dropLast(5), as: UTF8.self)] {
            disk.change { $0[name] = Array(rubbish.utf8) }
            #expect(document() == nil)
        }
        // A document with an address that must not be called is refused wherever it comes from.
        let configuration = ProviderConfiguration(issuer: issuer, clientID: "c", authentication: .secret("s"))
        let evil = JSONValue.object([
            "issuer": .string(issuer), "authorization_endpoint": .string("https://i.example/a"),
            "token_endpoint": .string("http://169.254.169.254/"), "jwks_uri": .string("https://i.example/j"),
        ]).json
        disk.cache.keep(evil, .discovery, issuer: issuer, url: url, now: 1000)
        let discovery = Discovery(
            configuration: configuration, client: try ProviderClient(trustRoots: nil, deadline: .seconds(1)),
            cache: disk.cache, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(discovery.stored(now: 1000) == nil)
    }

    @Test(
        "attack 75: a thousand unknown key ids cost one fetch in an interval, also while it fails and after a restart from disk"
    )
    func unknownKeyIDs() async throws {
        try await Fixture.run(deadline: .seconds(30)) { fixture in
            let disk = Disk()
            let logger = fixture.party.logger
            func keys() -> ProviderKeys {
                ProviderKeys(
                    KeySource(
                        issuer: fixture.provider.issuer, client: fixture.party.client, cache: disk.cache,
                        logger: logger))
            }
            let url = EndpointURL(fixture.provider.issuer + "/jwks")!
            _ = try await keys().get(url, id: "key-1", algorithm: .es256, now: Fixture.now)
            fixture.provider.script { $0.keys = .broken }
            let restarted = keys()
            for burst in 1...3 {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<1000 {
                        group.addTask {
                            let set = try? await restarted.get(
                                url, id: "unknown-\(number)", algorithm: .es256, now: Fixture.now + 30 * burst)
                            #expect(set?.hasKey(id: "key-1", algorithm: .es256) == true, "the keys of before go on")
                        }
                    }
                }
                #expect(fixture.provider.count("keys") == 1 + burst)
            }
        }
    }
}
