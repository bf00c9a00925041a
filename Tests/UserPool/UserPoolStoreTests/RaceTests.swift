import Accounts
import Foundation
import Synchronization
import Testing

@testable import UserPoolStore

@Suite("What happens at the same time")
struct RaceTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    @Test(
        "A session read before the password was changed gives no code and no tokens after it",
        arguments: ["another password", "disabled", "signed out"])
    func codeAfterChange(change: String) async throws {
        let ada = try await fixture.makeAda()
        let token = try await fixture.session(now: 100).text
        let session = try #require(try await store.browserSession(token, now: 101))
        #expect(try await store.makeCode(for: try fixture.request(), in: session, now: 101) != nil)
        switch change {
        case "another password": _ = try await store.setPassword(of: ada.subject, .permanent("new"), now: 102)
        case "disabled": _ = try await store.setEnabled(false, username: ada.username, now: 102)
        default: try await store.signOut(browserSession: token, now: 102)
        }
        #expect(try await store.makeCode(for: try fixture.request(), in: session, now: 103) == nil)
        #expect(
            try await store.beginSignIn(for: try fixture.request(), in: session, lifetime: 300, now: 103) == nil)
    }

    @Test("Administrators' hashes stand in the same line as sign-ins and take turns with them")
    func administratorsWait() async throws {
        let hasher = PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 1)
        let store = try UserPoolStore(
            path: "\(fixture.folder)/userpool.sqlite", passwordCost: StoreFixture.cheap, hasher: hasher)
        defer { try? store.close() }
        let ada = try await fixture.makeAda()
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let holder = Task { try await hasher.withPlace(for: .program) { _ in for await _ in released { break } } }
        let order = Order()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...4 {
            tasks.append(
                Task {
                    _ = try await store.setPassword(of: ada.subject, .permanent("password \(number)"), now: 100)
                    order.add("administrator")
                })
        }
        while await hasher.waiters < 4 { await Task.yield() }
        await #expect(throws: UserPoolStore.Overloaded.self, "a source has four places in the line") {
            try await store.setPassword(of: ada.subject, .permanent("x"), now: 100)
        }
        tasks.append(
            Task {
                _ = try await store.signIn(
                    username: "ada", password: "wrong", from: .address("a"), nowMilliseconds: 100_000)
                order.add("sign-in")
            })
        while await hasher.waiters < 5 { await Task.yield() }
        release.finish()
        for task in [holder] + tasks { try await task.value }
        let place = try #require(order.names.firstIndex(of: "sign-in"))
        #expect(place <= 2, "one of the administrator's goes first, not all of them: \(order.names)")
    }

    /// Who was done when.
    private final class Order: Sendable {
        private let list = Mutex<[String]>([])
        var names: [String] { list.withLock { $0 } }
        func add(_ name: String) { list.withLock { $0.append(name) } }
    }
}
