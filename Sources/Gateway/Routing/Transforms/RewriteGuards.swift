public import HTTP1

/// Which rules' sign-in and authorisation a rewritten request has to pass besides its own rule's.
///
/// A rule that lets everybody pass and rewrites `/public/x` to `/x` would otherwise lead around the rule that asks for a sign-in on
/// `/x`: whatever is rewritten is therefore authorised under its new name, too (in the peers' history: CVE-2026-40912,
/// CVE-2026-48020). The rule that the new name meets counts if it asks for a sign-in, or for anything of a user, that the
/// request's own rule does not ask for, and leads to a backend that the request goes to, or to no backend at all. Whoever wants a rewritten address open to everybody gives that address a rule that says so.
public struct RewriteGuards: Sendable, Equatable {
    /// By rule: the rules that count for it; empty for rules that rewrite nothing.
    private let guardians: [Set<Int>]

    /// Works out who guards whom.
    ///
    /// - Parameter sharesTarget: Whether two target groups, by index, have a backend in common.
    public init(_ table: RuleTable, sharesTarget: (Int, Int) -> Bool) {
        guardians = table.rules.map { rule in
            guard rule.transforms != nil, case .forward(let action) = rule.action else { return [] }
            return Set(
                table.rules.indices.filter { index in
                    let other = table.rules[index]
                    guard Self.asksForMore(other, than: rule) else { return false }
                    guard case .forward(let otherAction) = other.action else { return true }
                    return action.groups.contains { group in
                        otherAction.groups.contains { sharesTarget(group.targetGroup, $0.targetGroup) }
                    }
                })
        }
    }

    /// The rule whose sign-in a request forwarded by `rule` has to pass; nil if it may go.
    ///
    /// Everything is borrowed for the call; the parameters are those of ``RuleTable/match(_:_:host:path:query:peer:)``.
    public func guardian(
        of rule: Int, in table: RuleTable, rewritten: RequestTransforms.Rewritten, _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>, peer: IPAddress?
    ) -> Int? {
        guard !guardians[rule].isEmpty else { return nil }
        func meets(_ host: Span<UInt8>, _ path: Span<UInt8>, _ query: Span<UInt8>) -> Int? {
            let other = table.match(head, bytes, host: host, path: path, query: query, peer: peer)
            return guardians[rule].contains(other) ? other : nil
        }
        guard let target = rewritten.target else {
            guard let newHost = rewritten.host else { return nil }
            return meets(newHost.span, path, query)
        }
        let newPath = target.span.extracting(0..<rewritten.pathLength)
        let newQuery = target.span.extracting(min(rewritten.pathLength + 1, target.count)..<target.count)
        // A backend may look at the host or not: under either name the address must be open.
        if let other = meets(host, newPath, newQuery) { return other }
        guard let newHost = rewritten.host else { return nil }
        return meets(newHost.span, newPath, newQuery)
    }

    /// Whether passing `rule` does not imply passing `other`.
    private static func asksForMore(_ other: ListenerRule, than rule: ListenerRule) -> Bool {
        if let authorization = other.authorization, authorization != rule.authorization { return true }
        if let bearer = other.bearer { return bearer != rule.bearer }
        // A session at one provider says nothing about another's users.
        return asksForSignIn(other)
            && (!asksForSignIn(rule) || other.authentication?.provider != rule.authentication?.provider)
    }

    private static func asksForSignIn(_ rule: ListenerRule) -> Bool {
        rule.authentication.map { $0.onUnauthenticatedRequest != .allow } ?? false
    }
}
