import HTTP1
import Proxy
import Routing
import Sessions
import Wire

/// What a listener makes of a request's head: the part of it that needs no connection, no session and no key, so that
/// `gatehouse why` answers from the same code as the gateway. A class, since requests read it: one reference is counted, not one per part.
final class ListenerRouting: Sendable {
    /// A rule, flat: no reference is counted to read it.
    struct Step: Sendable {
        /// The identity provider in front, or -1.
        var provider: Int32
        /// The bearer token rules in front, or -1.
        var bearer: Int32
        /// What is asked of a known user, or -1.
        var authorization: Int32
        var onUnauthenticated: RuleAuthentication.Unauthenticated
        /// Whether the backend gets the access token.
        var sendsAccessToken: Bool
        /// Whether what other origins' pages would change in the user's name is refused.
        var refusesCrossOrigin: Bool
        /// The target group, where there is just one, or -1: then the rule's own action is asked.
        var targetGroup: Int32
        /// Whether the rule rewrites what a backend gets.
        var hasTransforms: Bool
        /// Whether the rule takes paths with encoded delimiters.
        var takesEncodedDelimiters: Bool
        /// Whether the rule keeps clients with their target group.
        var isSticky: Bool
    }

    let isSecure: Bool
    let port: UInt16
    let rules: RuleTable
    let steps: [Step]
    /// Whether a rule looks at the client's address.
    let looksAtPeer: Bool
    /// Whether a rule takes paths with encoded delimiters.
    let takesEncodedDelimiters: Bool
    /// Whether sign-in callbacks and sign-out end here.
    let signsIn: Bool
    /// The identity providers of the listener's rules, each once, in the order of the rules.
    let providers: [Int]
    let rewriter: RequestRewriter
    /// What backends are told of a client's connection.
    let forwarding: ForwardingPolicy
    /// What responses say besides what backends say.
    let responseFields: ResponseFields
    /// Which pages of other origins may read the gateway's own answers.
    let crossOrigin: CrossOriginPolicy
    /// Whether backends get `Host` as the client wrote it.
    private let preservesHost: Bool

    private let guards: RewriteGuards

    /// The local user pool's session. Cookies know no ports, so on one host name it comes to the application's listener too.
    private static let providerSessionCookie = "__Host-cognito="

    /// - Parameter port: the port that is listened on, where the configuration leaves it to the system.
    init(_ configuration: GatewayConfiguration, listener index: Int, port: UInt16) {
        let listener = configuration.listeners[index]
        isSecure = listener.protocol == .https
        self.port = port
        rules = listener.rules
        steps = rules.rules.map(Self.step)
        looksAtPeer = rules.rules.contains { rule in
            rule.conditions.contains { if case .sourceIP = $0 { true } else { false } }
        }
        takesEncodedDelimiters = steps.contains { $0.takesEncodedDelimiters }
        var providers: [Int] = []
        for step in steps where step.provider >= 0 && !providers.contains(Int(step.provider)) {
            providers.append(Int(step.provider))
        }
        self.providers = providers
        signsIn = !providers.isEmpty
        rewriter = RequestRewriter(
            ownCookiePrefixes: configuration.ownCookiePrefixes + (signsIn ? [Self.providerSessionCookie] : []),
            forwardedFor: configuration.attributes.forwarding.forwardedFor)
        forwarding = configuration.attributes.forwarding
        responseFields = listener.responseFields
        crossOrigin = CrossOriginPolicy(
            origins: configuration.attributes.corsAllowedOrigins,
            stated: listener.responseFields.stated.first { $0.name == "Access-Control-Allow-Origin" }?.value,
            passesPreflights: configuration.attributes.passesPreflights)
        preservesHost = configuration.attributes.preservesHost
        let sockets = configuration.targetGroups.map { Set($0.targets.map(\.socket)) }
        guards = RewriteGuards(rules) { !sockets[$0].isDisjoint(with: sockets[$1]) }
    }

    private static func step(of rule: ListenerRule) -> Step {
        var targetGroup: Int32 = -1
        var isSticky = false
        if case .forward(let action) = rule.action {
            if let only = action.only { targetGroup = Int32(only) }
            isSticky = action.stickiness != nil
        }
        return Step(
            provider: Int32(rule.authentication?.provider ?? -1), bearer: Int32(rule.bearer ?? -1),
            authorization: Int32(rule.authorization ?? -1),
            onUnauthenticated: rule.authentication?.onUnauthenticatedRequest ?? .authenticate,
            sendsAccessToken: rule.authentication?.sendsAccessToken ?? false,
            refusesCrossOrigin: rule.authentication?.refusesCrossOrigin ?? false, targetGroup: targetGroup,
            hasTransforms: rule.transforms != nil, takesEncodedDelimiters: rule.takesEncodedDelimiters,
            isSticky: isSticky)
    }

    /// The gateway's own addresses, which no rule sees.
    enum ReservedAddress: Equatable {
        /// A stylesheet or icon of the gateway's pages.
        case asset
        /// Where the identity provider sends browsers back to.
        case signInCallback
        /// Where a script sends its user to sign in and come back.
        case signIn
        case signOut
        /// Where signed-in users see their sessions.
        case sessions
        /// Where a waiting page asks whether somebody has signed in meanwhile.
        case sessionStatus
        /// Where a form that was held is shown and sent on.
        case resume
        /// Where the provider says that it has ended sessions (back-channel logout).
        case providerSignOut
        /// What the provider's sign-out page has in a frame (front-channel logout).
        case frameSignOut
    }

