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

    var client: AdminClient {
        let state = state.resolve(ProcessInfo.processInfo.environment)
        return AdminClient(
            socket: state.resolve(socket ?? GatewayConfiguration.defaultAdminSocket))
    }

    /// Asks the gateway and prints what it says: the document or the text made of it. A failure is a sentence, and exit code 1.
    func report<Document: Encodable>(
        _ ask: (AdminClient) async throws -> (document: Document, text: String)
    ) async throws {
        do {
            let (document, text) = try await ask(client)
            print(json ? String(decoding: try AdminDocument.encode(document), as: UTF8.self) : text)
        } catch let problem as AdminProblem {
            throw fail(problem.detail)
        } catch let error as OperationsError {
            throw fail(error.description)
        }
    }

    private func fail(_ sentence: String) -> ExitCode {
        FileHandle.standardError.write(Data("gatehouse: \(sentence)\n".utf8))
        return .failure
    }
}
