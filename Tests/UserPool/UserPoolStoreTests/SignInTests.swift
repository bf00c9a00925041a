import Accounts
import Foundation
import Testing

@testable import UserPoolStore

@Suite("Signing in with a password")
struct SignInTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    @Test("The right password lets in, whatever the case of the name")
    func right() async throws {
        let ada = try await fixture.makeAda()
        #expect(ada.groups == ["admin", "staff"])
        #expect(ada.status == .confirmed)
        #expect(
            try await store.signIn(username: "ADA", password: "right", from: .address("a"), nowMilliseconds: 1).user
                == ada)
    }

    @Test(
        "Everything else is incorrect",
        arguments: [
            ("ada", "wrong"), ("ada", ""), ("ada", "right "), ("nobody", "right"), ("", ""), ("a b", "right"),
            ("ada", String(repeating: "x", count: 300)),
        ])
    func wrong(username: String, password: String) async throws {
        try await fixture.makeAda()
        #expect(
            try await store.signIn(username: username, password: password, from: .address("a"), nowMilliseconds: 1)
                == .incorrect)
    }

    @Test("A name is taken once, whatever its case")
    func taken() async throws {
        try await fixture.makeAda()
        await #expect(throws: UserPoolStore.UsernameExists(username: try Username("ada"))) {
            try await store.createUser(
                try Username("Ada"), password: .permanent("x"), attributes: [:], groups: [], now: 1)
        }
    }

    @Test(
        "The fifth failure locks, known name or not, and a success after the lock clears it",
        arguments: ["ada", "nobody"])
    func lockout(username: String) async throws {
        let ada = try await fixture.makeAda()
        for _ in 1...5 {
            #expect(
                try await store.signIn(username: username, password: "no", from: .address("a"), nowMilliseconds: 10_000)
                    == .incorrect)
        }
        #expect(
            try await store.signIn(username: username, password: "right", from: .address("a"), nowMilliseconds: 10_500)
                == .locked(seconds: 1))
        guard username == "ada" else { return }
        #expect(
            try await store.signIn(username: "ada", password: "right", from: .address("a"), nowMilliseconds: 11_000)
                .user == ada)
        #expect(
            try await store.signIn(username: "ada", password: "no", from: .address("a"), nowMilliseconds: 11_000)
                == .incorrect)
    }

    @Test("Guesses sent all at once are counted before any of them is looked at")
    func parallelGuesses() async throws {
        try await fixture.makeAda()
        let store = try UserPoolStore(
            path: "\(fixture.folder)/userpool.sqlite", passwordCost: StoreFixture.cheap,
            hasher: PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 20))
        defer { try? store.close() }
        let outcomes = try await withThrowingTaskGroup(of: SignInOutcome.self) { group in
            for _ in 1...20 {
                group.addTask { [store] in
                    try await store.signIn(
                        username: "ada", password: "no", from: .address("a"), nowMilliseconds: 10_000)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .incorrect } == 5)
        #expect(outcomes.count { $0 == .locked(seconds: 1) } == 15)
    }

    @Test("A disabled user is told so only with the right password, and loses everything")
    func disabled() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        #expect(try await store.setEnabled(false, username: ada.username, now: 200))
        #expect(
            try await store.signIn(username: "ada", password: "no", from: .address("a"), nowMilliseconds: 1)
                == .incorrect)
        #expect(
            try await store.signIn(username: "ada", password: "right", from: .address("a"), nowMilliseconds: 1)
                == .disabled)
        #expect(try await store.setEnabled(true, username: ada.username, now: 201))
        #expect(try await store.browserSession(session.text, now: 202) == nil)
        #expect(try await store.setEnabled(false, username: try Username("nobody"), now: 1) == false)
    }

    @Test("A temporary password leads to a new one, once")
    func temporaryPassword() async throws {
        let bob = try await store.createUser(
            try Username("bob"), password: .temporary("temp", expiresAt: 1000), attributes: [:], groups: [], now: 1)
        #expect(bob.status == .forceChangePassword)
        let outcome = try await store.signIn(
            username: "bob", password: "temp", from: .address("a"), nowMilliseconds: 500_000)
        let challenge = try #require(outcome.challenge(.newPassword))
        #expect(
            try await store.challenge(challenge, now: 501)
                == .pending(PendingChallenge(user: bob, step: .newPassword, clientID: nil)))
        #expect(try await store.challenge(challenge, now: 500 + UserPoolStore.challengeLifetime) == .expired)
        #expect(try await store.challenge("other", now: 501) == .unknown)
        let changed = try await store.completeChallenge(
            challenge, newPassword: "own", from: .address("a"), now: 502)
        guard case .passed(.browser(let user, let session)) = changed else {
            Issue.record("\(changed)")
            return
        }
        #expect(user.status == .confirmed)
        #expect(try await store.browserSession(session.text, now: 503)?.user == user)
        #expect(
            try await store.completeChallenge(
                challenge, newPassword: "again", from: .address("a"), now: 503) == .over(.used))
        #expect(
            try await store.signIn(username: "bob", password: "temp", from: .address("a"), nowMilliseconds: 504_000)
                == .incorrect)
        #expect(
            try await store.signIn(username: "bob", password: "own", from: .address("a"), nowMilliseconds: 504_000)
                != .incorrect)
    }

    @Test("An expired temporary password is of no use")
    func expiredTemporaryPassword() async throws {
        try await store.createUser(
            try Username("bob"), password: .temporary("temp", expiresAt: 1000), attributes: [:], groups: [], now: 1)
        #expect(
            try await store.signIn(username: "bob", password: "temp", from: .address("a"), nowMilliseconds: 1_000_000)
                == .unusable(.temporaryPasswordExpired))
    }

    @Test("Browser sessions end after an hour and by sign-out, and the file holds no secret")
    func browserSessions() async throws {
        let ada = try await fixture.makeAda()
        let session = try await fixture.session(now: 100)
        #expect(try await store.browserSession(session.text, now: 3699)?.user == ada)
        #expect(try await store.browserSession(session.text, now: 3700) == nil)
        #expect(try await store.browserSession(session.text + "x", now: 200) == nil)
        for name in ["userpool.sqlite", "userpool.sqlite-wal"] {
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/\(name)"))
            #expect(content.range(of: Data(session.text.utf8)) == nil)
        }
        try await store.endBrowserSession(session.text)
        #expect(try await store.browserSession(session.text, now: 200) == nil)
    }

    @Test("What was committed is there after opening again")
    func reopening() async throws {
        let ada = try await fixture.makeAda()
        try store.close()
        let again = try UserPoolStore(path: "\(fixture.folder)/userpool.sqlite", passwordCost: StoreFixture.cheap)
        #expect(try await again.user(named: ada.username) == ada)
        try again.close()
    }
}
