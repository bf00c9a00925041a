import Identity
import Synchronization
import Testing
import Wire

@testable import Sessions

@Suite("A sealed session opens where it belongs, whole, or not at all")
struct SessionSealTests {
    private static let host = Array("app.example".utf8)
    private static let provider = SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie")
    private static let keys = (1...3).map { [UInt8](repeating: $0, count: 32) }

    private static func record(_ number: Int, tokens: SessionTokens? = nil) throws -> SessionRecord {
        SessionRecord(
            id: id(number), provider: provider, tokens: try tokens ?? makeTokens("user-\(number)", refresh: "r"),
            createdAt: 1000, timeout: 600, idleTimeout: 80, isSealed: true)
    }

    private static func seal(_ number: Int, keys: [[UInt8]] = [keys[0]], limit: Int = 15_000) throws -> [UInt8] {
        try #require(
            SessionSeal(keyMaterial: keys).seal(
                record(number), id: id(number), host: host, now: 1100, limit: limit,
                random: [UInt8](repeating: UInt8(number), count: 12)))
    }

    private static func open(
        _ text: [UInt8], keys: [[UInt8]] = [keys[0]], provider: SessionProvider = provider, host: [UInt8] = host
    ) -> SealedSession? {
        SessionSeal(keyMaterial: keys).open(text, provider: provider, host: host)
    }

    @Test("it comes back as it was, and the text shows nothing of it but the id")
    func roundTrip() throws {
        let text = try Self.seal(1)
        let session = try #require(Self.open(text))
        #expect(session.id == id(1) && session.sealedAt == 1100)
        #expect(session.record.tokens == (try makeTokens("user-1", refresh: "r")))
        #expect(session.record.provider === Self.provider && session.record.isSealed)
        #expect(session.record.createdAt == 1000 && session.record.expiresAt == 1600)
        #expect(session.record.idleTimeout == 80 && session.record.seenAt == 1100)
        #expect(String(decoding: text, as: UTF8.self).hasPrefix(id(1).cookieValue + "."))
        #expect(text.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\"") })
    }

    @Test("any character changed, left out, added or moved, or another session's id before it, and it is none (47, 48)")
    func tampered() throws {
        let text = try Self.seal(1)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(Self.open(changed) == nil, "\(index)")
            #expect(Self.open(Array(text[..<index])) == nil, "\(index)")
            var shorter = text
            shorter.remove(at: index)
            #expect(Self.open(shorter) == nil, "\(index)")
        }
        #expect(Self.open(text + [UInt8(ascii: "A")]) == nil)
        let other = try Self.seal(2)
        #expect(Self.open(Array(other[..<44]) + text[44...]) == nil)
        #expect(Self.open(Array(text[..<100]) + other[100...]) == nil)
        #expect(Self.open([]) == nil && Self.open(Array(id(1).cookieValue.utf8)) == nil)
    }

    @Test("it is none on another host, under another cookie's name, or for another provider")
    func elsewhere() throws {
        let text = try Self.seal(1)
        for host in ["", "app.example.", "APP.example", "app.exampl", "evil.example"] {
            #expect(Self.open(text, host: Array(host.utf8)) == nil, "\(host)")
        }
        for (issuer, client, name) in [
            ("https://i.example", "c", "cooki"), ("https://i.example", "c", "cookie2"),
            ("https://i.example/", "c", "cookie"), ("https://i.example", "d", "cookie"),
        ] {
            let provider = SessionProvider(issuer: issuer, client: client, cookieName: name)
            #expect(Self.open(text, provider: provider) == nil)
        }
    }

    @Test("the newest key seals, older ones open, a key that is gone opens nothing")
    func ring() throws {
        let old = try Self.seal(1, keys: [Self.keys[0]])
        let new = try Self.seal(1, keys: [Self.keys[0], Self.keys[1]])
        #expect(Self.open(old, keys: [Self.keys[0], Self.keys[1]]) != nil)
        #expect(Self.open(new, keys: [Self.keys[1]]) != nil)
        #expect(Self.open(old, keys: [Self.keys[1]]) == nil && Self.open(new, keys: [Self.keys[0]]) == nil)
        #expect(Self.open(new, keys: [Self.keys[2]]) == nil)
    }

    @Test("what does not fit loses its ID token, then is refused; the stated limit is kept")
    func sizes() throws {
        let seal = SessionSeal(keyMaterial: [Self.keys[0]])
        let cookie = SessionCookie(baseName: "cookie")
        for length in stride(from: 0, through: 16_000, by: 97) {
            var tokens = try makeTokens("user", access: String(repeating: "a", count: length))
            tokens.idToken = String(repeating: "i", count: 1000)
            let record = try Self.record(1, tokens: tokens)
            let sealed = seal.seal(
                record, id: id(1), host: Self.host, now: 1100, limit: cookie.sealedLimit,
                random: [UInt8](repeating: 1, count: 12))
            guard let sealed else {
                #expect(length > 11_000, "the 11 KB that the load balancer takes fit")
                continue
            }
            #expect(sealed.count <= cookie.sealedLimit)
            let opened = try #require(Self.open(sealed))
            #expect(opened.record.tokens.accessToken == tokens.accessToken)
            #expect(opened.record.tokens.idToken.isEmpty || opened.record.tokens == tokens)
        }
    }

    @Test("cookies: up to four of at most 4,096 bytes and 16 KB together, those not needed are taken away")
    func cookies() throws {
        let cookie = SessionCookie()
        for length in [1, 3000, 4000, 8000, 12_000, cookie.sealedLimit] {
            let sealed = [UInt8](repeating: UInt8(ascii: "x"), count: length)
            let values = cookie.issue(sealed: sealed, now: 0)
            #expect(values.count == 4)
            let pairs = values.map { String($0.prefix { $0 != ";" }) }
            #expect(pairs.allSatisfy { $0.utf8.count <= 4096 } && pairs.joined(separator: "; ").utf8.count <= 16_384)
            #expect(pairs.enumerated().allSatisfy { $1.hasPrefix("AWSELBAuthSessionCookie-\($0)=") })
            let value = pairs.map { $0.drop { $0 != "=" }.dropFirst() }.joined()
            #expect(value.utf8.count == length)
            for (pair, whole) in zip(pairs, values) {
                #expect(whole.hasSuffix("; Secure; HttpOnly; SameSite=Lax") && whole.contains("; Path=/; "))
                #expect(whole.contains("Max-Age=0") == pair.hasSuffix("="))
            }
        }
    }
}

