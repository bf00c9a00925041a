import Accounts
import Foundation
import GRDB
import Operations
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// `gatehouse backup` and `gatehouse restore`, over what a pool leaves behind that was killed.
@Suite("Backups")
struct PoolBackupTests {
    private let folder: String
    private let state: StateDirectory
    private let configuration: UserPoolConfiguration

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pool-\(UUID().uuidString)").path
        state = StateDirectory(path: folder + "/state")
        try state.prepare()
        for name in ["data/pools", "run"] {
            try FileManager.default.createDirectory(atPath: state.resolve(name), withIntermediateDirectories: true)
        }
        configuration = UserPoolConfiguration(
            poolID: "local_Test12345", endpoint: "https://localhost:8444", poolName: "Gatehouse",
            passwordPolicy: PasswordPolicy(),
            client: .init(
                application: AppClient(id: "app1", callbackURLs: [], logoutURLs: [], scopes: []), name: "",
                secretFile: "", tokenValidity: 3600, refreshTokenValidity: 3600),
            administrator: nil, socketPath: state.resolve("run/userpool.sock"),
            databasePath: state.resolve("data/userpool.sqlite"), logLevel: .error)
    }

    /// The users of the database at `path`, which is opened as the pool would.
    private func names(_ path: String) async throws -> [String] {
        let store = try UserPoolStore(path: path, passwordCost: .init(logRounds: 4, blockSize: 1, parallelism: 1))
        defer { try? store.close() }
        return try await store.exportUsers(limit: 10).map(\.user.username.text)
    }

    /// A database as a killed pool leaves it: its last writes are in the log beside it alone.
    private func leaveBehind(_ user: String, at path: String) async throws {
        let copy = folder + "/running.sqlite"
        let store = try UserPoolStore(path: copy, passwordCost: .init(logRounds: 4, blockSize: 1, parallelism: 1))
        defer {
            try? store.close()
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        }
        try await store.database.write { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        try await store.createUser(
            try Username(user), password: .permanent("Password-1234"), attributes: [:], groups: [], now: 1)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
            try FileManager.default.copyItem(atPath: copy + suffix, toPath: path + suffix)
        }
        let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        #expect((log ?? 0) > 0)
    }

    @Test("restored over a database with a live log: the backup's users are there, and nothing of the log")
    func liveLog() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await leaveBehind("before", at: configuration.databasePath)
        let backup = PoolBackup(configuration, state: state)
        #expect(try await backup.make(in: folder + "/backup", withSecrets: false) == 1)
        // Of the copy, one file is all.
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder + "/backup").sorted() == [
                "pools", "userpool.sqlite",
            ])
        try await leaveBehind("after", at: configuration.databasePath)
        #expect(try await backup.restore(from: folder + "/backup") == 1)
        #expect(try await names(configuration.databasePath) == ["before"])
        #expect(
            try await names(configuration.databasePath + ".before-restore") == ["after"],
            "what was there, with its log, is kept")
        // Once more, over what the first restore kept.
        try await leaveBehind("later", at: configuration.databasePath)
        #expect(try await backup.restore(from: folder + "/backup") == 1)
        #expect(try await names(configuration.databasePath) == ["before"])
        #expect(try await names(configuration.databasePath + ".before-restore") == ["later"])
    }

    @Test("a backup with a log beside it, as somebody copies a folder by hand, is taken with it")
    func copiedByHand() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/backup", withIntermediateDirectories: true)
        try await leaveBehind("ann", at: folder + "/backup/userpool.sqlite")
        let backup = PoolBackup(configuration, state: state)
        #expect(try await backup.restore(from: folder + "/backup") == 1)
        #expect(try await names(configuration.databasePath) == ["ann"])
    }

    @Test("the names of a backup's files say nothing but which pools there are")
    func fileNames() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await leaveBehind("ann", at: configuration.databasePath)
        try await leaveBehind("bob", at: state.resolve("data/pools/local_Other1234.sqlite"))
        let key = try state.secretText("userpool/id-token-key.pem") { "a key" }
        let backup = PoolBackup(configuration, state: state)
        #expect(try await backup.make(in: folder + "/backup", withSecrets: true) == 2)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/backup")
        #expect(
            Set(files) == [
                "userpool.sqlite", "pools", "pools/local_Other1234.sqlite", "secrets", "secrets/id-token-key.pem",
            ])
        for file in files {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/backup/\(file)")[.posixPermissions]
            #expect((mode as? Int ?? 0o777) & 0o077 == 0, "\(file)")
        }
        #expect(try String(contentsOfFile: folder + "/backup/secrets/id-token-key.pem", encoding: .utf8) == key)
    }
}
