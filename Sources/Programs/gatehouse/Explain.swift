import ArgumentParser
import Foundation
import GatewayServer
import Operations

/// `gatehouse explain`.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why a request was answered as it was.",
        discussion: """
            Every error page shows the request's number. The running gateway keeps the last requests that it refused or that \
            failed; what it has forgotten is looked for in the audit log.

            Examples:
              gatehouse explain 8f14e45fceea167a
              gatehouse explain                     the last ones

            Exit codes: 0 found, 1 not found or no gateway, 64 the command is wrong.
            """)

    @Argument(
        help: ArgumentHelp("The request's number; without it, the last ones are listed.", valueName: "request-id"))
    var id: String?

    @Option(help: ArgumentHelp("How many are listed, 1 to 2000.", valueName: "count"))
    var limit = 20

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        guard (1...2000).contains(limit) else { throw ValidationError("--limit takes 1 to 2000.") }
        if let id, id.wholeMatch(of: /[0-9a-f]{16}/) == nil {
            throw ValidationError("\(id) is no request number: 16 digits 0-9 and a-f, as error pages show.")
        }
    }

    func run() async throws {
        guard let id else {
            return try await admin.report {
                let list = try await $0.requests(limit: limit)
                return (list, FailureText.list(list, now: Date()))
            }
        }
        let log = admin.stateDirectory.resolve("logs/audit.jsonl")
        try await admin.report(
            {
                let failure = try await $0.request(id)
                return (failure, FailureText.of(failure))
            }, orElse: { AuditReport.lines(of: id, in: log) })
    }
}
