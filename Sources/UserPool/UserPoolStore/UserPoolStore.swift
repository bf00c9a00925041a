public import Accounts
import GRDB
import Synchronization

/// The user pool's database: users, sign-ins, codes, refresh tokens and browser sessions in one SQLite file.
///
/// Write-ahead log with `synchronous = FULL`: what was answered survives a power cut. Secrets are kept as hashes, and those
/// that must be read again (second factors, SRP verifiers, clients' secrets) encrypted.
public final class UserPoolStore: Sendable {
    let database: DatabasePool
    let hasher: PasswordHasher
    let throttle: Mutex<SourceThrottle>
    let attemptCapacity: Int
    let secrets: SecretBox
    /// The part of the pool's id behind the underscore, which SRP verifiers are bound to.
    let srpPoolName: String

    /// There are too many waiting to have a password hashed; to be told to whoever asks as "try again in a moment".
    public struct Overloaded: Error, Equatable {}

    /// Opens the database at `path`, creates it if there is none, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: absolute; the folder exists and is the pool's own (0700).
    ///   - poolID: such as `local_AbCdEfGhI`; the part behind the underscore goes into SRP verifiers.
    ///   - secretsKey: 256 bits, under which secrets are encrypted that must be readable again.
    ///   - throttle: how many failed sign-ins a source may have, whatever the names.
    ///   - other: a store of the same process, with which this one shares the places at the hasher: memory and cores are there
    ///     once, however many pools there are.
    /// - Throws: a `DatabaseError` when the file cannot be opened or is no database of ours.
    public convenience init(
        path: String, poolID: String, secretsKey: [UInt8], throttle: SourceThrottle = UserPoolStore.usualThrottle,
        sharingHasherOf other: UserPoolStore? = nil
    ) throws {
        try self.init(
            path: path, poolID: poolID, secretsKey: secretsKey, throttle: throttle, passwordCost: .standard,
            hasher: other?.hasher)
    }

    init(
        path: String, poolID: String = "local_Test12345", secretsKey: [UInt8] = Array(repeating: 1, count: 32),
        throttle: SourceThrottle = UserPoolStore.usualThrottle, passwordCost: PasswordHash.Cost,
        hasher: PasswordHasher? = nil, attemptCapacity: Int = 20_000
    ) throws {
        secrets = SecretBox(key: secretsKey)
        srpPoolName = poolID.split(separator: "_", maxSplits: 1).last.map(String.init) ?? poolID
        self.throttle = Mutex(throttle)
        self.attemptCapacity = attemptCapacity
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        database = try DatabasePool(path: path, configuration: configuration)
        // GRDB chooses NORMAL for a pool, which may lose the last commits with the power. There is only one writer
        // connection, so this holds for every write.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        self.hasher = hasher ?? PasswordHasher(cost: passwordCost)
        try Self.migrator.migrate(database)
    }

    /// Thirty failures at once, then one each four seconds.
    public static var usualThrottle: SourceThrottle { SourceThrottle(burst: 30, millisecondsPerAttempt: 4000) }

    /// Whether the database answers.
    public func check() async throws {
        _ = try await database.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }

    /// Closes the database; all other calls throw from then on.
    public func close() throws {
        try database.close()
    }
}
