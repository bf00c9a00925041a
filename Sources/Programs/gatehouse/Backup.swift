import ArgumentParser
import ChatServer
import ConfigurationReading
import Foundation
import Operations
import UserPoolServer

/// `gatehouse backup`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the databases of the user pools and of the chat while they are in use.",
        discussion: """
            Examples:
              gatehouse backup /backups/2026-01-02
              gatehouse backup /backups/2026-01-02 --with-secrets

            The copy holds all conversations with their files. Of the users it holds, without --with-secrets, password hashes and \
            personal data, but no key: tokens, second factors and secrets of app clients can only be read with the keys in \
            secrets/userpool. Keep those apart. What users delete later stays in copies made before.

            Exit codes: 0 made, 1 not made, 2 configuration unusable.
            """)

    @Argument(help: ArgumentHelp("A folder that does not exist yet.", valueName: "folder"))
    var folder: String

    @Flag(help: "Copy the pools' keys as well.")
    var withSecrets = false

    @OptionGroup var files: BackupOptions

    func run() async throws {
        try await files.run { pool, chat in
            let count = try await pool.make(in: folder, withSecrets: withSecrets) + chat.make(in: folder)
            return "\(count == 1 ? "One database is" : "\(count) databases are") in \(folder)."
        }
    }
}

/// `gatehouse restore`.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup of the user pools and of the chat back.",
        discussion: """
            Gatehouse must not be running. What there was is kept beside it, under names that end in .before-restore.

            Example:
              gatehouse restore /backups/2026-01-02

            Exit codes: 0 done, 1 refused and nothing changed, 2 configuration unusable.
            """)

    @Argument(help: ArgumentHelp("A folder that \"gatehouse backup\" has made.", valueName: "folder"))
    var folder: String

    @OptionGroup var files: BackupOptions

    func run() async throws {
        try await files.run { pool, chat in
            // Both are looked at before the first is changed.
            let conversations = try await chat.restoring(from: folder)
            let count = try await pool.restore(from: folder) + (conversations == nil ? 0 : 1)
            try conversations?.finish()
            return "\(count == 1 ? "One database is" : "\(count) databases are") put back. Start Gatehouse."
        }
    }
}

/// Which pools and which chat are meant.
struct BackupOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user pool's configuration.", valueName: "file"))
    var config = DefaultConfiguration.file("userpool")

    @Option(help: ArgumentHelp("The chat's configuration (default: chat.yaml beside the other).", valueName: "file"))
    var chatConfig: String?

    @OptionGroup var state: StateOptions

    /// Does `work` and prints the sentence it gives. A failure is a sentence and an exit code.
    func run(_ work: (PoolBackup, ChatBackup) async throws -> String) async throws {
        let environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        func variables(of file: String) throws -> [String: String] {
            environment.merging(try Installation.environment(in: state, besideConfiguration: file)) { given, _ in given
            }
        }
        do {
            let pool = try UserPoolConfiguration(
                contentsOf: config, environment: variables(of: config), state: state)
            let beside = URL(fileURLWithPath: config).deletingLastPathComponent().appendingPathComponent("chat.yaml")
                .path
            let chatFile = chatConfig ?? beside
            let chat = try ChatConfiguration(
                contentsOf: chatFile, state: state, environment: variables(of: chatFile))
            print(try await work(PoolBackup(pool, state: state), ChatBackup(chat, state: state)))
        } catch let problems as ConfigurationProblems {
            throw PoolOptions.fail("\(problems)", code: 2)
        } catch {
            throw PoolOptions.fail("\(error)", code: 1)
        }
    }
}
