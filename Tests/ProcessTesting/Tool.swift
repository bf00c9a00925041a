import Foundation

/// A program that runs to its end.
public enum Tool {
    /// What it left.
    public struct Result: Sendable {
        /// Its exit code.
        public let exitCode: Int32
        /// Standard output and standard error.
        public let output: String
    }

    /// Runs a tool found in `$PATH`, with nothing on standard input.
    public static func run(
        _ tool: String, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(90)
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let outputFile = folder.file("output")
        try Data().write(to: URL(fileURLWithPath: outputFile))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Programs.checkout)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let watched = WatchedProcess(process: process)
        do {
            _ = try await eventually("the end of \(tool)", within: limit) { watched.process.isRunning ? nil : true }
        } catch {
            kill(process.processIdentifier, SIGKILL)
            throw error
        }
        let text = String(decoding: FileManager.default.contents(atPath: outputFile) ?? Data(), as: UTF8.self)
        return Result(exitCode: process.terminationStatus, output: text)
    }
}

/// Foundation's Process is not Sendable; only whether it still runs is asked.
private struct WatchedProcess: @unchecked Sendable {
    let process: Process
}
