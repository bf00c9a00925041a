import Foundation
import Glibc
import Synchronization

/// A folder with the real `gatehouse` and shell scripts in place of the programs it starts.
final class FakeHost: Sendable {
    let path = "/tmp/gh-" + String(UInt64.random(in: .min ... .max), radix: 36)
    var state: String { path + "/state" }

    /// - Parameter programs: the text of scripts that stand for programs; the others wait for SIGTERM.
    init(_ programs: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(atPath: path + "/config", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.gatehouse, toPath: path + "/gatehouse")
        for name in ["gateway", "userpool", "chat"] {
            let waiting =
                "trap 'echo \(name) stops; exit 0' TERM\necho \"\(name) runs $$\"\nwhile :; do sleep 0.05; done"
            try ("#!/bin/sh\n" + (programs[name] ?? waiting) + "\n")
                .write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
            chmod("\(path)/\(name)", 0o755)
            try "".write(toFile: "\(path)/config/\(name).yaml", atomically: true, encoding: .utf8)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Starts `gatehouse` with these arguments, in a small environment.
    func start(_ arguments: String..., environment: [String: String] = [:]) throws -> Command {
        try Command(path + "/gatehouse", arguments, folder: path, environment: environment)
    }

    /// The executable under test: `$GATEHOUSE_BIN/gatehouse`, else the debug build's.
    private static var gatehouse: String {
        if let folder = ProcessInfo.processInfo.environment["GATEHOUSE_BIN"] { return folder + "/gatehouse" }
        return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/debug/gatehouse")
            .standardizedFileURL.path
    }
}

/// A running command and what it has written so far, standard output and error together.
final class Command: Sendable {
    let process: Int32
    private let output = Mutex(Data())
    private let status = Mutex<Int32?>(nil)

    init(_ executable: String, _ arguments: [String], folder: String, environment: [String: String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process.processIdentifier
        let thread = Thread { [self] in
            while case let chunk = pipe.fileHandleForReading.availableData, !chunk.isEmpty {
                output.withLock { $0.append(chunk) }
            }
            process.waitUntilExit()
            status.withLock { $0 = process.terminationStatus }
        }
        thread.start()
    }

    var text: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

    func signal(_ number: Int32) { kill(process, number) }

    /// Waits until the output has a match of `pattern` and returns it; `nil` after ten seconds.
    func output(matching pattern: Regex<(Substring, Substring)>) async -> String? {
        for _ in 0..<500 {
            if let match = text.firstMatch(of: pattern) { return String(match.1) }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    /// Waits for the end and returns the exit code; `nil` after 20 seconds.
    func exitCode() async -> Int32? {
        for _ in 0..<1000 {
            if let code = status.withLock({ $0 }) { return code }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }
}
