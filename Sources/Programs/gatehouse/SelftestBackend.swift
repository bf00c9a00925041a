import ArgumentParser
import ConfigurationReading
import Foundation
import GatewayServer
import Operations

/// `gatehouse selftest-backend`.
struct SelftestBackend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest-backend",
        abstract: "Find out whether a backend believes forged identities.",
        discussion: """
            Sends GET requests straight to the backend's socket: one with an identity as the gateway signs it, for a user called \
            "gatehouse-selftest", and one for each way to forge it: absent, expired, another key, signer, issuer or client, unsigned, \
            HS256 with the public key, changed claims. A backend has to take the first and refuse all others.

            Example:
              gatehouse selftest-backend --socket run/chat.sock

            Exit codes: 0 the backend takes the gateway's identity alone; 1 it does not, or does not answer; 2 configuration \
            unusable; 64 the command is wrong.
            """)

    @Option(help: ArgumentHelp("The backend's socket, relative to the state folder.", valueName: "path"))
    var socket: String

    @Option(
        help: ArgumentHelp("The address that is asked for: one that only signed-in users may see.", valueName: "path"))
    var path = "/"

    @Option(help: ArgumentHelp("The issuer the backend expects (default: from the configuration).", valueName: "url"))
    var issuer: String?

    @Option(help: ArgumentHelp("The client id the backend expects (default: from the configuration).", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("The gateway's configuration.", valueName: "file"))
    var config = DefaultConfiguration.file("gateway")

    @Flag(help: "Print JSON, for programs.")
    var json = false

    @OptionGroup var state: StateOptions

    func validate() throws {
        guard path.hasPrefix("/") else { throw ValidationError("--path begins with a slash.") }
    }

    func run() async throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state, besideConfiguration: config)) { given, _ in given }
        do {
            let configuration = try GatewayConfiguration.load(file: config, state: state, environment: environment)
            let report = try await BackendSelftest(
                socket: socket, path: path, issuer: issuer, client: client, configuration, state: state
            ).run()
            print(json ? String(decoding: try AdminDocument.encode(report), as: UTF8.self) : report.text)
            if !report.isSound { throw ExitCode.failure }
        } catch let problems as ConfigurationProblems {
            throw fail("\(problems)", code: 2)
        } catch let error as OperationsError {
            throw fail("\(error)", code: 1)
        }
    }

    private func fail(_ message: String, code: Int32) -> ExitCode {
        FileHandle.standardError.write(Data("gatehouse: \(message)\n".utf8))
        return ExitCode(code)
    }
}
