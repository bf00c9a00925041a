internal import COpenSSL

/// What OpenSSL said of a failure, read from its error queue at once.
public struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried.
    public let operation: String
    /// OpenSSL's reasons, outermost last; empty if it gave none.
    public let reasons: [String]

    /// What was tried and why it failed.
    public var description: String {
        reasons.isEmpty ? operation : "\(operation): \(reasons.joined(separator: "; "))"
    }

    /// Drains this thread's error queue.
    static func last(_ operation: String) -> TLSError {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            if let text = unsafe ERR_reason_error_string(code) { reasons.append(unsafe String(cString: text)) }
        }
        return TLSError(operation: operation, reasons: reasons)
    }
}
