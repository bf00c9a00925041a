/// Why and where a request for a code is refused.
public enum AuthorizationRefusal: Error, Equatable, Sendable {
    /// Shown here: the given address is not known to be the client's.
    case page(UntrustedRequest)
    /// Told to the client.
    case redirect(ErrorRedirect)

    /// A request whose redirect address must not be followed.
    public enum UntrustedRequest: Sendable, Equatable {
        /// `client_id` is missing or given twice.
        case missingClient
        /// There is no such client.
        case unknownClient
        /// `redirect_uri` is missing, given twice or not registered.
        case unregisteredRedirect
    }

    /// An error answer at the client's own address.
    public struct ErrorRedirect: Sendable, Equatable {
        /// The registered address.
        public let redirectURI: String
        /// What is wrong.
        public let error: AuthorizationError
        /// More about it, for people.
        public let description: String?
        /// The client's state.
        public let state: String?

        /// The answer that says `error`.
        public init(redirectURI: String, error: AuthorizationError, description: String? = nil, state: String?) {
            self.redirectURI = redirectURI
            self.error = error
            self.description = description
            self.state = state
        }

        /// The URL to redirect to.
        public var location: String {
            var pairs = [("error", error.rawValue)]
            if let description { pairs.append(("error_description", description)) }
            if let state { pairs.append(("state", state)) }
            return FormParameters.url(redirectURI, adding: pairs)
        }
    }
}

/// The error codes of an authorization answer.
public enum AuthorizationError: String, Sendable {
    /// Malformed, or something is missing.
    case invalidRequest = "invalid_request"
    /// The client may not use this flow.
    case unauthorizedClient = "unauthorized_client"
    /// `prompt=none` without a session.
    case loginRequired = "login_required"
    /// We failed.
    case serverError = "server_error"
}