@Suite("Shards count only from 0 on, without a gap, and each once")
struct SessionShardsTests {
    private static let cookie = SessionCookie(baseName: "S")

    private static func shards(_ headers: [String]) -> (SessionShards, [UInt8]) {
        var shards = SessionShards()
        let bytes = Array(headers.joined().utf8)
        var start = 0
        for header in headers {
            shards.read(bytes.span, field: ByteRange(start, start + header.utf8.count), of: cookie)
            start += header.utf8.count
        }
        return (shards, bytes)
    }

    private static func text(_ headers: String...) -> String? {
        let (shards, bytes) = shards(headers)
        guard shards.count != nil else { return nil }
        let text = shards.text(in: bytes.span)
        let equal = [text, text + [0], Array(text.dropLast())].map { shards.equal($0, in: bytes.span) }
        #expect(equal == [true, false, false])
        return String(decoding: text, as: UTF8.self)
    }

    @Test("in any order, in one header or several, among others")
    func joined() {
        #expect(Self.text("S-0=a") == "a")
        #expect(Self.text("S-1=b; x=y; S-0=a") == "ab")
        #expect(Self.text("S-3=d", "S-0=a; S-2=c", "S-1=b") == "abcd")
        #expect(Self.text("S-0=a; S-0=a; S-1=") == "a", "the same twice is one; an empty one is none")
        #expect(Self.text("S-0=a; S-4=e; S-00=x; S=y; s-1=z") == "a", "there are four, by their exact names")
    }

    @Test("gaps, two of one, or none, are no session; no count that a client states matters (47, 66)")
    func refused() {
        for headers in ["", "S-1=b", "S-0=a; S-2=c", "S-0=a; S-1=b; S-3=d", "S-0=a; S-0=b", "S-0=; S-1=b"] {
            #expect(Self.text(headers) == nil, "\(headers)")
        }
        #expect(Self.text("S-0=a", "S-0=b") == nil)
        for count in ["999999999", "-1", "0", "x", "4"] {
            #expect(Self.text("S_chunks=\(count); S-chunks=\(count); S-0=a; S-1=b") == "ab")
        }
        let many = (0..<4000).map { "S-\($0)=v" }.joined(separator: "; ")
        #expect(Self.text(many) == "vvvv")
    }

    @Test("the id is read from the first shard alone")
    func ids() {
        let value = id(1).cookieValue
        for (header, expected) in [
            ("S-0=\(value).x", id(1)), ("S-0=\(value)", nil), ("S-0=\(value.dropLast()); S-1=.x", nil),
            ("S-1=\(value).x", nil),
        ] {
            let (shards, bytes) = Self.shards([header])
            let read = shards.id(in: bytes.span)
            #expect(read == expected, "\(header)")
        }
    }
}

