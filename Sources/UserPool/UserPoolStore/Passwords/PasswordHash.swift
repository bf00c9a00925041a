import Crypto
import CryptoExtras
import Foundation

/// A scrypt hash (RFC 7914) in the notation `$scrypt$ln=15,r=8,p=3$salt$hash`, so that costs can be raised later.
struct PasswordHash: Sendable, Equatable {
    /// How much work a hash takes: 128 · r · 2^ln bytes of memory, walked p times.
    struct Cost: Sendable, Equatable {
        /// Logarithm to base 2 of the number of rounds.
        var logRounds: Int
        /// The block size `r`.
        var blockSize: Int
        /// The parallelism `p`.
        var parallelism: Int

        /// 32 MiB, three passes: one of the equivalent settings OWASP's Password Storage Cheat Sheet recommends.
        static let standard = Cost(logRounds: 15, blockSize: 8, parallelism: 3)

        /// What is accepted from the database, so that a damaged row cannot ask for all memory.
        var isReasonable: Bool {
            (4...17).contains(logRounds) && (1...16).contains(blockSize) && (1...16).contains(parallelism)
        }
    }

    let cost: Cost
    let salt: [UInt8]
    let digest: [UInt8]

    /// The hash of `password` with a new random salt. Slow on purpose: never on an event loop.
    init(hashing password: String, cost: Cost) throws {
        self.cost = cost
        salt = OpaqueToken.randomBytes(16)
        digest = try Self.derive(password, salt: salt, cost: cost, count: 32)
    }

    /// A hash that no password has, which takes as long to check as one that somebody has.
    static func unmatchable(cost: Cost) -> PasswordHash {
        PasswordHash(cost: cost, salt: OpaqueToken.randomBytes(16), digest: OpaqueToken.randomBytes(32))
    }

    /// Reads the notation; nil when it is damaged.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
        let numbers = parts[2].split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard numbers.count == 3, numbers.allSatisfy({ $0.count == 2 }), numbers.map({ $0[0] }) == ["ln", "r", "p"],
            let logRounds = Int(numbers[0][1]), let blockSize = Int(numbers[1][1]),
            let parallelism = Int(numbers[2][1]),
            let salt = Data(base64Encoded: String(parts[3])), salt.count >= 16,
            let digest = Data(base64Encoded: String(parts[4])), digest.count == 32
        else { return nil }
        let cost = Cost(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
        guard cost.isReasonable else { return nil }
        self.init(cost: cost, salt: Array(salt), digest: Array(digest))
    }

    private init(cost: Cost, salt: [UInt8], digest: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.digest = digest
    }

    /// The notation.
    var text: String {
        let numbers = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(numbers)$\(Data(salt).base64EncodedString())$\(Data(digest).base64EncodedString())"
    }

    /// Whether `password` has this hash; compared in constant time. Slow on purpose: never on an event loop.
    func matches(_ password: String) throws -> Bool {
        let other = try Self.derive(password, salt: salt, cost: cost, count: digest.count)
        return SHA256.hash(data: other) == SHA256.hash(data: digest)
    }

    static func derive(_ password: String, salt: [UInt8], cost: Cost, count: Int) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: count, rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }
}
