import ArgumentParser
import Foundation
import GatewayServer
import Operations

/// How a command finds the running gateway and says what came of it; the same for all that ask one.
struct AdminOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The gateway's admin socket (default: run/admin.sock in the state folder).", valueName: "path"))
    var socket: String?

    @Flag(help: "Print JSON, for programs.")
    var json = false

    @OptionGroup var state: StateOptions

    var stateDirectory: StateDirectory { state.resolve(ProcessInfo.processInfo.environment) }

    var client: AdminClient {
        AdminClient(socket: stateDirectory.resolve(socket ?? GatewayConfiguration.defaultAdminSocket))
    }

    /// Asks the gateway and prints what it says: the document or the text made of it. A failure is a sentence, and exit code 1, unless
    /// `orElse` knows something to print.
    func report<Document: Encodable>(
        _ ask: (AdminClient) async throws -> (document: Document, text: String), orElse: () -> String? = { nil }
    ) async throws {
        do {
            let (document, text) = try await ask(client)
            Swift.print(json ? String(decoding: try AdminDocument.encode(document), as: UTF8.self) : text)
        } catch let problem as AdminProblem {
            try print(orElse(), orFail: problem.detail)
        } catch let error as OperationsError {
            try print(orElse(), orFail: error.description)
        }
    }

    private func print(_ text: String?, orFail sentence: String) throws {
        guard let text else { throw fail(sentence) }
        Swift.print(text)
    }

    private func fail(_ sentence: String) -> ExitCode {
        FileHandle.standardError.write(Data("gatehouse: \(sentence)\n".utf8))
        return .failure
    }
}