    /// Which of the gateway's own addresses a canonical path is, if any.
    func reservedAddress(_ path: Span<UInt8>) -> ReservedAddress? {
        guard path.count > 1, path[1] == UInt8(ascii: ".") || path[1] == UInt8(ascii: "o") else { return nil }
        let whole = ByteRange(0, path.count)
        if path.hasFoldedPrefix(whole, "/.gatehouse/") {
            guard signsIn else { return .asset }
            if path.equals(whole, "/.gatehouse/sessions") { return .sessions }
            return path.equals(whole, "/.gatehouse/session") ? .sessionStatus : .asset
        }
        guard signsIn else { return nil }
        if path.equals(whole, "/oauth2/idpresponse") { return .signInCallback }
        if path.equals(whole, "/oauth2/login") { return .signIn }
        if path.equals(whole, "/oauth2/resume") { return .resume }
        if path.equals(whole, "/oauth2/logout") { return .signOut }
        if path.equals(whole, "/oauth2/backchannel-logout") { return .providerSignOut }
        return path.equals(whole, "/oauth2/frontchannel-logout") ? .frameSignOut : nil
    }

    /// Where somebody signs in who wants to go to a page of this listener: the identity provider of the page's rule, and what
    /// that rule asks of its users, else the first provider.
    ///
    /// - Parameters:
    ///   - target: path and query of the page.
    ///   - head: of a request by the same browser, with `bytes`; its target does not count.
    ///   - host: the normal form of its host, borrowed for the call.
    func provider(
        forPage target: [UInt8], _ head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>,
        peer: IPAddress?
    ) -> (provider: Int, authorization: Int32) {
        var target = target
        let pathLength: Int
        switch CanonicalPath.canonicalise(target.span) {
        case .unchanged(let length): pathLength = length
        case .rewritten(let path, let queryOffset):
            pathLength = path.count
            target = path + target[queryOffset...]
        case .refused: return (providers[0], -1)
        }
        let path = target.span.extracting(0..<pathLength)
        let query = target.span.extracting(min(pathLength + 1, target.count)..<target.count)
        let rule = rules.match(head, bytes, host: host, path: path, query: query, peer: peer)
        let rewriting = rewrite(
            rule: rule, head, bytes, host: host, target: target.span, path: path, query: query, peer: peer)
        let step = steps[rewriting?.guardian ?? rule]
        return step.provider >= 0 ? (Int(step.provider), step.authorization) : (providers[0], -1)
    }

    /// What `Host` says to a backend instead of the client's own, or nil.
    ///
    /// Where `routing.http.preserve_host_header.enabled` is off, the load balancer's treatment: letters in lower case, no port on the
    /// listener's 80 and 443, and on another port that port if the client named none.
    ///
    /// - Parameters:
    ///   - host: the normal form of the client's.
    ///   - rewritten: the name that a transform made of it, if one did; it stands where the old name stood.
    ///   - sent: the client's own, borrowed for the call as `host` is.
    func hostForBackend(_ host: Span<UInt8>, rewritten: [UInt8]?, sent: Span<UInt8>) -> [UInt8]? {
        if preservesHost { return rewritten.map { $0 + Self.portSuffix(sent) } }
        let name = rewritten ?? (0..<host.count).map { host[$0] }
        if port == 80 || port == 443 { return name }
        let suffix = Self.portSuffix(sent)
        return name + (suffix.isEmpty ? Array(":\(port)".utf8) : suffix)
    }

    /// `:port` of a `Host`, or nothing.
    private static func portSuffix(_ host: Span<UInt8>) -> [UInt8] {
        switch HostName.normalise(host) {
        case .unchanged(_, let port?), .rewritten(_, let port?): Array(":\(port)".utf8)
        default: []
        }
    }

    /// Whether the rule that a path with encoded delimiters meets takes it: it says so, and it is also the rule of a path in which they
    /// are no delimiters. So it makes no difference to what is asked of a request whether its backend decodes them.
    func takesDelimiters(
        _ delimited: CanonicalPath.WithDelimiters, rule: Int, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
        host: Span<UInt8>, query: Span<UInt8>, peer: IPAddress?
    ) -> Bool {
        steps[rule].takesEncodedDelimiters && reservedAddress(delimited.decoded.span) == nil
            && rules.match(head, bytes, host: host, path: delimited.opaque.span, query: query, peer: peer) == rule
    }

    /// A request under the name its rule gives it.
    struct Rewriting: Sendable {
        /// What a backend gets instead, or why it gets nothing (500).
        let result: Result<RequestTransforms.Rewritten, RequestTransforms.Failure>
        /// The rule whose sign-in is asked for because the new name is its; nil: only the request's own rule counts.
        let guardian: Int?
    }

    /// Rewrites a request as its rule has it. Everything is borrowed for the call; the parameters are those of
    /// ``RuleTable/match(_:_:host:path:query:peer:)``, `target` is the canonical request target.
    func rewrite(
        rule: Int, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, host: Span<UInt8>, target: Span<UInt8>,
        path: Span<UInt8>, query: Span<UInt8>, peer: IPAddress?
    ) -> Rewriting? {
        guard let transforms = rules.rules[rule].transforms else { return nil }
        do throws(RequestTransforms.Failure) {
            let rewritten = try transforms.apply(host: host, target: target)
            let guardian = guards.guardian(
                of: rule, in: rules, rewritten: rewritten, head, bytes, host: host, path: path, query: query, peer: peer
            )
            return Rewriting(result: .success(rewritten), guardian: guardian)
        } catch {
            return Rewriting(result: .failure(error), guardian: nil)
        }
    }
}

extension GatewayConfiguration {
    /// Beginnings of the names of the gateway's own cookies, which no backend sees.
    var ownCookiePrefixes: [String] {
        identityProviders.map { $0.sessionCookieName + "-" }
            + [NonceCookie.name, TargetGroupCookie.name, TargetGroupCookie.crossSiteName].map { $0 + "=" }
    }
}
