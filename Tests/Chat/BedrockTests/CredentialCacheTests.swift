import AWSSignature
import Synchronization
import Testing

@testable import Bedrock

/// When credentials are renewed, by a clock and a source of the test's own.
@Suite(.timeLimit(.minutes(1))) struct CredentialCacheTests {
    /// A clock, and a source that gives numbered credentials.
    private final class Source: Sendable {
        struct State {
            var now = 1_000_000
            var loads = 0
            var life: Int? = 3_600
            var failure: CredentialError?
        }
        let state = Mutex(State())

        func load() throws(CredentialError) -> SessionCredentials {
            let (number, life, failure, now) = state.withLock { state in
                state.loads += 1
                return (state.loads, state.life, state.failure, state.now)
            }
            if let failure { throw failure }
            return SessionCredentials(
                SigningCredentials(accessKeyID: "\(number)", secretAccessKey: "s"), expiry: life.map { now + $0 })
        }

        func cache() -> CredentialCache {
            CredentialCache(now: { self.state.withLock { $0.now } }) { () throws(CredentialError) in try self.load() }
        }

        func pass(_ seconds: Int) { state.withLock { $0.now += seconds } }
        var loads: Int { state.withLock { $0.loads } }
    }

    @Test func theyAreKeptUntilShortlyBeforeTheirEnd() async throws {
        let source = Source()
        let cache = source.cache()
        #expect(try await cache.credentials().accessKeyID == "1")
        source.pass(3_600 - 901)
        #expect(try await cache.credentials().accessKeyID == "1")
        #expect(source.loads == 1)
    }

    @Test func inTheLastQuarterOfAnHourTheyAreRenewedInTheBackground() async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.credentials()
        source.pass(3_600 - 899)
        #expect(try await cache.credentials().accessKeyID == "1", "nobody waits")
        while try await cache.credentials().accessKeyID != "2" { await Task.yield() }
        #expect(source.loads == 2)
    }

    @Test func aFailedRenewalInTheBackgroundIsNotRepeatedAtOnce() async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.credentials()
        source.pass(3_600 - 899)
        source.state.withLock { $0.failure = .unreachable(.tokenService) }
        for _ in 0..<100 {
            #expect(try await cache.credentials().accessKeyID == "1")
            await Task.yield()
        }
        while source.loads < 2 { await Task.yield() }
        #expect(source.loads == 2)
    }

    @Test func inTheLastMinutesWhoAsksWaits() async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.credentials()
        source.pass(3_600 - 599)
        #expect(try await cache.credentials().accessKeyID == "2")
    }

    @Test func theOldOnesServeUntilTheyHaveExpired() async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.credentials()
        source.state.withLock { $0.failure = .unreachable(.tokenService) }
        source.pass(3_599)
        #expect(try await cache.credentials().accessKeyID == "1")
        source.pass(1)
        await #expect(throws: CredentialError.unreachable(.tokenService)) { try await cache.credentials() }
    }

    @Test func manyWhoWaitAreOneRenewal() async throws {
        let source = Source()
        let cache = source.cache()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.credentials().accessKeyID } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids == ["1"])
        #expect(source.loads == 1)
    }

    @Test func whatTheProviderRefusedIsLoadedAnew() async throws {
        let source = Source()
        source.state.withLock { $0.life = nil }
        let cache = source.cache()
        let first = try await cache.credentials()
        source.pass(10_000_000)
        #expect(try await cache.credentials() == first, "without an expiry they stay")
        await cache.invalidate(first)
        let second = try await cache.credentials()
        #expect(second.accessKeyID == "2")
        await cache.invalidate(first)
        #expect(try await cache.credentials() == second, "a late complaint about the first takes nothing away")
    }
}
