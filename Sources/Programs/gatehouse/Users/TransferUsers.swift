import ArgumentParser
import Foundation
import Identity
import Operations
import UserPoolServer

/// The formats of `gatehouse users import` and `export`.
enum TransferFormat: String, ExpressibleByArgument, CaseIterable {
    /// One JSON object a line, with scrypt hashes of passwords.
    case jsonl
    /// Cognito's import header, without passwords.
    case csv

    /// By the file's name, where nothing else says.
    init(file: String) { self = file.lowercased().hasSuffix(".csv") ? .csv : .jsonl }
}

/// `gatehouse users import`.
struct ImportUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make users from a file.",
        discussion: """
            Takes what "gatehouse users export" writes, or a table under Cognito's CSV header. Users of a table have no password: they \
            choose one by a code, or an administrator gives them one ("gatehouse users reset"). Users who exist are left as they are.

            Examples:
              gatehouse users import users.jsonl
              gatehouse users import users.csv --json

            Exit codes: as "gatehouse users", and 1 if a record was refused.
            """)

    @Argument(help: "The file; - is standard input.")
    var file: String

    @Option(help: ArgumentHelp("jsonl or csv (default: by the file's name).", valueName: "format"))
    var format: TransferFormat?

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        let records = try read()
        var refused = 0
        try await pool.report { users in
            let report = try await users.importUsers(records)
            refused = report.refused.count
            let document = JSONValue(json: Array(try JSONEncoder().encode(report))) ?? .null
            return (document, UserText.imported(report))
        }
        if refused > 0 { throw ExitCode.failure }
    }

    private func read() throws -> [JSONValue] {
        let data =
            file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let data else { throw PoolOptions.fail("\(file) cannot be read.", code: 1) }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw PoolOptions.fail("\(file) is not UTF-8. Save it so.", code: 1)
        }
        if (format ?? TransferFormat(file: file)) == .csv {
            do {
                return try UserTable.records(in: text)
            } catch {
                throw PoolOptions.fail("\(file), line \(error.line): \(error)", code: 1)
            }
        }
        return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            index, line in
            if line.allSatisfy(\.isWhitespace) { return nil }
            guard let record = JSONValue(json: Array(line.utf8)), record.object?["username"]?.string != nil else {
                throw PoolOptions.fail("\(file), line \(index + 1) is no JSON object with a username.", code: 1)
            }
            return record
        }
    }
}

/// `gatehouse users export`.
struct ExportUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all users to a file.",
        discussion: """
            The file holds password hashes (jsonl) and personal data: it is made for its owner alone (0600). Second factors are not in it.

            Examples:
              gatehouse users export --output users.jsonl
              gatehouse users export --output users.csv
            """)

    @Option(help: ArgumentHelp("The file to write; must not exist.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("jsonl or csv (default: by the file's name).", valueName: "format"))
    var format: TransferFormat?

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        try await pool.report { users in
            let records = try await users.export()
            let text =
                if (format ?? TransferFormat(file: output)) == .csv {
                    UserTable.text(of: records, customAttributes: try await users.customAttributes())
                } else {
                    records.map { String(decoding: $0.json, as: UTF8.self) + "\n" }.joined()
                }
            try PrivateFile.create(output, with: Array(text.utf8))
            return (
                ["File": .string(output), "Users": .integer(records.count)], "\(records.count) users are in \(output)."
            )
        }
    }
}
