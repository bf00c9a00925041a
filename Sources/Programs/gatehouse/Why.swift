import ArgumentParser
import ConfigurationReading
import Foundation
import GatewayServer
import Operations

/// `gatehouse why`.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what the gateway would make of a request, and what a backend would get.",
        discussion: """
            Nothing is sent: the configuration is read, and the gateway's own code decides. The URL is taken as typed; \
            nothing is encoded or resolved before the gateway sees it.

            Examples:
              gatehouse why GET https://localhost:8443/reports/../admin
              gatehouse why POST https://localhost:8443/api/chat --header 'Connection: x-amzn-oidc-data'
              gatehouse why GET https://app.example.com/ --listener app --from 203.0.113.9
              gatehouse why GET https://localhost:8443/admin --as alice --groups staff --expect forward:chat
              gatehouse why GET https://localhost:8443/admin --expect sign-in

            --expect makes a test of it: forward, forward:TARGETGROUP, redirect, fixed-response, sign-in, deny, refuse, \
            gateway (an address of its own), or a status that the gateway answers with. Without --as and --session, it is asked for \
            somebody without a session. With --session, authorize rules are judged by that session's claims; with --as, by --groups \
            alone, and whatever else they ask for is taken to hold.

            Exit codes: 0 answered, and as expected; 1 not as expected, or no such session; 2 configuration unusable; 64 the \
            question cannot be answered.
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
    var config = DefaultConfiguration.file("gateway")

    @Option(name: .customLong("as"), help: ArgumentHelp("Ask as a signed-in user.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Groups the user of --as is in.", valueName: "a,b"))
    var groups: String?

    @Option(help: ArgumentHelp("Ask with a session of the running gateway, by its short id.", valueName: "id"))
    var session: String?

    @Option(help: ArgumentHelp("What has to become of the request; else exit code 1.", valueName: "action-or-status"))
    var expect: String?

    @OptionGroup var state: StateOptions

    func validate() throws {
        if user != nil, session != nil {
            throw ValidationError("--as and --session are two answers to who asks; give one.")
        }
        if groups != nil, user == nil { throw ValidationError("--groups needs --as.") }
        if let expect, !RequestExplanation.Outcome.isExpectation(expect) {
            throw ValidationError("--expect takes an action or a status; see --help.")
        }
    }

    func run() async throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment.merge(try Installation.environment(in: state, besideConfiguration: config)) { given, _ in given }
        do {
            let configuration = try GatewayConfiguration.load(file: config, state: state, environment: environment)
            let explanation = try RequestExplanation.explain(
                .init(
                    method: method, url: url, headers: header, peer: from,
                    visitor: try await visitor(socket: configuration.adminSocket)),
                listener: listener, configuration)
            print(text(of: explanation))
            if let expect, !explanation.outcome.meets(expect) {
                throw fail("expected \(expect), found \(explanation.outcome)", code: 1)
            }
        } catch let problems as ConfigurationProblems {
            throw fail("\(problems)", code: 2)
        } catch let error as RequestExplanation.Unanswerable {
            throw fail("\(error)", code: 64)
        } catch let problem as AdminProblem {
            throw fail(problem.detail, code: 1)
        }
    }

    /// Who asks.
    private func visitor(socket: String) async throws -> RequestExplanation.Visitor {
        if let session {
            return .user(.init(session: try await AdminClient(socket: socket).sessionIdentity(session)))
        }
        guard let user else { return expect == nil ? .anybody : .stranger }
        return .user(.init(subject: user, groups: (groups ?? "").split(separator: ",").map(String.init)))
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
