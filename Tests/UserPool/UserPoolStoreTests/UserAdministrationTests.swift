import Accounts
import Testing

@testable import UserPoolStore

@Suite("Looking after users")
struct UserAdministrationTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    private func make(_ name: String, _ attributes: [String: String] = [:], now: Int = 1) async throws -> User {
        try await store.createUser(
            try Username(name), password: .permanent("right"), attributes: attributes, groups: [], now: now)
    }

    @Test("A user is found by name, id and verified alias, once aliases are allowed")
    func matching() async throws {
        let ada = try await make("ada", ["email": "Ada@Example.org", "email_verified": "true"])
        let bob = try await make("bob", ["email": "bob@example.org", "preferred_username": "Bobby"])
        #expect(try await store.user(matching: "ADA") == ada)
        #expect(try await store.user(matching: ada.subject) == ada)
        #expect(try await store.user(matching: "ada@example.org") == nil)
        try await store.setAliases([.email, .preferredUsername])
        #expect(try await store.user(matching: "ada@example.org") == ada)
        #expect(try await store.user(matching: "bobby") == bob)
        #expect(try await store.user(matching: "bob@example.org") == nil, "not verified")
        #expect(try await store.user(matching: "a b") == nil)
        let outcome = try await store.signIn(
            username: "ada@example.org", password: "right", from: .address("a"), nowMilliseconds: 1)
        #expect(outcome.user == ada)
    }

    @Test("An alias is one user's; forced, it moves; a name cannot be another's alias")
    func aliasExists() async throws {
        try await store.setAliases([.email])
        let address = ["email": "x@example.org", "email_verified": "true"]
        let ada = try await make("ada", address)
        await #expect(throws: UserPoolStore.AliasExists(attribute: .email)) { try await make("bob", address) }
        #expect(try await store.user(matching: "bob") == nil)
        await #expect(throws: UserPoolStore.UsernameExists(username: try Username("x@example.org"))) {
            try await make("x@example.org")
        }
        let bob = try await store.createUser(
            try Username("bob"), password: .permanent("right"), attributes: address, groups: [], forcingAlias: true,
            now: 1)
        #expect(try await store.user(matching: "x@example.org") == bob)
        await #expect(throws: UserPoolStore.AliasExists(attribute: .email)) {
            try await store.updateAttributes(of: ada.subject, setting: address, now: 2)
        }
    }

    @Test("Failures by an alias count against the name")
    func aliasLockout() async throws {
        try await store.setAliases([.email])
        try await fixture.makeAda()
        _ = try await store.updateAttributes(
            of: try #require(try await store.user(matching: "ada")).subject, setting: ["email_verified": "true"], now: 1
        )
        for name in ["ada", "ada@example.org", "ada", "ada@example.org", "ADA"] {
            #expect(
                try await store.signIn(username: name, password: "no", from: .address("a"), nowMilliseconds: 10_000)
                    == .incorrect)
        }
        #expect(
            try await store.signIn(
                username: "ada@example.org", password: "right", from: .address("a"), nowMilliseconds: 10_000)
                == .locked(seconds: 1))
    }

    @Test("Attributes are set and removed; another address is not verified; the alias follows")
    func attributes() async throws {
        try await store.setAliases([.email])
        let ada = try await make("ada", ["email": "a@example.org", "email_verified": "true", "name": "Ada"])
        let changed = try await store.updateAttributes(
            of: ada.subject, setting: ["email": "b@example.org", "custom:team": "x"], removing: ["name"], now: 7)
        #expect(
            changed?.attributes == ["email": "b@example.org", "email_verified": "false", "custom:team": "x"])
        #expect(changed?.modifiedAt == 7)
        #expect(changed?.createdAt == 1)
        #expect(try await store.user(matching: "a@example.org") == nil)
        let emptied = try await store.updateAttributes(of: ada.subject, setting: ["email": ""], now: 8)
        #expect(emptied?.attributes == ["custom:team": "x"])
        #expect(try await store.updateAttributes(of: "nobody", setting: [:], now: 1) == nil)
    }

    @Test("Users are listed by name, in pages, and filtered")
    func list() async throws {
        for name in ["dora", "Ada", "bob", "carl_x", "carl%"] {
            _ = try await make(name, ["email": "\(name)@example.org", "custom:a b": name])
        }
        func names(_ filter: UserFilter? = nil, after: String? = nil, limit: Int = 60) async throws -> [String] {
            let name = try after.map { try Username($0) }
            return try await store.users(where: filter, after: name, limit: limit).map(\.username.text)
        }
        #expect(try await names() == ["Ada", "bob", "carl%", "carl_x", "dora"])
        #expect(try await names(limit: 2) == ["Ada", "bob"])
        #expect(try await names(after: "BOB", limit: 2) == ["carl%", "carl_x"])
        #expect(try await store.userCount() == 5)
        func filtered(_ attribute: UserFilter.Attribute, _ value: String, _ isPrefix: Bool = false) async throws
            -> [String]
        {
            try await names(UserFilter(attribute: attribute, value: value, isPrefix: isPrefix))
        }
        #expect(try await filtered(.username, "carl%") == ["carl%"])
        #expect(try await filtered(.username, "carl", true) == ["carl%", "carl_x"])
        #expect(try await filtered(.username, "ada") == [], "with regard to case")
        #expect(try await filtered(.attribute("email"), "dora@example.org") == ["dora"])
        #expect(try await filtered(.attribute("custom:a b"), "bob") == ["bob"])
        #expect(try await filtered(.attribute("x\") OR 1=1 --"), "bob") == [])
        #expect(try await filtered(.status, "confirmed").count == 5)
        _ = try await store.setEnabled(false, username: try Username("dora"), now: 2)
        #expect(try await filtered(.isEnabled, "Disabled") == ["dora"])
        #expect(try await filtered(.isEnabled, "disabled") == [])
    }

    @Test("A deleted user is gone with everything, and the name is free again")
    func deletion() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        #expect(try await store.deleteUser(subject: ada.subject, now: 101))
        #expect(try await store.deleteUser(subject: ada.subject, now: 101) == false)
        #expect(try await store.user(matching: "ada") == nil)
        #expect(try await store.browserSession(session.text, now: 101) == nil)
        #expect(try await fixture.makeAda().subject != ada.subject)
    }

    @Test("An administrator's password ends sessions and locks, and says whether it is temporary")
    func setPassword() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        for _ in 1...5 {
            _ = try await store.signIn(username: "ada", password: "no", from: .address("b"), nowMilliseconds: 100_000)
        }
        #expect(try await store.setPassword(of: ada.subject, .temporary("temp", expiresAt: 500), now: 101))
        #expect(try await store.browserSession(session.text, now: 102) == nil)
        #expect(
            try await store.signIn(username: "ada", password: "temp", from: .address("b"), nowMilliseconds: 102_000)
                .challenge(.newPassword) != nil)
        #expect(try await store.setPassword(of: ada.subject, .permanent("own"), now: 103))
        #expect(try await store.user(matching: "ada")?.status == .confirmed)
        #expect(try await store.setPassword(of: "nobody", .permanent("own"), now: 103) == false)
    }

    @Test("Former passwords are refused as far back as the history goes")
    func history() async throws {
        let ada = try await fixture.makeAda()
        for password in ["second", "third"] {
            #expect(try await store.setPassword(of: ada.subject, .permanent(password), historySize: 2, now: 1))
        }
        for password in ["third", "second"] {
            await #expect(throws: UserPoolStore.PasswordUsedBefore()) {
                try await store.setPassword(of: ada.subject, .permanent(password), historySize: 2, now: 1)
            }
        }
        #expect(try await store.setPassword(of: ada.subject, .permanent("third"), historySize: 0, now: 1))
        #expect(try await store.setPassword(of: ada.subject, .permanent("right"), historySize: 2, now: 1))
    }

    @Test("A user changes the password with the old one; attempts count; the sign-in that asked goes on")
    func changePassword() async throws {
        let ada = try await fixture.makeAda()
        let outcome = try await store.signIn(
            username: "ada", password: "right", kind: .api(client), from: .address("a"), nowMilliseconds: 1000)
        guard case .passed(.tokens(let signIn, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let session = try await fixture.session(now: 1)
        func change(_ old: String, _ new: String, at now: Int = 2000) async throws -> UserPoolStore.PasswordChange {
            try await store.changePassword(
                of: ada.subject, from: old, to: new, historySize: 2, keeping: signIn.id, source: .address("a"),
                nowMilliseconds: now)
        }
        #expect(try await change("wrong", "own") == .incorrect)
        #expect(try await change("right", "right") == .usedBefore)
        #expect(try await change("right", "own") == .changed)
        #expect(try await store.activeSignIn(signIn.id) != nil)
        #expect(try await store.browserSession(session.text, now: 3) == nil)
        #expect(try await change("own", "right") == .usedBefore)
        for _ in 1...5 { #expect(try await change("no", "x", at: 3000) == .incorrect) }
        #expect(try await change("own", "x", at: 3000) == .locked(seconds: 1))
        #expect(
            try await store.changePassword(
                of: "nobody", from: "a", to: "b", historySize: 0, source: .address("a"), nowMilliseconds: 1)
                == .incorrect)
    }

    private var client: AppClient { AppClient(id: "app", callbackURLs: [], logoutURLs: [], scopes: []) }

    @Test("The status changes by Cognito's rules, and a reset ends sessions")
    func status() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        #expect(
            try await store.apply(.signUpConfirmed, to: ada.subject, now: 101) == .refused(current: .confirmed))
        guard case .changed(let reset) = try await store.apply(.passwordReset, to: ada.subject, now: 101) else {
            Issue.record("not reset")
            return
        }
        #expect(reset.status == .resetRequired)
        #expect(try await store.browserSession(session.text, now: 102) == nil)
        #expect(
            try await store.signIn(username: "ada", password: "right", from: .address("a"), nowMilliseconds: 102_000)
                == .unusable(.resetRequired))
        #expect(try await store.apply(.passwordReset, to: "nobody", now: 1) == .noSuchUser)
        let eve = try await store.createUser(
            try Username("eve"), password: .permanent("e"), attributes: [:], groups: [], status: .unconfirmed, now: 1)
        #expect(
            try await store.signIn(username: "eve", password: "e", from: .address("a"), nowMilliseconds: 1)
                == .unusable(.notConfirmed))
        guard case .changed(let confirmed) = try await store.apply(.signUpConfirmed, to: eve.subject, now: 2) else {
            Issue.record("not confirmed")
            return
        }
        #expect(confirmed.status == .confirmed)
    }

    @Test("Signing out everywhere revokes tokens and leaves browsers signed in, as Cognito does")
    func globalSignOut() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        let outcome = try await store.signIn(
            username: "ada", password: "right", kind: .api(client), from: .address("a"), nowMilliseconds: 100_000)
        guard case .passed(.tokens(let signIn, let token)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        try await store.revokeTokens(of: ada.subject, now: 101)
        #expect(try await store.activeSignIn(signIn.id) == nil)
        #expect(try await store.refresh(token.text, clientID: "app", now: 102) == .revoked)
        #expect(try await store.browserSession(session.text, now: 102) != nil)
    }
}