@Suite("The host's copies of sealed sessions")
struct AdoptionTests {
    private static func sealed(_ number: Int, tokens: SessionTokens? = nil, seenAt: Int = 1000) throws -> SessionRecord
    {
        SessionRecord(
            digest: SessionDigest(of: id(number)),
            provider: SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie"),
            packed: .init(try tokens ?? makeTokens("user-\(number)")), createdAt: 1000, expiresAt: 1600,
            idleTimeout: 80,
            seenAt: seenAt, isSealed: true)
    }

    /// Remembers what is to be written down.
    private final class Recorder: SessionRecorder {
        private let log = Mutex<[String]>([])
        var all: [String] { log.withLock { $0 } }
        func record(_ change: SessionChange) {
            log.withLock {
                switch change {
                case .revoked(let digest, let until): $0.append("\(digest) revoked until \(until)")
                default: $0.append("\(change)")
                }
            }
        }
        func settled() async {}
    }

    @Test("the first one brought is held, later tokens count, and only revocations are written down")
    func adopted() throws {
        let recorder = Recorder()
        let store = SessionStore(recorder: recorder)
        let first = try #require(store.adopt(try Self.sealed(1), now: 1010))
        #expect(store.adopt(try Self.sealed(1), now: 1010) === first && store.count == 1)
        let renewed = try makeTokens("user-1", at: 1005, access: "later")
        #expect(store.adopt(try Self.sealed(1, tokens: renewed), now: 1010) === first)
        #expect(first.tokens.accessToken == "later")
        #expect(store.adopt(try Self.sealed(1), now: 1010)?.tokens.accessToken == "later", "older ones do not")
        _ = first.touch(now: 1020)
        store.recordSeen(first)
        #expect(recorder.all.isEmpty)
        store.end(id(1))
        #expect(recorder.all == ["\(SessionDigest(of: id(1))) revoked until 1600"])
    }

    @Test("what was ended is not taken back until it has expired; what was evicted is (52, 53)")
    func ended() throws {
        let store = SessionStore(limits: .init(count: 1))
        #expect(store.adopt(try Self.sealed(1), now: 1010) != nil)
        #expect(store.adopt(try Self.sealed(2), now: 1010) != nil)
        #expect(store.revoked.isEmpty)
        #expect(store.adopt(try Self.sealed(1), now: 1010) != nil, "it was evicted, not ended")
        store.end(id(1))
        #expect(store.adopt(try Self.sealed(1), now: 1010) == nil)
        #expect(store.revoked == [SessionDigest(of: id(1)): 1600])
        let restarted = SessionStore()
        restarted.restore([], revoked: store.revoked)
        #expect(restarted.adopt(try Self.sealed(1), now: 1010) == nil)
        restarted.endExpired(now: 1700)
        #expect(restarted.revoked.isEmpty)
    }

    @Test("expired and idle ones are not taken")
    func over() throws {
        let store = SessionStore()
        #expect(store.adopt(try Self.sealed(1, seenAt: 1590), now: 1600) == nil)
        #expect(store.adopt(try Self.sealed(2, seenAt: 1000), now: 1080) == nil)
        #expect(store.adopt(try Self.sealed(3, seenAt: 1500), now: 1579) != nil)
        store.endExpired(now: 1580)
        #expect(store.count == 0 && store.revoked.isEmpty, "another gateway may have seen it in use")
        #expect(store.adopt(try Self.sealed(3, seenAt: 1570), now: 1590) != nil)
    }

    @Test("revocations outlive a restart by the journal, until they are of no more use")
    func journaled() throws {
        let key = [UInt8](repeating: 7, count: 32)
        var bytes: [UInt8] = []
        var writer = SessionJournalWriter(
            keyMaterial: key, fileID: [UInt8](repeating: 1, count: 16), random: [UInt8](repeating: 0, count: 12),
            beginning: &bytes)
        var changes: ArraySlice<SessionChange> = [.revoked(SessionDigest(of: id(1)), until: 1600)]
        bytes += writer.frame(of: &changes, random: [UInt8](repeating: 1, count: 12))
        var reader = SessionJournalReader(keyMaterial: key)
        reader.read(bytes, isAtEnd: true)
        #expect(reader.revoked(now: 1599) == [SessionDigest(of: id(1)): 1600])
        #expect(reader.revoked(now: 1600).isEmpty && reader.records(now: 1000).isEmpty)
    }
}
