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
        let status: TerminationStatus
        do {
            status = try await withDeadline(time) {
                try await Subprocess.run(
                    .path(.init(program)), arguments: Arguments(arguments),
                    environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]),
                    input: .array(input), output: .discarded, error: .discarded
                ).terminationStatus
            }
        } catch is DeadlineExceeded {
            throw OperationsError("\(program) did not end in time and was killed. Try it by hand.")
        } catch {
            throw OperationsError("\(program) could not be run: \(error). Check that it is there and executable.")
        }
        guard status.isSuccess else {
            throw OperationsError("\(program) failed (\(status)). Try it by hand with the same arguments.")
        }
    }
}
