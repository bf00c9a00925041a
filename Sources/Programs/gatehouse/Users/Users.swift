import ArgumentParser
import ConfigurationReading
import Foundation
import Identity
import Operations
import UserPoolServer

/// `gatehouse users`.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after the users of the local user pool.",
        discussion: """
            Speaks to the running pool on its admin socket, signed with the key in secrets/aws-credentials, as the AWS CLI does on \
            the port of "gatehouse up --pool-api". Every subcommand takes --json.

            Examples:
              gatehouse users create ann --email ann@example.org --group staff
              printf %s "$PASSWORD" | gatehouse users create admin --email a@example.org --group admin --password-stdin --permanent --if-missing
              gatehouse users list --filter 'status = "Disabled"'
              gatehouse users reset ann
              gatehouse users export --output users.jsonl

            Exit codes: 0 done; 1 refused, or nobody answers; 2 configuration unusable; 3 no such user or group; 4 exists already; \
            64 the command is wrong.
            """,
        subcommands: [
            CreateUser.self, ListUsers.self, ShowUser.self, DisableUser.self, EnableUser.self, ResetUser.self,
            DeleteUser.self, UserGroups.self, UserMFA.self, Unlock.self, ImportUsers.self, ExportUsers.self,
        ])
}

/// How a command finds the running pool and says what came of it.
struct PoolOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user pool's configuration.", valueName: "file"))
    var config = DefaultConfiguration.file("userpool")

    @Option(help: ArgumentHelp("Which key of the credentials file signs.", valueName: "name"))
    var profile = "default"

    @Flag(help: "Print JSON, for programs.")
    var json = false

    @OptionGroup var state: StateOptions

    /// The configuration of the pool.
    ///
    /// - Throws: exit code 2, when every problem has been printed.
    func configuration() throws -> UserPoolConfiguration {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state, besideConfiguration: config)) { given, _ in given }
        do {
            return try UserPoolConfiguration(contentsOf: config, environment: environment, state: state)
        } catch {
            throw Self.fail("\(error)", code: 2)
        }
    }

    /// Does `work` with the running pool and prints the document or the text that it gives. A failure is a sentence and an exit code.
    func report(_ work: (UserAdministration) async throws -> (document: JSONValue, text: String)) async throws {
        let configuration = try configuration()
        do {
            let users = UserAdministration(try PoolAdministrator(configuration, profile: profile))
            let (document, text) = try await work(users)
            print(json ? String(decoding: document.json, as: UTF8.self) : text)
        } catch let refusal as PoolAdministrator.Refusal {
            throw Self.fail("\(refusal)", code: Self.exitCode(of: refusal.type))
        } catch let error as OperationsError {
            throw Self.fail("\(error)", code: 1)
        }
    }

    static func fail(_ sentence: String, code: Int32) -> ExitCode {
        FileHandle.standardError.write(Data("gatehouse: \(sentence)\n".utf8))
        return ExitCode(code)
    }

    private static func exitCode(of type: String) -> Int32 {
        switch type {
        case "UserNotFoundException", "ResourceNotFoundException": 3
        case "UsernameExistsException", "GroupExistsException", "AliasExistsException": 4
        default: 1
        }
    }
}

/// Where a password comes from.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input; a line break at its end is left out. Else one is made.")
    var passwordStdin = false

    /// The password that was given; nil where one is to be made.
    func read() throws -> String? {
        guard passwordStdin else { return nil }
        let text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        let password = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !password.isEmpty else { throw PoolOptions.fail("Standard input holds no password.", code: 64) }
        return password
    }

    /// Refuses to make a password that would stay in a log of a build, unless somebody asks for JSON.
    func check(_ pool: PoolOptions) throws {
        guard passwordStdin || pool.json || isatty(STDOUT_FILENO) == 1 else {
            throw ValidationError(
                "Standard output is no terminal, where a password that is made would be shown. Give one with --password-stdin, "
                    + "or take it from --json.")
        }
    }
}
