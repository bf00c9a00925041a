import ArgumentParser
import ConfigurationReading
import Foundation
import GatewayServer
import Operations

/// `gatehouse why`.
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what the gateway would make of a request, and what a backend would get.",
        discussion: """
            Nothing is sent: the configuration is read, and the gateway's own code decides. The URL is taken as typed; \
            nothing is encoded or resolved before the gateway sees it.

            Examples:
              gatehouse why GET https://localhost:8443/reports/../admin
              gatehouse why POST https://localhost:8443/api/chat --header 'Connection: x-amzn-oidc-data'
              gatehouse why GET https://app.example.com/ --listener app --from 203.0.113.9

            Exit codes: 0 answered, 2 configuration unusable, 64 the question cannot be answered.
            """)

    @Argument(help: "The request method.")
    var method: String

    @Argument(help: "The address, http:// or https://.")
    var url: String

    @Option(help: ArgumentHelp("A header of the request; may be given more than once.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("The client's address.", valueName: "ip"))
    var from = "127.0.0.1"

    @Option(help: ArgumentHelp("The listener, where protocol and port do not tell.", valueName: "name"))
    var listener: String?

    @Option(help: ArgumentHelp("The gateway's configuration.", valueName: "file"))
    var config = "config/gateway.yaml"

    @OptionGroup var state: StateOptions

    func run() throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state)) { given, _ in given }
        do {
            let explanation = try RequestExplanation.explain(
                .init(method: method, url: url, headers: header, peer: from), listener: listener,
                try GatewayConfiguration.load(file: config, state: state, environment: environment))
            print(text(of: explanation))
        } catch let problems as ConfigurationProblems {
            throw fail("\(problems)", code: 2)
        } catch let error as RequestExplanation.Unanswerable {
            throw fail("\(error)", code: 64)
        }
    }

    private func text(of explanation: RequestExplanation) -> String {
        let width = (explanation.facts.map(\.label.count).max() ?? 0) + 2
        var lines = explanation.facts.map { fact in
            fact.label + String(repeating: " ", count: width - fact.label.count) + fact.text
        }
        if let head = explanation.backendHead {
            lines.append("\nThe backend gets:\n")
            let shown = String(decoding: head, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
            lines += shown.split(separator: "\n").map { "    \($0)" }
        } else {
            lines.append("\nNo backend sees it.")
        }
        return lines.joined(separator: "\n")
    }

    private func fail(_ message: String, code: Int32) -> ExitCode {
        FileHandle.standardError.write(Data("gatehouse: \(message)\n".utf8))
        return ExitCode(code)
    }
}
