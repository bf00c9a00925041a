import Testing

@testable import Sessions

@Suite("Sealed sessions that were ended without having been seen")
struct SealedScopeTests {
    private static let provider = SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie")

    private static func sealed(
        _ number: Int, user: String = "u", session: String? = "s", createdAt: Int = 1000,
        provider: SessionProvider = provider
    ) throws -> SessionRecord {
        var tokens = try makeTokens(user)
        tokens.providerSession = session
        return SessionRecord(
            digest: SessionDigest(of: id(number)), provider: provider, packed: .init(tokens), createdAt: createdAt,
            expiresAt: createdAt + 604_800, idleTimeout: 0, seenAt: createdAt, isSealed: true)
    }

    private static func scope(
        client: String = "c", subject: String? = nil, session: String? = nil, issuer: String = "https://i.example"
    ) -> SealedScope? {
        SealedScope(issuer: issuer, client: client, subject: subject, providerSession: session)
    }

    @Test("what began by then is not taken, what began later is; other users', sessions', clients' and issuers' are")
    func scopes() throws {
        let whole = SealedScope(user: "u", issuer: "https://i.example")
        for scope in [
            whole, try #require(Self.scope(subject: "u")), try #require(Self.scope(session: "s")),
            try #require(Self.scope(subject: "u", session: "s")),
        ] {
            let store = SessionStore(endsUnseen: true)
            store.endUnseen(scope, now: 1005)
            #expect(store.adopt(try Self.sealed(1, createdAt: 1000), now: 1010) == nil)
            #expect(store.adopt(try Self.sealed(2, createdAt: 1005), now: 1010) == nil)
            #expect(store.adopt(try Self.sealed(3, createdAt: 1006), now: 1010) != nil)
        }
        for other in [
            SealedScope(user: "v", issuer: "https://i.example"), SealedScope(user: "u", issuer: "https://j.example"),
            try #require(Self.scope(subject: "s")), try #require(Self.scope(session: "u")),
            try #require(Self.scope(client: "d", subject: "u")), try #require(Self.scope(client: "d", session: "s")),
            try #require(Self.scope(subject: "v", session: "s")), try #require(Self.scope(subject: "u", session: "t")),
            // No byte slides from one part into the next.
            try #require(Self.scope(client: "cu", subject: "")), SealedScope(user: "", issuer: "https://i.exampleu"),
        ] {
            let store = SessionStore(endsUnseen: true)
            store.endUnseen(other, now: 1005)
            #expect(store.adopt(try Self.sealed(1), now: 1010) != nil)
        }
        #expect(Self.scope() == nil)
    }

    @Test("a session without a name at the provider is ended by its user only")
    func unnamed() throws {
        let store = SessionStore(endsUnseen: true)
        store.endUnseen(try #require(Self.scope(session: "s")), now: 1005)
        #expect(store.adopt(try Self.sealed(1, session: nil), now: 1010) != nil)
        store.endUnseen(SealedScope(user: "u", issuer: "https://i.example"), now: 1005)
        #expect(store.adopt(try Self.sealed(2, session: nil), now: 1010) == nil)
    }

    @Test("whoever signs in again in the same second begins after the end; nobody else is concerned")
    func beginning() throws {
        let store = SessionStore(endsUnseen: true)
        func beginning(_ user: String) -> Int {
            store.beginning(of: Self.provider, subject: user, providerSession: nil, now: 1005)
        }
        #expect(beginning("u") == 1005)
        store.endUnseen(SealedScope(user: "u", issuer: "https://i.example"), now: 1005)
        #expect(beginning("u") == 1006 && beginning("v") == 1005)
        #expect(store.adopt(try Self.sealed(1, createdAt: beginning("u")), now: 1010) != nil)
    }

    @Test(
        "it is forgotten once no session can be that old, and not before; where the host has all sessions, nothing is kept"
    )
    func forgotten() throws {
        let store = SessionStore(endsUnseen: true)
        let scope = SealedScope(user: "u", issuer: "https://i.example")
        store.endUnseen(scope, now: 1005)
        store.endExpired(now: 1005 + 604_799)
        #expect(store.closed == [scope: 1005])
        store.endExpired(now: 1005 + 604_900)
        #expect(store.closed.isEmpty)
        let plain = SessionStore()
        plain.endUnseen(scope, now: 1005)
        #expect(plain.closed.isEmpty)
    }

    @Test("the journal brings it back after a restart, the latest of several")
    func journaled() throws {
        let key = [UInt8](repeating: 7, count: 32)
        let scope = SealedScope(user: "u", issuer: "https://i.example")
        var bytes: [UInt8] = []
        var writer = SessionJournalWriter(
            keyMaterial: key, fileID: [UInt8](repeating: 1, count: 16), random: [UInt8](repeating: 0, count: 12),
            beginning: &bytes)
        var changes: ArraySlice<SessionChange> = [.closed(scope, at: 1005), .closed(scope, at: 1000)]
        bytes += writer.frame(of: &changes, random: [UInt8](repeating: 1, count: 12))
        var reader = SessionJournalReader(keyMaterial: key)
        reader.read(bytes, isAtEnd: true)
        #expect(reader.closed(now: 1005 + 604_799) == [scope: 1005])
        #expect(reader.closed(now: 1005 + 604_800).isEmpty)
        let restarted = SessionStore(endsUnseen: true)
        restarted.restore([], closed: reader.closed(now: 1010))
        #expect(restarted.adopt(try Self.sealed(1), now: 1010) == nil)
    }
}
