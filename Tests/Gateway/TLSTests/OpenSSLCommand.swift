import Foundation
import Subprocess

/// A self-signed certificate for `localhost` in a folder of its own, which goes with it.
final class TestCertificate: Sendable {
    let folder: URL
    var chainFile: String { folder.appending(path: "chain.pem").path }
    var keyFile: String { folder.appending(path: "key.pem").path }

    init(_ keyOptions: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) async throws {
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
    func file(_ name: String) -> String { folder.appending(path: name).path }
}

struct CommandFailure: Error { var text: String }

/// What a command came to.
struct CommandResult: Sendable {
    /// The exit code; -1 if a signal ended it.
    var code: Int32
    var output: [UInt8]
    var errors: String
    var text: String { String(decoding: output, as: UTF8.self) + errors }
}

/// Runs the `openssl` command, at most 30 seconds.
///
/// Its input is a file: a pipe to a command that ends early would be a signal to this process.
func openssl(_ arguments: [String], input: [UInt8] = []) async throws -> CommandResult {
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

/// Connects to `server` with `openssl s_client`, checks its certificate, and sends `input`.
func connect(
    to server: EchoServer, _ certificate: TestCertificate, _ options: [String], input: [UInt8] = Array("hello".utf8)
) async throws -> CommandResult {
    try await openssl(
        [
            "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "localhost", "-CAfile",
            certificate.chainFile, "-verify_return_error", "-ign_eof", "-nocommands",
        ] + options, input: input)
}
