public import Identity

/// What a user must be to pass a rule: `authorize` in front of its action. Everything that is asked for must hold.
public struct AuthorizationRules: Sendable, Equatable {
    /// The user is in one of them, letter case counting; empty: not asked for.
    public var groups: [String]
    /// Where the user's groups stand: an array of texts.
    public var groupsClaim: String
    /// The user's verified e-mail address is of one of them; empty: not asked for.
    public var emailDomains: [EmailDomain]
    /// All of them hold.
    public var claims: [ClaimRequirement]
    /// How and when the user signed in.
    public var authentication: AuthenticationDemand

    /// Amazon Cognito's.
    public static let defaultGroupsClaim = "cognito:groups"

    /// Rules; what is left out is not asked for.
    public init(
        groups: [String] = [], groupsClaim: String = defaultGroupsClaim, emailDomains: [EmailDomain] = [],
        claims: [ClaimRequirement] = [], authentication: AuthenticationDemand = AuthenticationDemand()
    ) {
        self.groups = groups
        self.groupsClaim = groupsClaim
        self.emailDomains = emailDomains
        self.claims = claims
        self.authentication = authentication
    }

    /// How a user with these claims stands. Only claims that the provider vouches for may come in here.
    public func standing(of claims: [String: JSONValue]) -> AuthorizationStanding {
        if !groups.isEmpty {
            let own = claims[groupsClaim]?.array ?? []
            guard own.contains(where: { value in groups.contains { value.isText($0) } }) else {
                return .refused(.group)
            }
        }
        if !emailDomains.isEmpty {
            guard let email = claims["email"]?.string, let domain = EmailDomain(ofAddress: email) else {
                return .refused(.email)
            }
            // Amazon Cognito says it as a text.
            guard claims["email_verified"] == .bool(true) || claims["email_verified"]?.isText("true") == true else {
                return .refused(.emailUnverified)
            }
            guard emailDomains.contains(domain) else { return .refused(.emailDomain) }
        }
        for requirement in self.claims {
            if let failure = requirement.failure(in: claims) { return .refused(.claim(requirement.name, failure)) }
        }
        return authentication.standing(of: claims)
    }
}

/// Whether a user may pass a rule.
public enum AuthorizationStanding: Sendable, Equatable {
    /// He may, until the authentication is too old, in seconds since 1970; `Int.max`: for as long as the claims stand.
    case allowed(until: Int)
    /// He may not.
    case refused(AuthorizationRefusal)
    /// He may once he has signed in as is asked for.
    case mustAuthenticate(AuthorizationRefusal)

    /// The same at `now` (seconds since 1970): an authentication that has become too old has to be repeated.
    public func settled(at now: Int) -> AuthorizationStanding {
        if case .allowed(let end) = self, now > end { return .mustAuthenticate(.authenticationAge) }
        return self
    }
}

/// Why a user may not pass.
public enum AuthorizationRefusal: Sendable, Equatable {
    case group
    case email
    case emailUnverified
    case emailDomain
    case claim(String, ClaimRequirement.Failure)
    /// `auth_time` is missing, or too long ago.
    case authenticationAge
    /// `acr` is none of those asked for.
    case authenticationContext
    /// `amr` holds none of those asked for.
    case authenticationMethod

    /// For logs and for programs.
    public var reason: String {
        switch self {
        case .group: "group"
        case .email: "email"
        case .emailUnverified: "email_unverified"
        case .emailDomain: "email_domain"
        case .claim: "claim"
        case .authenticationAge: "authentication_age"
        case .authenticationContext: "authentication_context"
        case .authenticationMethod: "authentication_method"
        }
    }

    /// What exactly was wanted, for the operator. Holds no claim's value.
    public var detail: String {
        switch self {
        case .group: "the user is in none of the groups"
        case .email: "there is no e-mail address, or none that is beyond doubt"
        case .emailUnverified: "the e-mail address is not verified"
        case .emailDomain: "the e-mail address is of another domain"
        case .claim(let name, let failure): "the claim \(name) \(failure.text)"
        case .authenticationAge: "the user signed in too long ago, or auth_time is missing"
        case .authenticationContext: "acr is missing or another one"
        case .authenticationMethod: "amr is missing or another one"
        }
    }
}
