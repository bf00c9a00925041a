import Testing

@testable import Sessions

@Suite("A provider ends the sessions it names, and no others")
struct ProviderSignOutTests {
    private static let issuer = "https://i.example"

    private func store() throws -> SessionStore {
        let store = SessionStore()
        for (number, user, session) in [(1, "a", "s1"), (2, "a", "s2"), (3, "a", nil), (4, "b", "s4"), (5, "a", "s1")]
            as [(Int, String, String?)]
        {
            var tokens = try makeTokens(user)
            tokens.providerSession = session
            store.insert(try record(number, tokens: tokens))
        }
        return store
    }

    private func left(_ store: SessionStore) -> [Int] { (1...5).filter { store.session(id($0), now: 1000) != nil } }

    @Test(
        "by sid, by sub, by both: both have to fit, and so have issuer and client",
        arguments: [
            (nil, "s1", [2, 3, 4]), ("a", "s1", [2, 3, 4]), ("a", nil, [4]), ("b", nil, [1, 2, 3, 5]),
            ("b", "s1", [1, 2, 3, 4, 5]), ("a", "s4", [1, 2, 3, 4, 5]), (nil, "s", [1, 2, 3, 4, 5]),
            ("c", nil, [1, 2, 3, 4, 5]), (nil, nil, [1, 2, 3, 4, 5]),
        ] as [(String?, String?, [Int])])
    func named(subject: String?, session: String?, remaining: [Int]) throws {
        let store = try store()
        let ends = Ends(of: store)
        func end(issuer: String, client: String) -> Int {
            store.endByProvider(issuer: issuer, client: client, subject: subject, providerSession: session).count
        }
        #expect(end(issuer: "https://j.example", client: "c") == 0 && end(issuer: Self.issuer, client: "d") == 0)
        #expect(left(store) == [1, 2, 3, 4, 5])
        #expect(end(issuer: Self.issuer, client: "c") == 5 - remaining.count)
        #expect(left(store) == remaining)
        #expect(ends.all.count == 5 - remaining.count && ends.all.allSatisfy { $0.hasSuffix(" ended-by-provider") })
    }

    @Test("a refresh keeps the name of the sign-in, so that the session is still found by it")
    func refreshed() throws {
        let store = try store()
        for renamed in [nil, "other"] as [String?] {
            var tokens = try makeTokens("b", at: 2000)
            tokens.providerSession = renamed
            #expect(store.update(SessionDigest(of: id(4)), tokens))
        }
        #expect(store.session(id(4), now: 1000)?.providerSession == "s4")
        #expect(
            store.endByProvider(issuer: Self.issuer, client: "c", subject: nil, providerSession: "s4").count == 1)
    }
}
