public import Identity

/// What must be true of a bearer token: the load balancer's `jwt-validation`, and the audience, which it lacks.
public struct BearerRules: Sendable, Equatable {
    /// `iss`.
    public var issuer: String
    /// `aud` holds one of them; empty: not asked for.
    public var audiences: [String]
    /// All of them hold.
    public var claims: [ClaimRequirement]

    /// Rules.
    public init(issuer: String, audiences: [String], claims: [ClaimRequirement]) {
        self.issuer = issuer
        self.audiences = audiences
        self.claims = claims
    }

    /// Claims whose rules are fixed, so that no configuration sets them.
    public static let reservedNames: Set<String> = ["exp", "iss", "nbf", "iat", "aud"]

    /// Checks claims whose signature has been verified. The answer is when the token ends, in seconds since 1970.
    ///
    /// A token without an end is refused, and so is one whose times are no whole numbers: what one reader takes for the far future
    /// may be nothing to another (attack 58).
    func expiry(of claims: [String: JSONValue], now: Int) throws(BearerFailure) -> Int {
        guard let claimed = claims["iss"] else { throw .claimAbsent }
        guard claimed.isText(issuer) else { throw claimed.string == nil ? .claimFormat : .claimValue }
        guard let expiry = try time("exp", in: claims) else { throw .claimAbsent }
        guard expiry > now else { throw .claimValue }
        for name in ["nbf", "iat"] {
            if let time = try time(name, in: claims), time > now + IDTokenRules.clockSkew { throw .claimValue }
        }
        if !audiences.isEmpty { try checkAudience(claims["aud"]) }
        for requirement in self.claims {
            if let failure = requirement.failure(in: claims) { throw BearerFailure(failure) }
        }
        return expiry
    }

    private func time(_ name: String, in claims: [String: JSONValue]) throws(BearerFailure) -> Int? {
        guard let claim = claims[name] else { return nil }
        guard let time = claim.integer, time >= 0 else { throw .claimFormat }
        return time
    }

    private func checkAudience(_ claim: JSONValue?) throws(BearerFailure) {
        switch claim {
        case nil: throw .claimAbsent
        case .string?: guard audiences.contains(where: claim!.isText) else { throw .claimValue }
        case .array(let elements)?:
            guard elements.allSatisfy({ $0.string != nil }) else { throw .claimFormat }
            guard elements.contains(where: { audiences.contains(where: $0.isText) }) else { throw .claimValue }
        default: throw .claimFormat
        }
    }
}

/// A bearer token that passed.
public struct BearerToken: Sendable {
    /// Its claims.
    public let claims: [String: JSONValue]
    /// When it ends, in seconds since 1970.
    public let expiry: Int
}
