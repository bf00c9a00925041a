import ArgumentParser
import Operations

/// The operator's command. An error is one sentence on standard error, and exit code 1.
@main
struct Gatehouse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse",
        abstract: "Sign in and chat through one TLS gateway, on one host.",
        subcommands: [
            Up.self, Init.self, Reload.self, Why.self, Explain.self, SessionsCommand.self, AuditCommand.self,
            SelftestBackend.self, Users.self, Backup.self, Restore.self,
            RunProgram.self,
        ])
}

/// Where the state folder is; the same for every subcommand.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("The state folder (default: $GATEHOUSE_HOME, else .gatehouse).", valueName: "dir"))
    var path: String?

    func resolve(_ environment: [String: String]) -> StateDirectory {
        StateDirectory.resolve(flag: path, environment: environment)
    }
}
