import Accounts
import Foundation
import GRDB
import Testing

@testable import UserPoolStore

@Suite("Whose failed attempts lock out whom")
struct AttemptTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.makeAda()
    }

    private func signIn(
        _ password: String, as username: String = "ada", from source: AttemptSource = .address("1"),
        at now: Int = 10_000
    ) async throws -> SignInOutcome {
        try await store.signIn(username: username, password: password, from: source, nowMilliseconds: now)
    }

    @Test("Who knows a name locks it for himself, and for nobody else")
    func strangers() async throws {
        for _ in 1...5 { #expect(try await signIn("no") == .incorrect) }
        #expect(try await signIn("right") == .locked(seconds: 1))
        #expect(try await signIn("right", from: .address("2")).user != nil)
        #expect(try await signIn("right", from: .knownBrowser("x")).user != nil)
        #expect(try await signIn("right") == .locked(seconds: 1), "a success elsewhere is none here")
    }

    @Test("Many sources together lock a name for strangers, and a known browser still gets in")
    func crowd() async throws {
        for source in 1...10 {
            for _ in 1...5 { #expect(try await signIn("no", from: .address("crowd \(source)")) == .incorrect) }
        }
        #expect(try await signIn("right", from: .address("new")) == .locked(seconds: 1))
        #expect(try await signIn("right", from: .knownBrowser("x")).user != nil)
        #expect(try await signIn("right", from: .address("new")) == .locked(seconds: 1), "the crowd is not forgiven")
        #expect(try await signIn("right", from: .address("new"), at: 11_000).user != nil)
    }

    @Test("A known browser has Cognito's back-off of its own")
    func knownBrowser() async throws {
        for _ in 1...5 { #expect(try await signIn("no", from: .knownBrowser("x")) == .incorrect) }
        #expect(try await signIn("right", from: .knownBrowser("x")) == .locked(seconds: 1))
        #expect(try await signIn("right").user != nil)
    }

    @Test("An attempt that finds no place at the hasher counts for nothing")
    func overloaded() async throws {
        let store = try UserPoolStore(
            path: "\(fixture.folder)/userpool.sqlite", throttle: SourceThrottle(burst: 6, millisecondsPerAttempt: 1000),
            passwordCost: StoreFixture.cheap,
            hasher: PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 1, maximumWaiting: 0))
        defer { try? store.close() }
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let busy = Task {
            try await store.hasher.withPlace(for: .program) { _ in
                enter.yield()
                for await _ in released { break }
            }
        }
        for await _ in entered { break }
        for _ in 1...20 {
            #expect(
                try await store.signIn(
                    username: "ada", password: "right", from: .address("1"), nowMilliseconds: 10_000) == .overloaded)
        }
        release.yield()
        try await busy.value
        #expect(try await rows() == 0)
        let outcome = try await store.signIn(
            username: "ada", password: "right", from: .address("1"), nowMilliseconds: 10_000)
        #expect(outcome.user != nil)
    }

    @Test("A source that fails under many names has to wait, others do not, and right passwords cost nothing")
    func spraying() async throws {
        for _ in 1...100 { #expect(try await signIn("right").user != nil) }
        for number in 1...30 { #expect(try await signIn("no", as: "name\(number)") == .incorrect) }
        #expect(try await signIn("right") == .throttled(seconds: 4))
        #expect(try await signIn("no", as: "a b") == .throttled(seconds: 4), "names that cannot be count, too")
        #expect(try await signIn("right", from: .address("2")).user != nil)
        #expect(try await signIn("right", from: .knownBrowser("x")).user != nil)
        #expect(try await signIn("right", at: 14_000).user != nil)
    }

    @Test("An attempt during a lock writes nothing, and the table has an end")
    func bounded() async throws {
        for _ in 1...5 { _ = try await signIn("no") }
        let before = try await changes()
        for _ in 1...5 { #expect(try await signIn("right") == .locked(seconds: 1)) }
        #expect(try await changes() == before)

        let store = try UserPoolStore(
            path: "\(fixture.folder)/userpool.sqlite", passwordCost: StoreFixture.cheap, attemptCapacity: 10)
        defer { try? store.close() }
        for number in 1...20 {
            _ = try await store.signIn(
                username: "name\(number)", password: "no", from: .address("3"), nowMilliseconds: 20_000 + number)
        }
        #expect(try await rows() == 10)
    }

    @Test("An administrator unlocks a name for everybody")
    func unlock() async throws {
        for _ in 1...5 { _ = try await signIn("no") }
        #expect(try await signIn("right") == .locked(seconds: 1))
        #expect(try await store.unlock(try Username("ADA")) == 2)
        #expect(try await signIn("right").user != nil)
        #expect(try await store.unlock(try Username("nobody")) == 0)
    }

    @Test("A user who is disabled or given another password while the hash is made gets no session")
    func changedMeanwhile() async throws {
        for change in ["UPDATE user SET isEnabled = FALSE", "UPDATE user SET passwordHash = NULL"] {
            let fixture = try StoreFixture()
            // It closes its store when it goes away.
            defer { withExtendedLifetime(fixture) {} }
            try await fixture.makeAda()
            let store = fixture.store
            let outcome = try await store.signIn(
                username: "ada", kind: .browser, mfa: .off, from: .address("1"), nowMilliseconds: 10_000
            ) { _ in
                // The user has been read by now.
                (try? store.database.write { try $0.execute(sql: change) }) != nil
            }
            #expect(outcome == .disabled || outcome == .incorrect)
            let sessions = try await store.database.read {
                try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM browserSession")
            }
            #expect(sessions == 0)
        }
    }

    private func rows() async throws -> Int? {
        try await store.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM signInAttempt") }
    }

    /// Rows ever changed by the writing connection.
    private func changes() async throws -> Int {
        try await store.database.writeWithoutTransaction { $0.totalChangesCount }
    }
}
