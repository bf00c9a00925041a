import Accounts
import GRDB
import Testing

@testable import UserPoolStore

@Suite("Codes work once, refresh tokens until they are revoked")
struct CodeTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    private func code(challenge: String? = StoreFixture.challenge) async throws -> String {
        if try await store.user(named: try Username("ada")) == nil { try await fixture.makeAda() }
        let token = try await fixture.session(now: 900).text
        let session = try #require(try await store.browserSession(token, now: 1000))
        let request = try fixture.request(challenge: challenge)
        return try #require(try await store.makeCode(for: request, in: session, now: 1000)).text
    }

    private func redeem(
        _ code: String, clientID: String = "app", redirectURI: String = StoreFixture.callback,
        verifier: String? = StoreFixture.verifier, now: Int = 1010
    ) async throws -> CodeRedemption {
        try await store.redeem(
            code: code, clientID: clientID, redirectURI: redirectURI, verifier: verifier, refreshLifetime: 5000,
            now: now)
    }

    private func granted(_ redemption: CodeRedemption) throws -> (signIn: SignIn, refreshToken: String) {
        guard case .granted(let signIn, let nonce, let token) = redemption else {
            throw IssueError(description: "\(redemption)")
        }
        #expect(nonce == "n")
        return (signIn, token.text)
    }

    struct IssueError: Error, CustomStringConvertible { let description: String }

    @Test("A code with its verifier gives a sign-in and a refresh token")
    func redemption() async throws {
        let (signIn, token) = try granted(try await redeem(try await code()))
        #expect(signIn.scopes == [.openid, .email])
        #expect(signIn.authenticatedAt == 900)
        #expect(try await store.activeSignIn(signIn.id) == signIn)
        #expect(try await store.signIn(refreshToken: token, clientID: "app", now: 6009) == signIn)
        #expect(try await store.signIn(refreshToken: token, clientID: "app", now: 6010) == nil)
        #expect(try await store.signIn(refreshToken: token, clientID: "other", now: 1020) == nil)
    }

    @Test("Used again, a code revokes what it was redeemed for")
    func replay() async throws {
        let code = try await code()
        let (signIn, token) = try granted(try await redeem(code))
        #expect(try await redeem(code) == .refused)
        #expect(try await store.activeSignIn(signIn.id) == nil)
        #expect(try await store.signIn(refreshToken: token, clientID: "app", now: 1020) == nil)
    }

    @Test("Of many that redeem one code at once, one succeeds")
    func race() async throws {
        let code = try await code()
        let results = try await withThrowingTaskGroup(of: CodeRedemption.self) { group in
            for _ in 1...10 { group.addTask { try await redeem(code) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { $0 != .refused } == 1)
    }

    @Test("Expired after five minutes")
    func expired() async throws {
        let code = try await code()
        #expect(try await redeem(code, now: 1300) == .refused)
        #expect(try await redeem(code, now: 1010) == .refused, "it is used up")
    }

    @Test("Another client's attempt neither succeeds nor uses the code up")
    func otherClient() async throws {
        let code = try await code()
        #expect(try await redeem(code, clientID: "other") == .refused)
        _ = try granted(try await redeem(code))
    }

    @Test("A wrong redirect URI is told apart and uses the code up")
    func redirectMismatch() async throws {
        let code = try await code()
        #expect(try await redeem(code, redirectURI: StoreFixture.callback + "/") == .redirectMismatch)
        #expect(try await redeem(code) == .refused)
    }

    @Test(
        "The verifier must match the challenge; without a challenge there must be none",
        arguments: [
            (StoreFixture.challenge, nil), (StoreFixture.challenge, String(repeating: "a", count: 43)),
            (StoreFixture.challenge, StoreFixture.challenge), (nil, StoreFixture.verifier),
        ] as [(String?, String?)])
    func wrongVerifier(challenge: String?, verifier: String?) async throws {
        #expect(try await redeem(try await code(challenge: challenge), verifier: verifier) == .refused)
    }

    @Test("PKCE is the client's choice")
    func withoutProofKey() async throws {
        _ = try granted(try await redeem(try await code(challenge: nil), verifier: nil))
    }

    @Test("Unknown codes and tokens are refused", arguments: ["", "x", "a'; DROP TABLE user;--"])
    func unknown(text: String) async throws {
        try await fixture.makeAda()
        #expect(try await redeem(text) == .refused)
        #expect(try await store.signIn(refreshToken: text, clientID: "app", now: 1) == nil)
        try await store.revoke(refreshToken: text, clientID: "app", now: 1)
        #expect(try await store.user(named: try Username("ada")) != nil)
    }

    @Test("Revoking ends the sign-in, for its own client only")
    func revocation() async throws {
        let (signIn, token) = try granted(try await redeem(try await code()))
        try await store.revoke(refreshToken: token, clientID: "other", now: 1020)
        #expect(try await store.activeSignIn(signIn.id) != nil)
        try await store.revoke(refreshToken: token, clientID: "app", now: 1020)
        #expect(try await store.activeSignIn(signIn.id) == nil)
    }

    @Test("A disabled user's codes and tokens are dead, also after being enabled again")
    func disabledUser() async throws {
        let pending = try await code()
        let (signIn, token) = try granted(try await redeem(try await code()))
        let username = try Username("ada")
        _ = try await store.setEnabled(false, username: username, now: 1020)
        _ = try await store.setEnabled(true, username: username, now: 1030)
        #expect(try await redeem(pending) == .refused)
        #expect(try await store.activeSignIn(signIn.id) == nil)
        #expect(try await store.signIn(refreshToken: token, clientID: "app", now: 1040) == nil)
    }

    @Test("Housekeeping removes what has expired and nothing else")
    func housekeeping() async throws {
        let code = try await code()
        let (signIn, token) = try granted(try await redeem(code))
        try await store.removeExpired(now: 6009)
        #expect(try await store.signIn(refreshToken: token, clientID: "app", now: 6009) == signIn)
        #expect(try await redeem(code, now: 6009) == .refused)
        #expect(try await store.activeSignIn(signIn.id) == nil, "a late replay still revokes")
        try await store.removeExpired(now: 6010 + 86_400)
        let rows = try await store.database.read { database in
            try ["signIn", "refreshToken", "authorizationCode"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
        #expect(rows == [0, 0, 0])
    }
}
