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
        if let authentication = rule.authentication, !isSignedIn(authentication) {
            return turnAway(authentication, bytes)
        }
        if rule.bearer != nil, visitor == .stranger, !hasAuthorization(bytes) {
            explanation.outcome = .init(action: .deny, status: 401)
            say("Action", "401: no bearer token")
            return false
        }
        guard let index = rule.authorization, case .user(let identity) = visitor else { return true }
        let groups = configuration.authorizations[index].groups
        guard groups.isEmpty || !Set(groups).isDisjoint(with: identity.groups) else {
            explanation.outcome = .init(action: .deny, status: 403)
            say("Action", "403: \(AuthorizationRefusal.group.detail)")
            return false
        }
        return true
    }

    /// Whether the visitor's session counts for the rule.
    func isSignedIn(_ authentication: RuleAuthentication) -> Bool {
        guard case .user(let identity) = visitor else { return false }
        let provider = configuration.identityProviders[authentication.provider]
        return identity.issuer ?? provider.issuer == provider.issuer
            && identity.client ?? provider.clientID == provider.clientID
    }

    private func hasAuthorization(_ bytes: [UInt8]) -> Bool {
        head.fields.contains { bytes.span.equals($0.name, ignoringCase: "authorization") }
    }

    private mutating func turnAway(_ authentication: RuleAuthentication, _ bytes: [UInt8]) -> Bool {
        let caller = CallerKind(head, bytes.span)
        let opensWebSocket = head.asksUpgrade && WebSocketHandshake(head, bytes.span) != nil
        switch authentication.onUnauthenticatedRequest {
        case .allow: return true
        case .authenticate where caller.isNavigation && !opensWebSocket:
            explanation.outcome = .init(action: .signIn, status: 302)
            say("Action", "302 to the provider")
        case .authenticate, .deny:
            explanation.outcome = .init(action: .deny, status: 401)
            say("Action", "401: no session")
        }
        return false
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
