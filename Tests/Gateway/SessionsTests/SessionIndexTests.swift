import Identity
import TestSupport
import Testing

@testable import Sessions

@Suite("The index of sessions says what a dictionary would")
struct SessionIndexTests {
    @Test("slots are found by hash through any order of insertions and removals, hashes shared or not")
    func table() {
        var random = SplitMix64(seed: 4)
        var table = SlotTable()
        var held: [Int: UInt32] = [:]
        for step in 0..<20_000 {
            let slot = Int(random.next() % 500)
            if let hash = held[slot] {
                table.remove(slot, hash: hash)
                held[slot] = nil
            } else {
                // Few different hashes, so that runs grow long and wrap around.
                let hash = UInt32(truncatingIfNeeded: random.next()) & 0x8000_000F
                table.insert(slot, hash: hash)
                held[slot] = hash
            }
            #expect(table.count == held.count)
            guard step % 500 == 0 else { continue }
            for slot in 0..<500 {
                let hash = held[slot] ?? 3
                #expect((table.first(hash: hash) { $0 == slot } != nil) == (held[slot] != nil))
            }
        }
    }

    @Test("users, ages, ends and bytes stay right through any order of changes")
    func index() throws {
        var random = SplitMix64(seed: 5)
        var index = SessionIndex()
        var order: [Int] = []
        for step in 0..<5000 {
            let number = Int(random.next() % 200)
            if let place = order.firstIndex(of: number) {
                #expect(index.remove(SessionDigest(of: id(number)))?.subject == "user-\(number % 7)")
                order.remove(at: place)
            } else {
                var tokens = try makeTokens("user-\(number % 7)")
                tokens.providerSession = number % 5 == 0 ? nil : "s-\(number % 11)"
                let inserted = index.insert(
                    try record(number, timeout: 60 + Int(random.next() % 1000), tokens: tokens))
                #expect(inserted)
                order.append(number)
            }
            #expect(index.count == order.count)
            #expect(index.oldestRecord?.digest == order.first.map { SessionDigest(of: id($0)) })
            guard step % 100 == 0 else { continue }
            for user in 0..<7 {
                let records = index.records(of: "user-\(user)", issuer: "https://i.example")
                #expect(
                    Set(records.map(\.digest)) == Set(order.filter { $0 % 7 == user }.map { SessionDigest(of: id($0)) })
                )
            }
            for session in 0..<11 {
                let records = index.records(ofProviderSession: "s-\(session)", issuer: "https://i.example")
                let named = order.filter { $0 % 5 != 0 && $0 % 11 == session }
                #expect(records.count == named.count)
                #expect(Set(records.map(\.digest)) == Set(named.map { SessionDigest(of: id($0)) }))
            }
            #expect(index.records(ofProviderSession: "s-1", issuer: "https://j.example").isEmpty)
            #expect(index.bytes == index.records(inSlots: 0..<index.slotCount).map(\.footprint).reduce(0, +))
        }
        let taken = try #require(order.first)
        let again = index.insert(try record(taken))
        #expect(!again, "a digest is taken once")
        var ended = 0
        for minute in index.minutes(through: .max).sorted() {
            ended += index.removeEnded(inMinute: minute, now: 1_000_000).count
        }
        #expect(ended == order.count && index.count == 0 && index.bytes == 0 && index.oldestRecord == nil)
        #expect(index.minutes(through: .max).isEmpty)
    }
}

@Suite struct SessionDigestTests {
    @Test("digests that differ in any one byte are two sessions (60)")
    func collisions() throws {
        let packed = SessionTokens.Packed(try makeTokens("user"))
        let provider = SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie")
        let digests = try [nil, 0, 1, 3, 4, 7, 8, 15, 16, 30, 31].map { place -> SessionDigest in
            var bytes = [UInt8](repeating: 9, count: 32)
            if let place { bytes[place] ^= 0x80 }
            return try #require(SessionDigest(bytes))
        }
        #expect(Set(digests).count == digests.count)
        let store = SessionStore()
        for digest in digests {
            store.insert(
                SessionRecord(
                    digest: digest, provider: provider, packed: packed, createdAt: 1000, expiresAt: 2000,
                    idleTimeout: 0, seenAt: 1000))
        }
        #expect(store.update(digests[5], try makeTokens("user", access: "other")))
        for (place, digest) in digests.enumerated() {
            let found = try #require(store.session(digest, now: 1000))
            #expect(found.digest == digest && found.tokens.accessToken == (place == 5 ? "other" : "a"))
        }
    }

    @Test func itIsNamedByItsHexadecimalDigits() throws {
        let digest = SessionDigest(of: id(7))
        #expect(digest.text.count == 64 && SessionDigest(text: digest.text) == digest)
        #expect(SessionDigest(digest.bytes) == digest)
        #expect("\(digest)" == "\(id(7))", "a log names a session the same way wherever it is seen from")
        #expect(!digest.text.contains(id(7).cookieValue))
        for text in ["", String(digest.text.dropLast()), digest.text + "0", digest.text.uppercased(), "zz"] {
            #expect(text == digest.text || SessionDigest(text: text) == nil, "\(text)")
        }
        #expect(SessionDigest([UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func tokensComeBackAsTheyWerePacked() throws {
        for refresh in [nil, "", "r"] as [String?] {
            for expiry in [nil, 0, 1400] as [Int?] {
                var tokens = try makeTokens("user", expiry: expiry, refresh: refresh)
                tokens.providerSession = expiry == 0 ? "s" : nil
                let packed = SessionTokens.Packed(tokens)
                #expect(packed.tokens == tokens && packed.subject == "user")
                #expect(packed.providerSession == tokens.providerSession)
                #expect(packed.hasSubject("user") && !packed.hasSubject("use") && !packed.hasSubject(""))
                #expect(SessionTokens.Packed(packed.bytes) == packed)
                for cut in 0..<packed.bytes.count {
                    #expect(SessionTokens.Packed(Array(packed.bytes[..<cut])) == nil)
                }
            }
        }
    }
}
