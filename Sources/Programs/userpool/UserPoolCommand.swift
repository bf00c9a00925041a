import ArgumentParser
import ConfigurationReading
import Foundation
import Logging
import Operations
import ServiceLifecycle
import UserPoolServer

/// `userpool --config FILE [--state DIR] [--check]`
@main
struct UserPoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "userpool",
        abstract: "The local user pool: sign-in pages and OpenID Connect, in Amazon Cognito's words.",
        discussion: """
            Listens on a Unix socket only; the gateway serves it over TLS.
            Exit codes: 0 good, 2 configuration unusable, 1 anything else. SIGTERM and SIGINT let running requests end.
            """)

    @Option(help: "The configuration file, such as config/userpool.yaml.")
    var config: String

    @Option(help: "The state folder. Default: $GATEHOUSE_HOME, else .gatehouse")
    var state: String?

    @Flag(help: "Check the configuration and exit.")
    var check = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let state = StateDirectory.resolve(flag: state, environment: environment)
        let configuration: UserPoolConfiguration
        do {
            configuration = try UserPoolConfiguration(contentsOf: config, environment: environment, state: state)
        } catch {
            fail(error, code: 2)
        }
        if check {
            print("\(config) is good: pool \(configuration.poolID) at \(configuration.endpoint)")
            return
        }
        ProgramLog.bootstrap(program: "userpool", level: configuration.logLevel)
        do {
            let server = try await UserPoolServer(configuration: configuration, state: state)
            let group = ServiceGroup(
                configuration: .init(
                    services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "userpool"))
            )
            try await group.run()
        } catch {
            fail(error, code: 1)
        }
    }

    private func fail(_ error: some Error, code: Int32) -> Never {
        FileHandle.standardError.write(Data("userpool: \(error)\n".utf8))
        Foundation.exit(code)
    }
}
