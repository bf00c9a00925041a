import Identity
import Sessions
import Synchronization
import Testing

func record(_ number: Int, at createdAt: Int = 1000, timeout: Int = 600) throws -> SessionRecord {
    SessionRecord(
        id: id(number), claims: try IdentityClaims(json: Array(#"{"sub":"user-\#(number)"}"#.utf8)),
        issuer: "https://i.example",
        client: "c", cookieName: "AWSELBAuthSessionCookie", accessToken: "a", accessTokenExpiry: nil, idToken: "i",
        refreshToken: nil, createdAt: createdAt,
        timeout: timeout)
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
        store.insert(try record(2), replacing: id(1))
        #expect(store.session(id(1), now: 1000) == nil)
        #expect(store.session(id(2), now: 1000) != nil)
        store.insert(try record(3), replacing: id(77))
        #expect(ends.all == ["user-1 replaced"])
    }

    @Test func theOldestGoesWhenFull() throws {
        let store = SessionStore(limit: 3)
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
        let store = SessionStore(limit: 2)
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
        let store = SessionStore(limit: 10)
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
        let store = SessionStore(limit: 100_000)
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
}
