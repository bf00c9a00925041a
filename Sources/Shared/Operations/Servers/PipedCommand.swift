import Foundation
import Subprocess

/// A program of the host that is given something on its standard input, such as a mail.
public enum PipedCommand {
    /// Runs a program and waits for its end; what it writes is thrown away, for it may repeat what it was given.
    ///
    /// It gets no environment but a search path: this program's own may hold secrets.
    /// - Parameters:
    ///   - command: the program's absolute path and its arguments, none of them from a request.
    ///   - input: what it reads.
    ///   - time: how long it may take; then it is killed.
    /// - Throws: an ``OperationsError`` that says what to do.
    public static func run(_ command: [String], input: [UInt8], within time: Duration) async throws(OperationsError) {
        guard let program = command.first else { preconditionFailure("a command names a program") }
        let arguments = Array(command.dropFirst())
        // By a file, not a pipe: a program that ends before it has read everything must not take this one with it.
        let file = try inputFile(input)
        defer { unlink(file) }
        let status: TerminationStatus
        do {
            status = try await withDeadline(time) {
                try await Subprocess.run(
                    .path("/bin/sh"), arguments: Arguments(["-c", "exec \"$@\" < \"$0\"", file, program] + arguments),
                    environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]),
                    input: .none, output: .discarded, error: .discarded
                ).terminationStatus
            }
        } catch is DeadlineExceeded {
            throw OperationsError("\(program) did not end in time and was killed. Try it by hand.")
        } catch {
            throw OperationsError("\(program) could not be run: \(error). Try it by hand.")
        }
        guard status.isSuccess else {
            throw OperationsError("\(program) failed (\(status)). Try it by hand with the same arguments.")
        }
    }

    /// A file of this user's alone (0600) with `input` in it.
    private static func inputFile(_ input: [UInt8]) throws(OperationsError) -> String {
        var path = Array("\(FileManager.default.temporaryDirectory.path)/gatehouse-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else {
            throw OperationsError("No temporary file can be made in \(FileManager.default.temporaryDirectory.path).")
        }
        defer { close(descriptor) }
        var rest = input[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                unlink(name)
                throw OperationsError(
                    "The temporary file \(name) cannot be written: \(String(cString: strerror(errno))).")
            }
            rest = rest.dropFirst(count)
        }
        return name
    }
}
