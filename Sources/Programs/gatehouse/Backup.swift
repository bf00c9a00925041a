import ArgumentParser
import ConfigurationReading
import Foundation
import Operations
import UserPoolServer

/// `gatehouse backup`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the user pools' databases while they are in use.",
        discussion: """
            Examples:
              gatehouse backup /backups/2026-01-02
              gatehouse backup /backups/2026-01-02 --with-secrets

            Without --with-secrets the copy holds password hashes and personal data, but no key: tokens, second factors and secrets of app \
            clients can only be read with the keys in secrets/userpool. Keep those apart.

            Exit codes: 0 made, 1 not made, 2 configuration unusable.
            """)

    @Argument(help: ArgumentHelp("A folder that does not exist yet.", valueName: "folder"))
    var folder: String

    @Flag(help: "Copy the pools' keys as well.")
    var withSecrets = false

    @OptionGroup var files: BackupOptions

    func run() async throws {
        try await files.run { backup in
            let count = try await backup.make(in: folder, withSecrets: withSecrets)
            return "\(count == 1 ? "One database is" : "\(count) databases are") in \(folder)."
        }
    }
}

/// `gatehouse restore`.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup of the user pools back.",
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
        try await files.run { backup in
            let count = try await backup.restore(from: folder)
            return "\(count == 1 ? "One database is" : "\(count) databases are") put back. Start Gatehouse."
        }
    }
}

/// Which pools are meant.
struct BackupOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user pool's configuration.", valueName: "file"))
    var config = "config/userpool.yaml"

    @OptionGroup var state: StateOptions

    /// Does `work` and prints the sentence it gives. A failure is a sentence and an exit code.
    func run(_ work: (PoolBackup) async throws -> String) async throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state)) { given, _ in given }
        do {
            let pool = try UserPoolConfiguration(contentsOf: config, environment: environment, state: state)
            print(try await work(PoolBackup(pool, state: state)))
        } catch let problems as ConfigurationProblems {
            throw PoolOptions.fail("\(problems)", code: 2)
        } catch {
            throw PoolOptions.fail("\(error)", code: 1)
        }
    }
}
