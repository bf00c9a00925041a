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

    @Test("Without a hash nothing matches; beyond the queue's length attempts are turned away")
    func hasher() async throws {
        let hasher = PasswordHasher(cost: StoreFixture.cheap, maximumRunning: 1, maximumWaiting: 0)
        #expect(try await hasher.verify("x", against: nil) == false)
        let slow = PasswordHasher(
            cost: .init(logRounds: 14, blockSize: 8, parallelism: 1), maximumRunning: 1, maximumWaiting: 1)
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...6 {
                group.addTask {
                    do {
                        _ = try await slow.verify("x", against: nil)
                        return true
                    } catch {
                        #expect(error is PasswordHasher.Overloaded)
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.contains(true))
        #expect(results.contains(false))
    }
}
