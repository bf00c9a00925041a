import Foundation

/// An error that Bedrock answered with: in an HTTP response, or as an exception in a stream.
public struct ServiceError: Hashable, Sendable {
    /// What went wrong.
    public let kind: Kind
    /// The HTTP status; 200 for an exception in a stream.
    public let status: Int
    /// `x-amzn-RequestId`, which AWS's support asks for.
    public var requestID: String?
    /// How long the provider wants to be left alone.
    public var retryAfter: Duration?

    /// An error.
    public init(kind: Kind, status: Int, requestID: String? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.status = status
        self.requestID = requestID
        self.retryAfter = retryAfter
    }

    /// Every error of `Converse` and `ConverseStream`, told apart by what is to be done about it.
    public enum Kind: Hashable, Sendable {
        /// The request is not valid, for another reason than those below.
        case validation
        /// The model's id does not exist in this region, or no longer.
        case unknownModel
        /// The model answers through an inference profile only.
        case needsInferenceProfile
        /// Prompt and answer are longer than the model's context.
        case inputTooLong
        /// The model takes no such sampling parameter.
        case parameterRefused(Sampling)
        /// A quota of the account that is no rate.
        case quotaExceeded
        /// IAM does not allow the call.
        case accessDenied
        /// The account has not enabled the model.
        case modelNotEnabled
        /// The resource that the id names is not there.
        case notFound
        /// The model took too long.
        case modelTimeout
        /// The model failed.
        case modelFailed
        /// The model failed within a stream.
        case modelStreamFailed
        /// Too many requests or tokens a minute.
        case throttled
        /// The account's tokens of the day are used up.
        case dayQuotaExceeded
        /// The model is being loaded.
        case modelNotReady
        /// The provider failed.
        case internalFailure
        /// The provider is overloaded or down.
        case serviceUnavailable
        /// The access key or the bearer key is unknown.
        case unknownCredentials
        /// The signature is wrong, or its date is.
        case invalidSignature
        /// The credentials have expired.
        case expiredCredentials
        /// An error that this client does not know, by the status's class.
        case other(isServerSide: Bool)
    }

    /// A sampling parameter.
    public enum Sampling: String, Hashable, Sendable, CaseIterable {
        case temperature, topP
    }

    /// How a failed request may be repeated.
    public enum Retry: Sendable {
        case never
        /// After a back-off.
        case transient
        /// After a longer back-off.
        case throttling
        /// Once, if nothing has come yet.
        case once
        /// Once, with credentials loaded anew and the clock set by the answer's date.
        case afterRenewal
    }

    /// Whether a repetition may help.
    public var retry: Retry {
        switch kind {
        case .throttled: .throttling
        case .modelNotReady, .internalFailure, .serviceUnavailable: .transient
        case .modelTimeout, .modelFailed, .modelStreamFailed: .once
        case .unknownCredentials, .invalidSignature, .expiredCredentials: .afterRenewal
        case .other(let isServerSide): isServerSide ? .transient : .never
        case .validation, .unknownModel, .needsInferenceProfile, .inputTooLong, .parameterRefused, .quotaExceeded,
            .accessDenied, .modelNotEnabled, .notFound, .dayQuotaExceeded:
            .never
        }
    }

    /// The body of an error.
    struct Body: Decodable {
        let text: String
        let code: String?

        private enum Key: String, CodingKey { case message, Message, code, __type }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            text =
                try container.decodeIfPresent(String.self, forKey: .message)
                ?? container.decodeIfPresent(String.self, forKey: .Message) ?? ""
            // `code` may be a number elsewhere.
            code =
                (try? container.decodeIfPresent(String.self, forKey: .code))
                ?? (try? container.decodeIfPresent(String.self, forKey: .__type))
        }
    }

    /// Reads the error of a response that is not 200.
    ///
    /// - Parameters:
    ///   - type: the value of `x-amzn-ErrorType`: a name, with a URL behind a colon or a namespace before a number sign.
    ///   - body: the body, which may be anything.
    init(status: Int, type: String?, body: [UInt8], requestID: String?, retryAfter: Duration?) {
        let read = try? JSONDecoder().decode(Body.self, from: Data(body))
        let name = Self.bareName(type ?? read?.code ?? "")
        let kind = Kind(name: name, message: read?.text ?? "", status: status)
        self.init(kind: kind, status: status, requestID: requestID, retryAfter: retryAfter)
    }

    static func bareName(_ type: String) -> String {
        let withoutURL = type.prefix { $0 != ":" }
        return String(withoutURL.split(separator: "#").last ?? "").trimmingCharacters(in: .whitespaces)
    }
}

extension ServiceError.Kind {
    /// Tells an error by its name, in the spelling of HTTP (`ThrottlingException`) or of streams (`throttlingException`), and by its message
    /// where one name stands for several.
    init(name: String, message: String, status: Int = 200) {
        let message = message.lowercased()
        func says(_ words: String...) -> Bool { words.contains { message.contains($0) } }
        switch name.lowercased() {
        case "validationexception":
            if says("on-demand throughput") {
                self = .needsInferenceProfile
            } else if says("model identifier is invalid", "model id is invalid", "end of its life") {
                self = .unknownModel
            } else if says("too long", "context length", "context window", "maximum context", "too many input tokens") {
                self = .inputTooLong
            } else if let parameter = Self.refusedParameter(in: message) {
                self = .parameterRefused(parameter)
            } else {
                self = .validation
            }
        case "servicequotaexceededexception": self = .quotaExceeded
        case "accessdeniedexception":
            self =
                says(
                    "don't have access to the model", "access to the model with the specified model id", "model access")
                ? .modelNotEnabled : .accessDenied
        case "resourcenotfoundexception": self = says("end of its life", "legacy") ? .unknownModel : .notFound
        case "modeltimeoutexception": self = .modelTimeout
        case "modelerrorexception": self = .modelFailed
        case "modelstreamerrorexception": self = .modelStreamFailed
        case "throttlingexception", "throttling", "throttledexception", "requestthrottledexception", "requestthrottled",
            "toomanyrequestsexception", "slowdown":
            self = says("per day") ? .dayQuotaExceeded : .throttled
        case "modelnotreadyexception": self = .modelNotReady
        case "internalserverexception", "internalservererror", "internalfailure": self = .internalFailure
        case "serviceunavailableexception", "serviceunavailable": self = .serviceUnavailable
        case "unrecognizedclientexception", "invalidclienttokenid", "missingauthenticationtokenexception":
            self = .unknownCredentials
        case "invalidsignatureexception", "signaturedoesnotmatch", "requestexpired", "requesttimetooskewed",
            "incompletesignatureexception":
            self = .invalidSignature
        case "expiredtoken", "expiredtokenexception": self = .expiredCredentials
        default: self = Self.byStatus(status)
        }
    }

    private static func byStatus(_ status: Int) -> ServiceError.Kind {
        switch status {
        case 401: .unknownCredentials
        case 403: .accessDenied
        case 404: .notFound
        case 408: .modelTimeout
        case 429: .throttled
        case 503: .serviceUnavailable
        default: .other(isServerSide: status >= 500 || status == 200)
        }
    }

    private static func refusedParameter(in message: String) -> ServiceError.Sampling? {
        let refuses = [
            "deprecated", "not support", "unsupported", "cannot", "not permitted", "not allowed", "only one",
        ]
        guard refuses.contains(where: { message.contains($0) }) else { return nil }
        // Where both are named, the second is given up: a temperature says more.
        if ["top_p", "topp"].contains(where: { message.contains($0) }) { return .topP }
        return message.contains("temperature") ? .temperature : nil
    }
}
