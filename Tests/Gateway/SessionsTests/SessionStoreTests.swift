import Identity
import Synchronization
import Testing

@testable import Sessions

func record(
    _ number: Int, at createdAt: Int = 1000, timeout: Int = 600, idleTimeout: Int = 0, user: String? = nil,
    tokens: SessionTokens? = nil
) throws -> SessionRecord {
    SessionRecord(
        id: id(number), provider: SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie"),
        tokens: try tokens ?? makeTokens(user ?? "user-\(number)", at: createdAt), createdAt: createdAt,
        timeout: timeout, idleTimeout: idleTimeout)
}

func makeTokens(
    _ user: String, at grantedAt: Int = 1000, access: String = "a", expiry: Int? = nil, refresh: String? = nil
) throws -> SessionTokens {
    SessionTokens(
        claims: try IdentityClaims(json: Array(#"{"sub":"\#(user)"}"#.utf8)), accessToken: access,
        accessTokenExpiry: expiry, idToken: "i", refreshToken: refresh, grantedAt: grantedAt)
}

func id(_ number: Int) -> SessionID {
    SessionID(random: (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) })
}

/// Remembers what the store announces.
final class Ends: Sendable {
    private let log = Mutex<[String]>([])
    var all: [String] { log.withLock { $0 } }
    init(of store: SessionStore) {
        store.onEnd { record, reason in
            #expect(record.isEnded)
            self.log.withLock { $0.append("\(record.subject) \(reason.rawValue)") }
        }
    }
}

@Suite struct SessionStoreTests {
    @Test func aSessionIsFoundUntilItsTimeout() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1))
        #expect(store.session(id(1), now: 1599)?.subject == "user-1")
        #expect(store.session(id(2), now: 1000) == nil)
        #expect(ends.all.isEmpty)
        #expect(store.session(id(1), now: 1600) == nil)
        #expect(ends.all == ["user-1 expired"])
        #expect(store.count == 0)
        #expect(store.session(id(1), now: 1000) == nil, "it does not come back with the clock")
    }

    @Test func anEndedSessionIsGoneForWhoeverHoldsIt() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1))
        let held = try #require(store.session(id(1), now: 1000))
        #expect(held.isLive(at: 1000))
        #expect(store.end(id(1)) === held)
        #expect(held.isEnded && !held.isLive(at: 1000))
        #expect(store.session(id(1), now: 1000) == nil)
        #expect(store.end(id(1)) == nil)
        #expect(ends.all == ["user-1 signed-out"])
    }

    @Test func aSignInReplacesTheBrowsersOldSession() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1))
        store.insert(try record(2), replacing: SessionDigest(of: id(1)))
        #expect(store.session(id(1), now: 1000) == nil)
        #expect(store.session(id(2), now: 1000) != nil)
        store.insert(try record(3), replacing: SessionDigest(of: id(77)))
        #expect(ends.all == ["user-1 replaced"])
    }

    @Test func theOldestGoesWhenFull() throws {
        let store = SessionStore(limits: .init(count: 3))
        let ends = Ends(of: store)
        for number in 1...3 { store.insert(try record(number)) }
        store.end(id(1))
        store.insert(try record(4))
        #expect(ends.all == ["user-1 signed-out"], "there was room")
        store.insert(try record(5))
        #expect(ends.all.last == "user-2 evicted")
        #expect(store.count == 3)
        for number in 3...5 { #expect(store.session(id(number), now: 1000) != nil) }
    }

    @Test func theExpiredGoBeforeTheOldest() throws {
        let store = SessionStore(limits: .init(count: 2))
        let ends = Ends(of: store)
        store.insert(try record(1, timeout: 10_000))
        store.insert(try record(2, timeout: 60))
        store.insert(try record(3, at: 1200))
        #expect(ends.all == ["user-2 expired"])
        #expect(store.session(id(1), now: 1200) != nil)
    }

    @Test func expiryIsExactToTheSecond() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1, timeout: 30))
        store.insert(try record(2, timeout: 31))
        store.insert(try record(3, timeout: 5000))
        store.endExpired(now: 1029)
        #expect(ends.all.isEmpty)
        store.endExpired(now: 1030)
        #expect(ends.all == ["user-1 expired"])
        store.endExpired(now: 1031)
        #expect(ends.all == ["user-1 expired", "user-2 expired"])
        store.endExpired(now: 4_102_444_800)  // the year 2100
        #expect(ends.all.count == 3 && store.count == 0)
    }

    @Test func memoryStaysBoundedThroughEndlessSignInAndSignOut() throws {
        let store = SessionStore(limits: .init(count: 10))
        let ends = Ends(of: store)
        for number in 0..<10_000 {
            store.insert(try record(number, at: 1000 + number))
            if number % 2 == 0 { store.end(id(number)) }
        }
        #expect(store.count == 10)
        #expect(Set(ends.all).count == ends.all.count, "every end is announced once")
        #expect(ends.all.count == 9_990)
    }

    @Test func parallelUseAnnouncesEachEndOnce() async throws {
        let store = SessionStore(limits: .init(count: 100_000))
        let ends = Ends(of: store)
        for number in 0..<1000 { store.insert(try record(number)) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<1000 {
                        _ = store.session(id(number), now: 1000)
                        store.end(id(number))
                    }
                }
            }
        }
        #expect(ends.all.count == 1000)
        #expect(store.count == 0)
    }

    @Test func anIdleSessionEnds() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1, timeout: 5000, idleTimeout: 300))
        store.insert(try record(2, timeout: 5000, idleTimeout: 300))
        let used = try #require(store.session(id(1), now: 1200))
        _ = used.touch(now: 1200)
        store.endExpired(now: 1299)
        #expect(ends.all.isEmpty)
        store.endExpired(now: 1300)
        #expect(ends.all == ["user-2 idle"])
        #expect(store.session(id(1), now: 1499) != nil)
        store.endExpired(now: 1499)
        #expect(ends.all.count == 1)
        #expect(store.session(id(1), now: 1500) == nil, "seen, but not in time")
        #expect(ends.all.last == "user-1 idle")
    }

    @Test func activityDoesNotPutTheAbsoluteEndOff() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1, timeout: 600, idleTimeout: 60))
        for now in stride(from: 1030, to: 1600, by: 30) {
            let live = try #require(store.session(id(1), now: now))
            _ = live.touch(now: now)
            store.endExpired(now: now)
        }
        store.endExpired(now: 1600)
        #expect(ends.all == ["user-1 expired"])
    }

    @Test func touchingIsReportedOncePerInterval() throws {
        let idle = try record(1, timeout: 5000, idleTimeout: 80)
        #expect(idle.seenInterval == 10)
        #expect((1001...1040).filter { idle.touch(now: $0) } == [1010, 1020, 1030, 1040])
        let lasting = try record(2)
        #expect(!lasting.touch(now: 1100) && lasting.seenAt == 1000)
    }

    @Test func aUsersSessionsAreListedAndEndedTogether() throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        for number in 1...6 { store.insert(try record(number, user: number % 2 == 0 ? "even" : "odd")) }
        #expect(store.sessions(of: "even", issuer: "https://i.example").count == 3)
        #expect(store.sessions(of: "even", issuer: "https://other.example").isEmpty)
        #expect(store.sessions(of: "eve", issuer: "https://i.example").isEmpty)
        store.end(id(2))
        let ended = store.end(user: "even", issuer: "https://i.example")
        #expect(Set(ended.map(\.digest)) == [SessionDigest(of: id(4)), SessionDigest(of: id(6))])
        #expect(ends.all.sorted() == ["even revoked", "even revoked", "even signed-out"])
        #expect(store.count == 3 && store.sessions(of: "odd", issuer: "https://i.example").count == 3)
        #expect(store.end(SessionDigest(of: id(3)))?.subject == "odd")
        #expect(store.end(where: { $0.subject == "odd" }).count == 2)
        #expect(store.count == 0)
    }

    @Test func aListReadInPiecesHoldsWhatStandsOnce() throws {
        let store = SessionStore()
        for number in 0..<100 { store.insert(try record(number)) }
        for number in stride(from: 0, to: 100, by: 3) { store.end(id(number)) }
        var listed: [SessionDigest] = []
        var position: Int? = 0
        while let from = position {
            let (records, next) = store.sessions(from: from, limit: 7)
            listed += records.map(\.digest)
            position = next
        }
        #expect(listed.count == store.count && Set(listed).count == listed.count)
        #expect(store.sessions(from: 1000).records.isEmpty)
    }

    @Test func theOldestGoesWhenTheBytesAreUsedUp() throws {
        let one = try record(1).footprint
        let store = SessionStore(limits: .init(bytes: 3 * one + one / 2))
        let ends = Ends(of: store)
        for number in 1...4 { store.insert(try record(number)) }
        #expect(ends.all == ["user-1 evicted"] && store.count == 3)
        store.update(SessionDigest(of: id(4)), try makeTokens("user-4", access: String(repeating: "x", count: one)))
        #expect(store.bytes > 3 * one)
        store.insert(try record(5))
        #expect(ends.all == ["user-1 evicted", "user-2 evicted", "user-3 evicted"])
        store.end(id(4))
        store.end(id(5))
        #expect(store.bytes == 0)
    }

    @Test func newTokensReachWhoeverHoldsTheRecord() throws {
        let store = SessionStore()
        store.insert(try record(1))
        let held = try #require(store.session(id(1), now: 1000))
        let version = held.version
        #expect(store.update(SessionDigest(of: id(1)), try makeTokens("user-1", at: 1100, access: "b")))
        #expect(held.version != version && held.tokens.accessToken == "b")
        #expect(!store.update(SessionDigest(of: id(1)), try makeTokens("user-2", at: 1100, access: "c")))
        #expect(held.tokens.accessToken == "b", "another user's tokens are no tokens of this session")
        store.end(id(1))
        #expect(!store.update(SessionDigest(of: id(1)), try makeTokens("user-1", access: "d")))
    }

    @Test func aRefreshIsClaimedByOne() throws {
        let tokens = try makeTokens("u", at: 1000, expiry: 1400, refresh: "r")
        let session = try record(1, tokens: tokens)
        #expect(!session.isRefreshDue(at: 1339) && !session.claimRefresh(now: 1339, interval: 30))
        #expect(session.isRefreshDue(at: 1340))
        #expect((0..<100).filter { _ in session.claimRefresh(now: 1340, interval: 30) }.count == 1)
        #expect(!session.isRefreshDue(at: 1369) && session.isRefreshDue(at: 1370))
        let short = try record(2, tokens: makeTokens("u", at: 1000, expiry: 1008, refresh: "r"))
        #expect(!short.isRefreshDue(at: 1005) && short.isRefreshDue(at: 1006), "a quarter of a short life")
        let none = try record(3, tokens: makeTokens("u", at: 1000, expiry: 1400))
        #expect(!none.isRefreshDue(at: 1_000_000), "nothing to refresh with")
    }

    @Test("clocks past 2038 and in 2100 (77)", arguments: [2_147_483_647, 2_147_483_648, 4_102_444_800])
    func farClocks(_ now: Int) throws {
        let store = SessionStore()
        let ends = Ends(of: store)
        store.insert(try record(1, at: now, timeout: 604_800, idleTimeout: 3600))
        let live = try #require(store.session(id(1), now: now + 3599))
        _ = live.touch(now: now + 3599)
        store.endExpired(now: now + 3600)
        #expect(ends.all.isEmpty)
        store.endExpired(now: now + 604_800)
        #expect(ends.all == ["user-1 expired"])
    }
}
