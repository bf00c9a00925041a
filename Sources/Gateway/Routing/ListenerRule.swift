/// A rule of a listener: when it applies, who may pass, and what happens then.
public struct ListenerRule: Sendable, Equatable {
    /// 1 to 50,000, lowest first; nil for the default rule.
    public let priority: Int?
    /// All of them must hold; empty for the default rule.
    public let conditions: [RuleCondition]
    /// The sign-in in front of ``action``.
    public let authentication: RuleAuthentication?
    /// Which of the configuration's bearer token rules stands in front of ``action``, from 0. Without it and ``authentication`` everybody
    /// passes.
    public let bearer: Int?
    /// Which of the configuration's authorisations a known user has to pass as well, from 0.
    public let authorization: Int?
    /// What happens to a request that passed.
    public let action: RuleAction
    /// Under which host and address a backend gets the request; nil: under those it came with.
    public let transforms: RequestTransforms?
    /// Whether paths with encoded delimiters are taken (``CanonicalPath/WithDelimiters``).
    public let takesEncodedDelimiters: Bool

    /// Creates a rule. A rule without a priority is a default rule.
    public init(
        priority: Int?, conditions: [RuleCondition], authentication: RuleAuthentication?, bearer: Int? = nil,
        authorization: Int? = nil, action: RuleAction, transforms: RequestTransforms? = nil,
        takesEncodedDelimiters: Bool = false
    ) {
        self.priority = priority
        self.conditions = conditions
        self.authentication = authentication
        self.bearer = bearer
        self.authorization = authorization
        self.action = action
        self.transforms = transforms
        self.takesEncodedDelimiters = takesEncodedDelimiters
    }
}

/// `authenticate-oidc` in front of a rule's action.
public struct RuleAuthentication: Sendable, Equatable {
    /// What happens to a request without a session: `OnUnauthenticatedRequest`.
    public enum Unauthenticated: String, Sendable, CaseIterable {
        /// Redirect to the identity provider.
        case authenticate
        /// Pass, without identity headers.
        case allow
        /// 401; an expired session is still redirected.
        case deny
    }

    /// Which of the configuration's identity providers, from 0.
    public let provider: Int
    /// What happens to a request without a session.
    public let onUnauthenticatedRequest: Unauthenticated
    /// Whether the backend gets the access token.
    public let sendsAccessToken: Bool
    /// Whether a session's requests that may change something are refused where a page of another origin caused them.
    public let refusesCrossOrigin: Bool

    /// Creates a reference to a provider.
    public init(
        provider: Int, onUnauthenticatedRequest: Unauthenticated, sendsAccessToken: Bool = true,
        refusesCrossOrigin: Bool = false
    ) {
        self.provider = provider
        self.onUnauthenticatedRequest = onUnauthenticatedRequest
        self.sendsAccessToken = sendsAccessToken
        self.refusesCrossOrigin = refusesCrossOrigin
    }
}

/// The routing action of a rule, the last one and the only one of its kind.
public enum RuleAction: Sendable, Equatable {
    /// Forward to a backend.
    case forward(ForwardAction)
    /// Redirect to another address.
    case redirect(RedirectAction)
    /// Answer without asking a backend.
    case fixedResponse(FixedResponse)

    /// Forward to the target group with this index, from 0.
    public static func forward(targetGroup: Int) -> RuleAction {
        .forward(ForwardAction(groups: [.init(targetGroup: targetGroup, weight: 1)]))
    }
}

/// `fixed-response`: an answer that stands in the configuration.
public struct FixedResponse: Sendable, Equatable {
    /// 2xx, 4xx or 5xx.
    public let status: Int
    /// `text/plain` and the like.
    public let contentType: String
    /// The body, in UTF-8.
    public let body: [UInt8]

    /// Creates a response.
    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
