import Foundation
public import Operations
import UserPoolStore

/// Copies of the user pools' databases, made while they are in use, and put back while they are not.
///
/// ```
/// FOLDER/userpool.sqlite      the configured pool
/// FOLDER/pools/ID.sqlite      pools made through the API
/// FOLDER/secrets/…            the keys that belong to them, if asked for
/// ```
public struct PoolBackup: Sendable {
    private let configuration: UserPoolConfiguration
    private let state: StateDirectory

    /// Backups of the pools that `configuration` describes.
    public init(_ configuration: UserPoolConfiguration, state: StateDirectory) {
        self.configuration = configuration
        self.state = state
    }

    /// Makes a backup; works while the pool runs and while it does not.
    ///
    /// - Parameters:
    ///   - folder: a new one; made for its owner alone (0700).
    ///   - withSecrets: whether the keys come along. Without them tokens, second factors and secrets of app clients cannot be read
    ///     where they are not.
    /// - Returns: how many databases were copied.
    /// - Throws: an `OperationsError` that says what to do, or a database error.
    public func make(in folder: String, withSecrets: Bool) async throws -> Int {
        guard FileManager.default.fileExists(atPath: configuration.databasePath) else {
            throw OperationsError(
                "There is no user pool at \(configuration.databasePath). Name the state folder: --state DIR")
        }
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw OperationsError("\(folder) exists already. Name another folder, or move it away.")
        }
        umask(0o077)
        try FileManager.default.createDirectory(atPath: folder + "/pools", withIntermediateDirectories: true)
        try await UserPoolStore.backup(configuration.databasePath, to: folder + "/userpool.sqlite")
        let pools = Self.databases(in: state.resolve(Self.pools))
        for name in pools {
            try await UserPoolStore.backup("\(state.resolve(Self.pools))/\(name)", to: "\(folder)/pools/\(name)")
        }
        if withSecrets {
            try FileManager.default.copyItem(atPath: state.resolve(Self.secrets), toPath: folder + "/secrets")
        }
        return pools.count + 1
    }

    /// Puts a backup in the place of what there is, which is kept beside it under a name that ends in `.before-restore`.
    ///
    /// - Returns: how many databases were put back.
    /// - Throws: an `OperationsError` where the pool runs, or the folder holds no sound backup; nothing is changed then.
    public func restore(from folder: String) async throws -> Int {
        umask(0o077)
        try state.prepare()
        // Held to the end: a pool that starts meanwhile would work on files that are being replaced.
        let claim = try UnixSocket.claim(path: configuration.socketPath)
        defer { withExtendedLifetime(claim) {} }
        let names = Self.databases(in: folder + "/pools")
        let copies =
            [(from: folder + "/userpool.sqlite", to: configuration.databasePath)]
            + names.map { (from: "\(folder)/pools/\($0)", to: "\(state.resolve(Self.pools))/\($0)") }
        for copy in copies {
            guard await UserPoolStore.isSound(copy.from) else {
                throw OperationsError("\(copy.from) is no sound copy of a user pool's database. Nothing was changed.")
            }
        }
        try FileManager.default.createDirectory(
            atPath: state.resolve(Self.pools), withIntermediateDirectories: true)
        // Copied first, which may fail, and then moved.
        for copy in copies {
            if try RestoredFile.stage(copy.from, for: copy.to) {
                try await UserPoolStore.takeInLog(of: RestoredFile.staged(copy.to))
            }
        }
        let secrets = state.resolve(Self.secrets)
        let hasSecrets = FileManager.default.fileExists(atPath: folder + "/secrets")
        if hasSecrets { try RestoredFile.stage(folder + "/secrets", for: secrets) }
        for copy in copies { try RestoredFile.replace(copy.to) }
        if hasSecrets { try RestoredFile.replace(secrets) }
        return copies.count
    }

    private static func databases(in folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".sqlite") }.sorted()
    }

    private static let pools = "data/pools"
    private static let secrets = "secrets/userpool"
}
