import Glibc
import HTTP1
import OpenIDConnect
import Proxy
import Routing

/// Who may pass a rule.
extension RequestExplainer {
    /// Says what a rule asks of those who want to pass.
    mutating func explainAdmission(_ rule: ListenerRule) {
        if let authentication = rule.authentication {
            let provider = configuration.identityProviders[authentication.provider]
            let reaction =
                switch authentication.onUnauthenticatedRequest {
                case .authenticate: "without a session: to the provider (programs: 401)"
                case .allow: "without a session: passes without identity"
                case .deny: "without a session: 401"
                }
            say("Sign-in", "\(provider.issuer), \(reaction)")
            if authentication.refusesCrossOrigin { say("", "changes that pages of other origins send: 403") }
        } else if let bearer = rule.bearer {
            let rules = configuration.bearers[bearer].rules
            let audiences = rules.audiences.isEmpty ? "" : " for \(rules.audiences.joined(separator: " or "))"
            say("Token", "Authorization: Bearer of \(rules.issuer)\(audiences); without it: 401")
        } else {
            say("Sign-in", "not asked for")
        }
        guard let index = rule.authorization else { return }
        for (position, text) in configuration.authorizations[index].summary.enumerated() {
            say(position == 0 ? "Only for" : "", text)
        }
    }

    /// Whether the visitor may pass; says what becomes of him if not.
    mutating func isAdmitted(to rule: ListenerRule, _ bytes: [UInt8]) -> Bool {
        guard visitor != .anybody else { return true }
        if let authentication = rule.authentication {
            guard isSignedIn(authentication) else { return turnAway(authentication, bytes) }
            if authentication.refusesCrossOrigin, isCrossOriginRequest(bytes) {
                return deny(403, "a page of another origin sent it")
            }
        }
        if rule.bearer != nil {
            if routing.crossOrigin.passes(preflight: head, bytes.span) { return true }
            // A session is no token, and whose token it would be is not known.
            let isSession = if case .user(let identity) = visitor { identity.claims != nil } else { false }
            if visitor == .stranger || isSession {
                return hasAuthorization(bytes) || deny(401, "no bearer token")
            }
        }
        guard let index = rule.authorization, case .user(let identity) = visitor else { return true }
        let standing = identity.standing(under: configuration.authorizations[index])
        switch standing.settled(at: Glibc.time(nil)) {
        case .allowed: return true
        case .refused(let refusal): return deny(403, refusal.detail)
        case .mustAuthenticate(let refusal):
            guard rule.authentication?.onUnauthenticatedRequest == .authenticate, isNavigation(bytes),
                head.method == .get
            else { return deny(401, refusal.detail) }
            explanation.outcome = .init(action: .signIn, status: 302)
            say("Action", "302 to the provider: \(refusal.detail)")
            return false
        }
    }

    /// Whether the visitor's session counts for the rule.
    func isSignedIn(_ authentication: RuleAuthentication) -> Bool {
        guard case .user(let identity) = visitor else { return false }
        let provider = configuration.identityProviders[authentication.provider]
        return identity.issuer ?? provider.issuer == provider.issuer
            && identity.client ?? provider.clientID == provider.clientID
            && identity.cookieName ?? provider.sessionCookieName == provider.sessionCookieName
    }

    private func hasAuthorization(_ bytes: [UInt8]) -> Bool {
        head.fields.contains { bytes.span.equals($0.name, ignoringCase: "authorization") }
    }

    private func isCrossOriginRequest(_ bytes: [UInt8]) -> Bool {
        CrossOriginRequest.isOne(
            head, bytes.span, own: "https://" + bytes.span.text(head.host).lowercased(),
            allowed: configuration.attributes.corsAllowedOrigins)
    }

    private func isNavigation(_ bytes: [UInt8]) -> Bool {
        let opensWebSocket = head.asksUpgrade && WebSocketHandshake(head, bytes.span) != nil
        return CallerKind(head, bytes.span).isNavigation && !opensWebSocket
    }

    private mutating func deny(_ status: Int, _ why: String) -> Bool {
        explanation.outcome = .init(action: .deny, status: status)
        say("Action", "\(status): \(why)")
        return false
    }

    private mutating func turnAway(_ authentication: RuleAuthentication, _ bytes: [UInt8]) -> Bool {
        if routing.crossOrigin.passes(preflight: head, bytes.span) { return true }
        switch authentication.onUnauthenticatedRequest {
        case .allow: return true
        case .authenticate where isNavigation(bytes):
            explanation.outcome = .init(action: .signIn, status: 302)
            say("Action", "302 to the provider")
            return false
        case .authenticate, .deny: return deny(401, "no session")
        }
    }
}

extension RequestExplanation.Identity {
    /// How he stands: by his session's claims, or as far as is known by groups alone.
    fileprivate func standing(under rules: AuthorizationRules) -> AuthorizationStanding {
        if let claims { return rules.standing(of: claims) }
        let isMember = rules.groups.isEmpty || !Set(rules.groups).isDisjoint(with: groups)
        return isMember ? .allowed(until: .max) : .refused(.group)
    }
}

extension AuthorizationRules {
    /// What is asked for, a line each.
    fileprivate var summary: [String] {
        var lines: [String] = []
        if !groups.isEmpty { lines.append("members of \(groups.joined(separator: " or ")) (\(groupsClaim))") }
        if !emailDomains.isEmpty {
            lines.append("verified e-mail addresses of \(emailDomains.map(\.text).joined(separator: " or "))")
        }
        lines += claims.map { "\($0.name) (\($0.format.rawValue)): \($0.values.joined(separator: " or "))" }
        if let age = authentication.maximumAge { lines.append("those who signed in within \(age) s (auth_time)") }
        if !authentication.contexts.isEmpty { lines.append("acr \(authentication.contexts.joined(separator: " or "))") }
        if !authentication.methods.isEmpty {
            lines.append("amr with \(authentication.methods.joined(separator: " or "))")
        }
        return lines
    }
}
