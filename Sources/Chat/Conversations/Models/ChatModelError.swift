/// A model's failure.
public struct ChatModelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, for programs and for the stored message.
    public let code: Code
    /// A sentence for the person, saying what to do.
    public let message: String
    /// Whether the same question may succeed later.
    public let retryable: Bool

    /// Describes a failure.
    public init(_ code: Code, message: String, retryable: Bool) {
        self.code = code
        self.message = message
        self.retryable = retryable
    }

    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// The provider asks for fewer requests.
        case throttled
        /// The answer broke off without an end.
        case cut
        /// The answer took too long.
        case timeout
        /// The provider failed.
        case provider
        /// The answer could not be kept.
        case storage
    }

    /// Code and sentence, for logs; both hold nothing anybody wrote.
    public var description: String { "\(code.rawValue): \(message)" }
}
