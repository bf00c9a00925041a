public import Accounts
import Foundation
public import Operations
import UserPoolStore

/// What an administrator does to the pool's database from the command line, whether or not the server runs.
public enum Administration {
    /// Forgets the failed sign-ins that lock a name.
    ///
    /// - Returns: false when there is no user of this name.
    public static func unlock(
        _ username: Username, in configuration: UserPoolConfiguration, state: StateDirectory
    ) async throws -> Bool {
        // What SQLite adds beside the file is this user's alone, as the file is.
        umask(0o077)
        let store = try Pool.store(configuration, state)
        defer { try? store.close() }
        try await store.unlock(username)
        return try await store.user(named: username) != nil
    }
}
