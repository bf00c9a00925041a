import Glibc

/// A system call that failed, with its errno.
public struct SystemCallError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call.
    public let call: String
    /// Its errno.
    public let code: Int32

    /// The error of `call`, with its errno.
    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The call and the system's words for the errno.
    public var description: String { unsafe "\(call): \(String(cString: strerror(code)))" }

    /// `result` if it is no negative errno.
    @discardableResult
    static func check(_ result: Int32, _ call: @autoclosure () -> String) throws(SystemCallError) -> Int32 {
        guard result >= 0 else { throw SystemCallError(call: call(), code: -result) }
        return result
    }
}
