import Accounts
import GRDB
import Testing

@testable import UserPoolStore

@Suite("Who is told when a session at the pool is over, and how long it is tried")
struct LogoutNoticeTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    /// Signs the user in to the application from the browser session that `token` stands for, which is begun if need be; the refresh
    /// token.
    @discardableResult
    private func signIn(_ user: User, from token: String) async throws -> String {
        try await store.database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO browserSession (digest, subject, authenticatedAt, expiresAt, usedMFA)
                    VALUES (?, ?, 900, 9000, FALSE) ON CONFLICT DO NOTHING
                    """, arguments: [OpaqueToken.digest(of: token), user.subject])
        }
        let session = try #require(try await store.browserSession(token, now: 1000))
        let code = try #require(try await store.makeCode(for: try fixture.request(), in: session, now: 1000))
        let redemption = try await store.redeem(
            code: code.text, clientID: "app", redirectURI: StoreFixture.callback, verifier: StoreFixture.verifier,
            refreshLifetime: 5000, now: 1001)
        guard case .granted(let signIn, _, let refresh) = redemption else { return "" }
        #expect(signIn.session == UserPoolStore.sessionID(ofToken: token))
        return refresh.text
    }

    private func due(_ now: Int) async throws -> [LogoutNotice] {
        try await store.dueLogoutNotices(now: now, limit: 10)
    }

    @Test(
        "a sign-out is told once for each session and client, whatever the number of sign-ins; other sessions are not")
    func signOut() async throws {
        let ada = try await fixture.makeAda()
        for token in ["one", "one", "two"] { try await signIn(ada, from: token) }
        try await store.endBrowserSession("two")
        #expect(try await due(2000).isEmpty, "a session that another replaces is no sign-out")
        try await store.signOut(browserSession: "one", now: 1100)
        try await store.signOut(browserSession: "nobody's", now: 1100)
        let notices = try await due(1100)
        #expect(notices.map(\.session) == [UserPoolStore.sessionID(ofToken: "one")], "\(notices)")
        let notice = try #require(notices.first)
        #expect(notice.subject == ada.subject && notice.clientID == "app" && notice.attempts == 0)
        #expect(!notice.session.contains("one") && notice.session.count == 32)
        try await store.signOut(browserSession: "one", now: 1101)
        #expect(try await due(1101).count == 1, "whoever repeats it makes no new notices")
        try await store.delivered(notice)
        #expect(try await due(2000).isEmpty)
    }

    @Test("disabling a user, and a password chosen anew, are told for each of his sessions; what was given back is not")
    func endOfEverything() async throws {
        let ada = try await fixture.makeAda()
        let bob = try await store.createUser(
            try Username("bob"), password: .temporary("temp", expiresAt: 9000), attributes: [:], groups: [], now: 1)
        try await signIn(ada, from: "one")
        let refresh = try await signIn(ada, from: "two")
        try await signIn(bob, from: "three")
        try await store.revoke(refreshToken: refresh, clientID: "app", now: 1050)
        _ = try await store.setEnabled(false, username: ada.username, now: 1100)
        #expect(try await due(1100).map(\.session) == [UserPoolStore.sessionID(ofToken: "one")])
        let outcome = try await store.signIn(
            username: "bob", password: "temp", from: .address("a"), nowMilliseconds: 1_200_000)
        let challenge = try #require(outcome.challenge(.newPassword))
        _ = try await store.completeChallenge(challenge, newPassword: "own", from: .address("a"), now: 1201)
        let sessions = try await due(1201).map(\.session)
        #expect(sessions == ["one", "three"].map { UserPoolStore.sessionID(ofToken: $0) })
    }

    @Test("a notice that is not taken is tried again later and later, and given up after an hour")
    func retries() async throws {
        try await signIn(try await fixture.makeAda(), from: "one")
        try await store.signOut(browserSession: "one", now: 0)
        var (now, pauses) = (0, [Int]())
        while let notice = try await due(now).first {
            guard try await store.failed(notice, now: now) else { break }
            let before = now
            while try await due(now).isEmpty { now += 1 }
            pauses.append(now - before)
        }
        #expect(pauses.prefix(10) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
        #expect(pauses.reduce(0, +) < UserPoolStore.logoutNoticeLifetime)
        #expect(try await due(1_000_000).isEmpty)
    }

    @Test("a notice that nobody sends is removed in the end")
    func removal() async throws {
        try await signIn(try await fixture.makeAda(), from: "one")
        try await store.signOut(browserSession: "one", now: 1100)
        try await store.removeExpired(now: 1100 + UserPoolStore.logoutNoticeLifetime - 1)
        #expect(try await due(9000).count == 1)
        try await store.removeExpired(now: 1100 + UserPoolStore.logoutNoticeLifetime)
        #expect(try await due(9000).isEmpty)
    }
}
