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

    /// A failure in the words that stand for its code, see ``Code/sentence``.
    public init(_ code: Code) {
        self.init(code, message: code.sentence, retryable: code.isRetryable)
    }

    /// The kinds of failure.
    public enum Code: String, CaseIterable, Sendable {
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
        /// The provider does not let this installation use the model.
        case denied
        /// The provider does not have the model, or not there.
        case notFound = "not_found"
        /// The credentials are missing, wrong or have expired.
        case credentials
        /// The provider does not accept the request as it is.
        case badRequest = "bad_request"
        /// The installation's share at the provider is used up.
        case quota
        /// The conversation is longer than the model can take in.
        case tooLong = "too_long"
        /// The model is being made ready.
        case warming
        /// The provider cannot be reached.
        case unreachable
        /// The provider failed several times in a row, and is not asked for a while.
        case unavailable
    }

    /// Code and sentence, for logs; both hold nothing anybody wrote.
    public var description: String { "\(code.rawValue): \(message)" }
}

extension ChatModelError.Code {
    /// What people are told, also of a stored message whose own sentence is gone.
    public var sentence: String {
        switch self {
        case .throttled: "The model is busy. Wait a moment, then try again."
        case .cut: "The answer broke off. What had arrived is kept; try again for a whole one."
        case .timeout: "The model took too long. Try again, or ask for something shorter."
        case .provider: "The model failed. Try again."
        case .storage: "The answer could not be stored. Copy what you need before you leave this page."
        case .denied:
            "This installation may not use the model. Ask the administrator to enable it in the provider's account."
        case .notFound: "The model does not exist there, or no longer. Ask the administrator to choose another."
        case .credentials:
            "The provider does not accept this installation's credentials. Ask the administrator to renew them."
        case .badRequest: "The model does not accept this request. Ask in other words or begin a new chat."
        case .quota: "This installation has used up its share of the model. Try again later, or ask the administrator."
        case .tooLong: "The conversation is longer than the model can take in. Begin a new chat."
        case .warming: "The model is being made ready. Try again in a minute."
        case .unreachable: "The model's provider cannot be reached. Try again in a moment."
        case .unavailable:
            "The model has failed several times in a row and is given a rest. Try again in half a minute."
        }
    }

    /// Whether the same question may succeed later.
    public var isRetryable: Bool {
        switch self {
        case .denied, .notFound, .credentials, .badRequest, .tooLong: false
        default: true
        }
    }
}
