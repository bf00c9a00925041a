import Accounts
import ArgumentParser
import ConfigurationReading
import Foundation
import Operations
import UserPoolServer

/// `gatehouse users unlock`.
struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let a user try to sign in again who was locked out by failed attempts.",
        discussion: """
            Works while Gatehouse runs and while it does not. Without it a lock ends by itself, after 15 minutes at \
            most; browsers in which the user has signed in before are not locked by failures elsewhere.

            Exit codes: 0 unlocked, 1 no such user or the database cannot be used, 2 configuration unusable.
            """)

    @Argument(help: "The user's name.")
    var username: String

    @Option(help: ArgumentHelp("The user pool's configuration.", valueName: "file"))
    var config = DefaultConfiguration.file("userpool")

    @OptionGroup var state: StateOptions

    func run() async throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state, besideConfiguration: config)) { given, _ in given }
        do {
            let pool = try UserPoolConfiguration(contentsOf: config, environment: environment, state: state)
            guard FileManager.default.fileExists(atPath: pool.databasePath) else {
                throw OperationsError(
                    "There is no user pool at \(pool.databasePath). Name the state folder: --state DIR")
            }
            guard try await Administration.unlock(try Username(username), in: pool, state: state) else {
                throw OperationsError("There is no user \(username). Nothing was locked.")
            }
            print("\(username) may sign in again.")
        } catch let problems as ConfigurationProblems {
            FileHandle.standardError.write(Data("gatehouse: \(problems)\n".utf8))
            throw ExitCode(2)
        }
    }
}
