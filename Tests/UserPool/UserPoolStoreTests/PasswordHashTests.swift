import Foundation
import Testing

@testable import UserPoolStore

@Suite("scrypt hashes")
struct PasswordHashTests {
    @Test("RFC 7914 §12, second vector")
    func vector() throws {
        let derived = try PasswordHash.derive(
            "password", salt: Array("NaCl".utf8), cost: .init(logRounds: 10, blockSize: 8, parallelism: 16), count: 64)
        #expect(derived.prefix(8) == [0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00])
        #expect(derived.suffix(8) == [0x83, 0x60, 0xcb, 0xdf, 0xa2, 0xcc, 0x06, 0x40])
    }

    @Test("The notation is read back, and matches the same password only")
    func roundTrip() throws {
        let hash = try PasswordHash(hashing: "pässword", cost: StoreFixture.cheap)
        let again = try #require(PasswordHash(hash.text))
        #expect(again == hash)
        #expect(try again.matches("pässword"))
        #expect(try !again.matches("password"))
        #expect(try PasswordHash(hashing: "pässword", cost: StoreFixture.cheap).salt != hash.salt)
    }

    @Test(
        "Damaged hashes are refused",
        arguments: [
            "", "$", "$scrypt$ln=4,r=1,p=1$AAAA$AAAA", "$scrypt$ln=31,r=8,p=1$SALT$HASH", "$scrypt$ln=4,r=1$SALT$HASH",
            "$scrypt$ln=4,p=1,r=1$SALT$HASH", "$scrypt$ln=-4,r=1,p=1$SALT$HASH", "$bcrypt$ln=4,r=1,p=1$SALT$HASH",
            "$scrypt$ln=4,r=1,p=1$SALT$HASH$", "$scrypt$ln,r,p$SALT$HASH",
        ])
    func damaged(text: String) {
        let salt = Data(repeating: 1, count: 16).base64EncodedString()
        let hash = Data(repeating: 2, count: 32).base64EncodedString()
        let good = "$scrypt$ln=4,r=1,p=1$\(salt)$\(hash)"
        #expect(PasswordHash(good) != nil)
        #expect(PasswordHash(text.replacing("SALT", with: salt).replacing("HASH", with: hash)) == nil)
    }

    @Test("Without a hash nothing matches")
    func hasher() async throws {
        let hasher = PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 1, maximumWaiting: 0)
        #expect(try await hasher.withPlace(for: .program) { try await $0.verify("x", against: nil) } == false)
    }

    @Test("Beyond the queue's length and a source's share attempts are turned away, and who leaves waits no longer")
    func queue() async throws {
        let hasher = PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 1, maximumWaiting: 8, perSource: 2)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let first = Task {
            try await hasher.withPlace(for: .address("a")) { _ in
                enter.yield()
                for await _ in released { break }
            }
        }
        for await _ in entered { break }
        let waiter = Task { try await hasher.withPlace(for: .address("a")) { _ in } }
        let other = Task { try await hasher.withPlace(for: .address("a")) { _ in } }
        while await hasher.waiters < 2 { await Task.yield() }
        await #expect(throws: PasswordHasher.Overloaded.self) {
            try await hasher.withPlace(for: .address("a")) { _ in Issue.record("a third one of a source got in") }
        }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(await hasher.waiters == 1)
        release.yield()
        try await first.value
        try await other.value
        #expect(await hasher.waiters == 0)
    }
}
