import Foundation

/// Requests by curl: another implementation than any in this package.
public struct Curl: Sendable {
    /// What came back.
    public struct Answer: Sendable, CustomStringConvertible {
        /// The status; 0 if there was none.
        public let status: Int
        /// Field names in lower case, of the last answer.
        public let fields: [(name: String, value: String)]
        /// The body, as text.
        public let body: String
        /// curl's exit code.
        public let exitCode: Int32

        /// The first value of a field.
        public func value(_ name: String) -> String? { fields.first { $0.name == name.lowercased() }?.value }

        /// All values of a field.
        public func values(_ name: String) -> [String] {
            fields.filter { $0.name == name.lowercased() }.map(\.value)
        }

        /// For failures' messages.
        public var description: String {
            "curl exit \(exitCode), status \(status), \(fields.map { "\($0.name): \($0.value)" }), \(body.prefix(2000))"
        }
    }

    private let arguments: [String]
    /// The file with its cookies.
    public let jar: String?

    /// A browser, as far as curl is one.
    ///
    /// - Parameters:
    ///   - caFile: The authority to trust, PEM.
    ///   - jar: A file for cookies; nil keeps none.
    ///   - resolving: Names that lead elsewhere, `HOST:PORT:ADDRESS`.
    public init(caFile: String? = nil, jar: String? = nil, resolving: [String] = []) {
        self.jar = jar
        arguments =
            ["--silent", "--show-error", "--max-time", "60", "--path-as-is", "--globoff", "--noproxy", "*"]
            + resolving.flatMap { ["--resolve", $0] } + (caFile.map { ["--cacert", $0] } ?? [])
            + (jar.map { ["--cookie", $0, "--cookie-jar", $0] } ?? [])
    }

    /// Sends one request; redirects are only followed with `--location` among the arguments.
    public func callAsFunction(_ url: String, _ extra: String...) async throws -> Answer {
        try await run(url, extra)
    }

    /// Sends one request.
    public func run(_ url: String, _ extra: [String]) async throws -> Answer {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["curl"] + arguments + ["--dump-header", folder.file("head")] + extra
            + ["--output", folder.file("body"), url]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let ended = UncheckedProcess(process: process)
        _ = try await eventually("curl's end", within: .seconds(90)) { ended.process.isRunning ? nil : true }
        let head = (try? String(contentsOfFile: folder.file("head"), encoding: .utf8)) ?? ""
        let body = FileManager.default.contents(atPath: folder.file("body")) ?? Data()
        return Self.answer(head: head, body: String(decoding: body, as: UTF8.self), exitCode: process.terminationStatus)
    }

    private static func answer(head: String, body: String, exitCode: Int32) -> Answer {
        // With --location the file holds every answer's head; the last one counts.
        let last = head.replacing("\r\n", with: "\n").split(separator: "\n\n").last ?? ""
        let lines = last.split(separator: "\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
        return Answer(status: status, fields: fields, body: body, exitCode: exitCode)
    }
}

/// Foundation's Process is not Sendable; only whether it still runs is asked.
private struct UncheckedProcess: @unchecked Sendable {
    let process: Process
}
