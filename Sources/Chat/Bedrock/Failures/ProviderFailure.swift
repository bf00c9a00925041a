public import Conversations

/// Why there is no answer, or only a part of one. Carries nothing that anybody wrote, so it may be logged.
public enum ProviderFailure: Error, Hashable, Sendable {
    /// The provider answered with an error.
    case service(ServiceError)
    /// The stream's bytes are damaged.
    case damagedStream(EventStreamError)
    /// The stream ended before the answer did.
    case cutStream
    /// What came is no answer of this API.
    case malformedAnswer
    /// Nothing came in time.
    case timeout(Phase)
    /// No connection, or it broke.
    case connection(ConnectionProblem)
    /// There are no credentials to sign with.
    case credentials(CredentialError)
    /// The provider has failed so often that it is left alone for a while.
    case circuitOpen

    /// What was waited for.
    public enum Phase: String, Sendable {
        /// The connection.
        case connect
        /// The first event of the answer.
        case firstEvent
        /// The next event.
        case nextEvent
    }

    /// What is wrong with a connection.
    public enum ConnectionProblem: String, Sendable {
        /// It could not be made: no such host, refused, or the TLS handshake failed.
        case notMade
        /// It ended before the answer did.
        case broken
        /// The proxy does not let it through.
        case proxyRefused
    }
}

extension ProviderFailure {
    /// How a request that failed so may be repeated. That nothing of the answer has been passed on yet is taken for granted.
    var retry: ServiceError.Retry {
        switch self {
        case .service(let error): error.retry
        case .timeout(.connect), .connection(.notMade), .connection(.broken), .cutStream, .damagedStream: .transient
        case .timeout, .malformedAnswer, .connection(.proxyRefused), .credentials, .circuitOpen: .never
        }
    }

    /// Whether it counts against the provider's health.
    var isProvidersFault: Bool {
        switch self {
        case .timeout, .connection, .cutStream, .damagedStream, .malformedAnswer: true
        case .service(let error):
            switch error.kind {
            case .internalFailure, .serviceUnavailable, .modelTimeout: true
            case .other(let isServerSide): isServerSide
            default: false
            }
        case .credentials, .circuitOpen: false
        }
    }

    /// What the person is told.
    public var chatModelError: ChatModelError {
        switch self {
        case .service(let error): error.kind.chatModelError
        case .cutStream, .connection(.broken): ChatModelError(.cut)
        case .damagedStream:
            ChatModelError(
                .cut, message: "The answer arrived damaged. What had arrived whole is kept; try again.", retryable: true
            )
        case .malformedAnswer:
            ChatModelError(.provider, message: "The model's server sent something that is no answer.", retryable: true)
        case .timeout(.connect): ChatModelError(.unreachable)
        case .timeout(.firstEvent):
            ChatModelError(.timeout, message: "The model did not begin to answer in time. Try again.", retryable: true)
        case .timeout(.nextEvent):
            ChatModelError(
                .timeout, message: "The model stopped writing. What had arrived is kept; try again.", retryable: true)
        case .connection(.notMade): ChatModelError(.unreachable)
        case .connection(.proxyRefused):
            ChatModelError(
                .unreachable, message: "The proxy of this installation does not let requests to the model through.",
                retryable: true)
        case .credentials: ChatModelError(.credentials)
        case .circuitOpen: ChatModelError(.unavailable)
        }
    }

    /// For logs: a few words, and the request's id at the provider.
    public var summary: String {
        switch self {
        case .service(let error):
            "\(error.kind), status \(error.status)\(error.requestID.map { ", request \($0)" } ?? "")"
        case .credentials(let error): "no credentials: \(error)"
        default: "\(self)"
        }
    }
}

extension ServiceError.Kind {
    var chatModelError: ChatModelError {
        switch self {
        case .validation, .parameterRefused: ChatModelError(.badRequest)
        case .unknownModel, .notFound: ChatModelError(.notFound)
        case .needsInferenceProfile:
            ChatModelError(
                .notFound,
                message:
                    "The model answers only through an inference profile. Ask the administrator to put one's id into chat.yaml.",
                retryable: false)
        case .inputTooLong: ChatModelError(.tooLong)
        case .quotaExceeded: ChatModelError(.quota)
        case .dayQuotaExceeded:
            ChatModelError(
                .quota, message: "This installation has used up its tokens for today. Try again tomorrow.",
                retryable: true)
        case .accessDenied: ChatModelError(.denied)
        case .modelNotEnabled:
            ChatModelError(
                .denied,
                message:
                    "The model is not enabled for this installation's account. Ask the administrator to request access to it.",
                retryable: false)
        case .modelTimeout: ChatModelError(.timeout)
        case .modelFailed, .modelStreamFailed, .other: ChatModelError(.provider)
        case .throttled: ChatModelError(.throttled)
        case .modelNotReady: ChatModelError(.warming)
        case .internalFailure:
            ChatModelError(.provider, message: "The model's server failed. Try again.", retryable: true)
        case .serviceUnavailable:
            ChatModelError(
                .provider, message: "The model's server is overloaded. Try again in a moment.", retryable: true)
        case .unknownCredentials, .invalidSignature: ChatModelError(.credentials)
        case .expiredCredentials:
            ChatModelError(
                .credentials,
                message: "This installation's credentials have expired. Ask the administrator to renew them.",
                retryable: false)
        }
    }
}
