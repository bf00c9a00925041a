import Accounts
import Foundation
import Testing

@testable import UserPoolStore

@Suite("Groups, clients, settings, codes, rotation")
struct GroupAndClientTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    @Test("Groups have members, and give them roles by their precedence")
    func groups() async throws {
        let ada = try await fixture.makeAda()
        try await store.createGroup(
            UserGroup(name: "zeta", description: "Z", roleARN: "arn:z", precedence: 0, createdAt: 5))
        try await store.createGroup(UserGroup(name: "beta", roleARN: "arn:b", precedence: 2, createdAt: 5))
        await #expect(throws: UserPoolStore.GroupExists(name: "zeta")) {
            try await store.createGroup(UserGroup(name: "zeta", createdAt: 6))
        }
        for group in ["beta", "zeta", "zeta"] { #expect(try await store.addMember(ada.subject, to: group)) }
        #expect(try await store.addMember(ada.subject, to: "none") == false)
        #expect(try await store.addMember("nobody", to: "zeta") == false)
        let user = try #require(try await store.user(matching: "ada"))
        #expect(user.groups == ["zeta", "beta", "admin", "staff"])
        #expect(user.roles == ["arn:z", "arn:b"])
        #expect(user.preferredRole == "arn:z")
        #expect(try await store.groups(limit: 60).map(\.name) == ["admin", "beta", "staff", "zeta"])
        #expect(try await store.groups(after: "beta", limit: 1).map(\.name) == ["staff"])
        #expect(try await store.members(of: "zeta", limit: 9) == [user])
        #expect(try await store.members(of: "zeta", after: user.username, limit: 9) == [])
        #expect(
            try await store.updateGroup(
                UserGroup(name: "zeta", roleARN: "arn:y", precedence: 2, createdAt: 0, modifiedAt: 9)))
        #expect(
            try await store.group(named: "zeta")
                == UserGroup(name: "zeta", roleARN: "arn:y", precedence: 2, createdAt: 5, modifiedAt: 9))
        #expect(try await store.user(matching: "ada")?.preferredRole == nil, "two count most and differ")
        #expect(try await store.removeMember(ada.subject, from: "beta"))
        #expect(try await store.removeMember(ada.subject, from: "beta") == false)
        #expect(try await store.deleteGroup(named: "zeta"))
        #expect(try await store.deleteGroup(named: "zeta") == false)
        #expect(try await store.user(matching: "ada")?.groups == ["admin", "staff"])
        #expect(try await store.updateGroup(UserGroup(name: "zeta", createdAt: 0)) == false)
    }

    @Test("Clients are kept whole, their secrets encrypted; deleting one ends its sign-ins")
    func clients() async throws {
        var application = AppClient(
            id: "b", name: "B", callbackURLs: ["https://b/"], logoutURLs: [], scopes: [.openid])
        application.grants = [.code, .implicit]
        application.flows = [.userPassword]
        application.rotation = .init(graceSeconds: 30)
        application.readableAttributes = ["email"]
        let client = StoredClient(
            application: application, secret: "the-secret-of-client-b", document: #"{"x":1}"#, createdAt: 1,
            modifiedAt: 2)
        try await store.save(client)
        #expect(try await store.client("b") == client)
        #expect(try await store.client("c") == nil)
        for id in ["a", "c"] {
            var other = client
            other.application.id = id
            other.secret = nil
            try await store.save(other)
        }
        #expect(try await store.clients(limit: 60).map(\.application.id) == ["a", "b", "c"])
        #expect(try await store.clients(after: "a", limit: 1).map(\.application.id) == ["b"])
        for name in ["userpool.sqlite", "userpool.sqlite-wal"] {
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/\(name)"))
            #expect(content.range(of: Data("the-secret-of-client-b".utf8)) == nil)
        }

        try await fixture.makeAda()
        let outcome = try await store.signIn(
            username: "ada", password: "right", kind: .api(application), from: .address("a"), nowMilliseconds: 1000)
        guard case .passed(.tokens(let signIn, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try await store.deleteClient("b", now: 2))
        #expect(try await store.deleteClient("b", now: 2) == false)
        #expect(try await store.activeSignIn(signIn.id) == nil)
    }

    @Test("Rules and documents are kept until they are changed")
    func settings() async throws {
        #expect(try await store.rules() == nil)
        var rules = PoolRules(mfa: .optional, aliases: [.email])
        rules.passwordPolicy.minimumLength = 20
        try await store.setRules(rules, now: 1)
        #expect(try await store.rules() == rules)
        try await store.setDocument("pool", "{}", now: 1)
        try await store.setDocument("pool", "{\"a\":1}", now: 2)
        #expect(try await store.document("pool") == "{\"a\":1}")
        try await store.setDocument("pool", nil, now: 3)
        #expect(try await store.document("pool") == nil)
    }

    @Test("A mailed code works once, for its purpose and user, within its time, and is not guessed")
    func codes() async throws {
        let ada = try await fixture.makeAda().subject
        func issue(at now: Int) async throws -> String {
            guard case .code(let code) = try await store.issueCode(.resetPassword, for: ada, now: now) else {
                return ""
            }
            return code
        }
        func take(_ code: String, at now: Int, _ purpose: CodePurpose = .resetPassword) async throws
            -> ConfirmationVerdict
        {
            try await store.takeCode(code, purpose, of: ada, now: now)
        }
        #expect(try await take("123456", at: 1) == .expired, "there is none")
        let code = try await issue(at: 10)
        #expect(code.wholeMatch(of: /[0-9]{6}/) != nil)
        #expect(try await take(code, at: 11, .confirmSignUp) == .expired)
        #expect(try await take(code == "000000" ? "000001" : "000000", at: 11) == .wrong)
        #expect(try await take(code, at: 3610) == .expired)
        #expect(try await take(code, at: 3609) == .right)
        #expect(try await take(code, at: 3609) == .expired)
        // Twelve more make fifteen within the hour.
        let second = try await issue(at: 3620)
        for _ in 1...12 { _ = try await take("x", at: 3620) }
        #expect(try await take(second, at: 3620) == .limited)
        for _ in 1...4 { _ = try await issue(at: 3630) }
        #expect(try await store.issueCode(.resetPassword, for: ada, now: 3630) == .limited)
        #expect(try await issue(at: 7300) != "")
    }

    @Test("A code and a new password end a reset; a wrong code costs no hash and changes nothing")
    func reset() async throws {
        let ada = try await fixture.makeAda()
        _ = try await store.apply(.passwordReset, to: ada.subject, now: 1)
        func reset(_ code: String, _ password: String = "own") async throws -> UserPoolStore.ResetOutcome {
            try await store.resetPassword(
                of: ada.subject, code: code, newPassword: password, historySize: 1, from: .address("a"), now: 2)
        }
        #expect(try await reset("123456") == .expiredCode)
        guard case .code(let code) = try await store.issueCode(.resetPassword, for: ada.subject, now: 1) else { return }
        #expect(try await reset("x") == .wrongCode)
        #expect(try await reset(code, "right") == .usedBefore)
        guard case .changed(let changed) = try await reset(code) else {
            Issue.record("not changed")
            return
        }
        #expect(changed.status == .confirmed)
        #expect(try await reset(code) == .expiredCode)
        #expect(
            try await store.signIn(username: "ada", password: "own", from: .address("a"), nowMilliseconds: 3000).user
                != nil)
        let bob = try await store.createUser(
            try Username("bob"), password: .temporary("t", expiresAt: 900), attributes: [:], groups: [], now: 1)
        guard case .code(let other) = try await store.issueCode(.resetPassword, for: bob.subject, now: 1) else {
            return
        }
        #expect(
            try await store.resetPassword(
                of: bob.subject, code: other, newPassword: "own", historySize: 0, from: .address("a"), now: 2)
                == .refused(current: .forceChangePassword))
    }

    @Test("With rotation a refresh token is replaced; used after its grace it ends the sign-in")
    func rotation() async throws {
        try await fixture.makeAda()
        let client = AppClient(id: "app", callbackURLs: [], logoutURLs: [], scopes: [])
        let outcome = try await store.signIn(
            username: "ada", password: "right", kind: .api(client), from: .address("a"), nowMilliseconds: 1_000_000)
        guard case .passed(.tokens(let signIn, let first)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        func refresh(_ token: OpaqueToken, at now: Int, client: String = "app") async throws -> RefreshOutcome {
            try await store.refresh(token.text, clientID: client, rotation: .init(graceSeconds: 10), now: now)
        }
        func next(_ outcome: RefreshOutcome) throws -> OpaqueToken {
            guard case .granted(let renewed, let token?) = outcome else { throw Refused(outcome: outcome) }
            #expect(renewed == signIn)
            return token
        }
        let second = try next(try await refresh(first, at: 2000))
        let twin = try next(try await refresh(first, at: 2009))
        #expect(second != twin)
        let third = try next(try await refresh(second, at: 2100))
        #expect(try await refresh(third, at: 2100, client: "other") == .unknown)
        let end = 1000 + client.lifetimes.refresh
        #expect(try await refresh(third, at: end) == .expired, "no longer than the first one")
        #expect(try await refresh(first, at: 2010) == .reused)
        #expect(try await refresh(third, at: 2200) == .revoked)
        #expect(try await store.activeSignIn(signIn.id) == nil)
    }

    private struct Refused: Error {
        let outcome: RefreshOutcome
    }

    @Test("A proof is used once")
    func useOnce() async throws {
        #expect(try await store.useOnce("a", until: 10))
        #expect(try await store.useOnce("a", until: 10) == false)
        #expect(try await store.useOnce("b", until: 10))
        try await store.removeExpired(now: 10)
        #expect(try await store.useOnce("a", until: 20))
    }
}
