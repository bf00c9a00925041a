import Foundation
import Subprocess

/// A self-signed certificate for `localhost` in a folder of its own, which goes with it.
public final class TestCertificate: Sendable {
    private let folder: URL
    /// The certificate, PEM: its own authority.
    public var chainFile: String { folder.appending(path: "chain.pem").path }
    /// Its key, PEM.
    public var keyFile: String { folder.appending(path: "key.pem").path }

    /// - Parameter keyOptions: the key's kind, as `openssl req` has it.
    public init(_ keyOptions: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = try await openssl(
            ["req", "-x509", "-newkey"] + keyOptions + [
                "-nodes", "-keyout", keyFile, "-out", chainFile, "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ])
        guard result.code == 0 else { throw CommandFailure(text: result.text) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The path of a further file in the folder.
    public func file(_ name: String) -> String { folder.appending(path: name).path }
}

/// A command that failed.
public struct CommandFailure: Error {
    /// What it said.
    public let text: String
}

/// What a command came to.
public struct CommandResult: Sendable {
    /// The exit code; -1 if a signal ended it.
    public let code: Int32
    /// What it wrote to its output.
    public let output: [UInt8]
    /// What it wrote to its errors.
    public let errors: String
    /// Both.
    public var text: String { String(decoding: output, as: UTF8.self) + errors }
}

/// Runs the `openssl` command, at most 30 seconds.
///
/// Its input is a file: a pipe to a command that ends early would be a signal to this process.
public func openssl(_ arguments: [String], input: [UInt8] = []) async throws -> CommandResult {
    let file = FileManager.default.temporaryDirectory.appending(path: "tls-tests-input-\(UUID().uuidString)")
    try Data(input).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let result = try await Subprocess.run(
        .name("timeout"), arguments: Arguments(["30", "openssl"] + arguments),
        input: .fileDescriptor(.init(rawValue: open(file.path, O_RDONLY | O_CLOEXEC)), closeAfterSpawningProcess: true),
        output: .bytes(limit: 4 << 20), error: .string(limit: 1 << 20))
    var code: Int32 = -1
    if case .exited(let exitCode) = result.terminationStatus { code = exitCode }
    return CommandResult(code: code, output: result.standardOutput, errors: result.standardError)
}
