import ArgumentParser
import Foundation
import GatewayServer
import Operations

/// `gatehouse audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Look after the audit log.", subcommands: [Verify.self])

    /// `gatehouse audit verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no line of the audit log was changed, taken out, put in, moved or cut off.",
            discussion: """
                Each line holds the hash of the line before. FILE.head names the last line, so that a shortened log is \
                noticed. Whoever may write both files can make the whole chain anew; note the printed head elsewhere from time \
                to time and give it with --head, and that is noticed, too.

                A full file is set aside beside the log (gatehouse.audit.file.bytes) and checked along with it. Before such files are \
                moved elsewhere, note the head of the last one, and give it with --after from then on.

                Examples:
                  gatehouse audit verify
                  gatehouse audit verify logs/audit.0000000000081920.jsonl --after 40960:HASH

                Exit codes: 0 sound, 1 not sound or not readable.
                """)

        @Argument(help: ArgumentHelp("The log (default: logs/audit.jsonl in the state folder).", valueName: "file"))
        var file: String?

        @Option(
            help: ArgumentHelp("A head that was noted before; may be given more than once.", valueName: "sequence:hash")
        )
        var head: [String] = []

        @Option(
            help: ArgumentHelp("The head of the last file that was moved elsewhere.", valueName: "sequence:hash"))
        var after: String?

        @OptionGroup var state: StateOptions

        func run() throws {
            let log = file ?? state.resolve(ProcessInfo.processInfo.environment).resolve("logs/audit.jsonl")
            do {
                let report = try AuditReport.verify(file: log, noted: head, after: after)
                print(report.text)
                if !report.isSound { throw ExitCode.failure }
            } catch let error as OperationsError {
                FileHandle.standardError.write(Data("gatehouse: \(error)\n".utf8))
                throw ExitCode.failure
            }
        }
    }
}
