import Glibc

/// A failure of running the programs: a folder, a file, a port, a socket, a certificate, a child process.
///
/// The description is one sentence for the operator that says what went wrong and what to do.
public struct OperationsError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    /// Creates an error from its sentence.
    public init(_ description: String) {
        self.description = description
    }

    /// A failed system call: "Cannot WHAT: REASON. HINT".
    static func system(_ what: String, _ code: CInt, hint: String? = nil) -> OperationsError {
        let reason = String(cString: strerror(code))
        return OperationsError("Cannot \(what): \(reason)." + (hint.map { " \($0)" } ?? ""))
    }
}
