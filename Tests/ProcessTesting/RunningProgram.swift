import Foundation

/// A program under test: started, watched, and ended by its process id.
public final class RunningProgram: @unchecked Sendable {
    // Foundation's Process is not Sendable; this class only asks it for its id, whether it runs, and its exit code.
    private let process = Process()
    private let logFile: String
    private let name: String

    /// Starts a program of ``Programs/folder``.
    ///
    /// - Parameters:
    ///   - name: Which one.
    ///   - arguments: Its arguments.
    ///   - environment: Added to this process's environment; nil removes a variable.
    ///   - logFile: Gets standard output and standard error.
    public convenience init(
        _ name: String, _ arguments: [String], environment: [String: String?] = [:], logFile: String
    ) throws {
        try self.init(
            executable: Programs.path(name), arguments, environment: environment, logFile: logFile)
    }

    /// Starts any program, named by its path.
    public init(
        executable: String, _ arguments: [String], environment: [String: String?] = [:], logFile: String
    ) throws {
        name = URL(fileURLWithPath: executable).lastPathComponent
        self.logFile = logFile
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Programs.checkout)
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GATEHOUSE_") }
        // Whoever runs the tests may have AWS credentials, and tests are not to be paid for.
        variables["GATEHOUSE_CHAT_PROVIDER"] = "offline"
        for (key, value) in environment { variables[key] = value }
        process.environment = variables
        try Data().write(to: URL(fileURLWithPath: logFile))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: logFile))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Its process id.
    public var id: Int32 { process.processIdentifier }

    /// Whether it has not ended yet.
    public var isRunning: Bool { process.isRunning }

    /// What it has written so far.
    public var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    /// Sends it a signal.
    public func signal(_ signal: Int32) { kill(id, signal) }

    /// Waits for its end.
    ///
    /// - Returns: Its exit code; 128 and the signal's number where a signal ended it.
    public func exitCode(within limit: Duration = .seconds(20)) async throws -> Int32 {
        do {
            return try await eventually("the end of \(name)", within: limit) { [process] in
                guard !process.isRunning else { return nil }
                return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
            }
        } catch {
            throw Failure("\(error)\n\(log)")
        }
    }

    /// Ends it with SIGTERM and waits.
    public func stop(within limit: Duration = .seconds(20)) async throws -> Int32 {
        signal(SIGTERM)
        return try await exitCode(within: limit)
    }

    /// Its resident memory in KiB, from /proc.
    public func residentKiB() throws -> Int { try Self.residentKiB(of: id) }

    /// The highest it has been.
    public func peakKiB() throws -> Int { try Self.memory("VmHWM:", of: id) }

    /// The resident memory of a process in KiB, from /proc.
    public static func residentKiB(of id: Int32) throws -> Int { try memory("VmRSS:", of: id) }

    private static func memory(_ label: String, of id: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }),
            let size = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { throw Failure("/proc/\(id)/status has no \(label)") }
        return size
    }
}
