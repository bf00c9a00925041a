import ArgumentParser
import ChatServer
import ConfigurationReading
import Conversations
import Foundation
import Logging
import Operations
import ServiceLifecycle

/// `chat`: the chat pages and API on a Unix socket, for requests that come through the gateway.
@main
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Serves the chat on a Unix socket to requests that come through the gateway.",
        discussion: "Exit codes: 0 good, 2 configuration unusable (every problem is listed), 1 any other failure.")

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("The state folder (default: $GATEHOUSE_HOME, else .gatehouse).", valueName: "directory"))
    var state: String?

    @Flag(help: "Check the configuration and exit.")
    var check = false

    func run() async throws {
        // Files and sockets made from here on are this user's alone.
        umask(0o077)
        let environment = ProcessInfo.processInfo.environment
        let directory = StateDirectory.resolve(flag: state, environment: environment)
        let configuration: ChatConfiguration
        do {
            configuration = try ChatConfiguration(contentsOf: config, state: directory, environment: environment)
        } catch {
            complain("\(error)")
            throw ExitCode(2)
        }
        do {
            try ConfiguredModel.check(configuration.model, environment: environment)
        } catch {
            complain("\(config): \(error)")
            throw ExitCode(2)
        }
        if check { return print("\(config): good") }
        do {
            try await serve(configuration, in: directory, environment)
        } catch {
            complain("chat: \(error)")
            throw ExitCode(1)
        }
    }

    private func serve(
        _ configuration: ChatConfiguration, in directory: StateDirectory, _ environment: [String: String]
    ) async throws {
        ProgramLog.bootstrap(program: "chat", level: configuration.logLevel.level)
        let logger = Logger(label: "chat")
        try directory.prepare()
        DescriptorLimit.raise()
        let claim = try UnixSocket.claim(path: configuration.socketPath)
        defer { withExtendedLifetime(claim) {} }

        let store = try SQLiteConversationStore(
            path: configuration.databasePath, limits: configuration.limits.storage)
        let interrupted = try await store.markInterrupted(now: .now)
        if interrupted > 0 {
            logger.notice("answers of an earlier run marked as interrupted", metadata: ["answers": "\(interrupted)"])
        }
        let configured = try ConfiguredModel(configuration.model, environment: environment, logger: logger)
        let server = try ChatServer(configuration: configuration, store: store, model: configured.model, logger: logger)
        // Services end in the opposite order: first the answers, then the connections.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: server.application(), failureTerminationBehavior: .cancelGroup),
            .init(service: server.upkeep(), successTerminationBehavior: .ignore),
        ]
        var operatorClaim: UnixSocket.Claim?
        if let operators = server.operatorApplication() {
            operatorClaim = try UnixSocket.claim(path: configuration.operatorSocketPath)
            services.append(.init(service: operators, failureTerminationBehavior: .cancelGroup))
        }
        defer { withExtendedLifetime(operatorClaim) {} }
        services.append(.init(service: server.drain()))
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(configuration.drainSeconds + 5)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await configured.shutdown()
            try? await store.close()
            throw error
        }
        await configured.shutdown()
        try await store.close()
        logger.notice("stopped")
    }

    private func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }
}

extension ChatConfiguration.LogLevel {
    var level: Logger.Level {
        Logger.Level(rawValue: rawValue) ?? .info
    }
}
