import ArgumentParser
import ConfigurationReading
import Foundation
import GatewayServer
import Logging
import Operations

/// The gateway program: reads its configuration, serves until it is told to stop.
@main
struct Gateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Terminates TLS, signs users in, and forwards their requests to backends on Unix sockets.",
        discussion: """
            Examples:
              gateway --config config/gateway.yaml
              gateway --config config/gateway.yaml --state /var/lib/gatehouse
              gateway --config config/gateway.yaml --check

            SIGHUP has the configuration read again, and the certificates, keys and secrets that it names: all is checked before
            anything changes. "gatehouse reload" does the same and says what came of it.

            Exit codes: 0 stopped or configuration good, 1 could not start, 2 configuration unusable.
            """,
        version: "gateway (\(GatewayServer.libraryVersions))")

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("The state folder; default: $GATEHOUSE_HOME, else .gatehouse.", valueName: "folder"))
    var state: String?

    @Flag(help: "Only check the configuration.")
    var check = false

    @Option(
        help: ArgumentHelp(
            "How much is logged: trace, debug, info, notice, warning, error; default: LogLevel of the configuration.",
            valueName: "level"))
    var logLevel: Logger.Level?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        // What the gateway makes, sockets above all, is for its own user from the first moment.
        umask(0o077)
        let state = StateDirectory.resolve(flag: state, environment: environment)
        let stop = StopSignal()
        let hangUp = HangUpSignal()
        defer { withExtendedLifetime(hangUp) {} }
        do {
            let load: @Sendable () throws -> GatewayConfiguration = { [config] in
                try GatewayConfiguration.load(file: config, state: state, environment: environment)
            }
            let configuration = try load()
            if check { return print("\(config) is good.") }
            let configured = Logger.Level(rawValue: configuration.logLevel.rawValue)
            ProgramLog.bootstrap(program: "gateway", level: logLevel ?? configured ?? .info)
            let log = Logger(label: "gateway")
            let core = try GatewayCore.open(configuration, state: state, environment: environment, log: log)
            let server = try GatewayServer(core: core, log: log, load: load)
            try await server.openAdmin()
            for (listener, port) in zip(configuration.listeners, server.ports) {
                log.info(
                    "listening", metadata: ["listener": "\(listener.name)", "address": "\(listener.address):\(port)"])
            }
            hangUp.handle { _ = try? await server.reload() }
            await stop.wait()
            log.info("stopping: running requests may end")
            await Task.detached { server.drain() }.value
            await server.shutDown()
        } catch let problems as ConfigurationProblems {
            throw ProgramFailure.report(problems, code: 2)
        } catch {
            throw ProgramFailure.report(error, code: 1)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Ends the program with a sentence on standard error.
enum ProgramFailure {
    static func report(_ error: any Error, code: Int32) -> ExitCode {
        FileHandle.standardError.write(Data("gateway: \(error)\n".utf8))
        return ExitCode(code)
    }
}
