import Glibc
import HTTP1
import Identity
import Proxy
import Routing
import Wire

/// Follows one request head through a listener's decisions and writes them down.
struct RequestExplainer {
    var explanation = RequestExplanation()
    let configuration: GatewayConfiguration
    let routing: ListenerRouting
    private let peer: String
    let visitor: RequestExplanation.Visitor
    private(set) var head = RequestHead()

    init(
        _ configuration: GatewayConfiguration, listener index: Int, peer: String,
        visitor: RequestExplanation.Visitor = .anybody
    ) {
        let listener = configuration.listeners[index]
        self.configuration = configuration
        self.peer = peer
        self.visitor = visitor
        routing = ListenerRouting(configuration, listener: index, port: UInt16(listener.port))
        explainVisitor()
        say("Listener", "\(listener.name): \(routing.isSecure ? "https" : "http"), port \(listener.port)")
    }

    /// Says how far the request departs from the standard, and whether it passes in the configured mode.
    private mutating func passesDesyncMode() -> Bool {
        let mode = configuration.attributes.desyncMode
        let reason = head.desync
        let found = reason.map { "\($0.desyncClass.rawValue), \($0.rawValue)" } ?? DesyncClass.compliant.rawValue
        switch mode.treatment(of: reason) {
        case .pass: say("Desync", found)
        case .passAndClose: say("Desync", "\(found): both connections close behind it (\(mode.rawValue) mode)")
        case .block:
            say("Desync", found)
            refuse(400, "\(HeadError.blockedByDesyncMode.explanation) (\(mode.rawValue) mode)")
            return false
        }
        return true
    }

    mutating func explain(_ bytes: [UInt8]) {
        let span = bytes.span
        var scanner = HeadScanner()
        do throws(HeadError) {
            guard case .complete(bytes.count) = try scanner.scan(span, limits: configuration.attributes.headLimits)
            else {
                return refuse(400, "the request ends before its last line, or holds an empty line.")
            }
            try head.parse(span, length: bytes.count, names: configuration.attributes.fieldNames)
        } catch {
            if let reason = error.desyncReason { say("Desync", "\(reason.desyncClass.rawValue), \(reason.rawValue)") }
            return refuse(error.status, error.explanation)
        }
        guard passesDesyncMode() else { return }
        let target = span.extracting(head.target.lowerBound..<head.target.upperBound)
        let canonicalTarget: [UInt8]
        let pathLength: Int
        var delimited: CanonicalPath.WithDelimiters?
        switch CanonicalPath.canonicalise(target) {
        case .unchanged(let length):
            canonicalTarget = (0..<target.count).map { target[$0] }
            pathLength = length
        case .rewritten(let path, let queryOffset):
            canonicalTarget = path + (queryOffset..<target.count).map { target[$0] }
            pathLength = path.count
        case .refused(let refusal):
            guard refusal == .encodedDelimiter, routing.takesEncodedDelimiters,
                let kept = CanonicalPath.keepingDelimiters(target)
            else { return refuse(refusal) }
            canonicalTarget = kept.path + (kept.queryOffset..<target.count).map { target[$0] }
            pathLength = kept.path.count
            delimited = kept
        }
        let hostValue = span.extracting(head.host.lowerBound..<head.host.upperBound)
        let host: [UInt8]
        switch HostName.normalise(hostValue) {
        case .unchanged(let length, _): host = (0..<length).map { hostValue[$0] }
        case .rewritten(let name, _): host = name
        case .refused(let refusal): return refuse(400, "the host cannot be used (\(refusal.rawValue))")
        }
        if let fault = authorityFault(bytes, host: host) {
            return refuse(fault.status, fault.explanation)
        }
        say("Host", text(host))
        say("Path", text(canonicalTarget[..<pathLength]))
        if pathLength < canonicalTarget.count { say("Query", text(canonicalTarget[(pathLength + 1)...])) }
        route(bytes, host: host, target: canonicalTarget, pathLength: pathLength, delimited: delimited)
    }

    private func authorityFault(_ bytes: [UInt8], host: [UInt8]) -> RequestAuthority.Fault? {
        RequestAuthority.fault(
            of: head, bytes.span, host: host.span, isSecure: routing.isSecure, serverName: nil)
    }

    private mutating func refuse(_ refusal: PathRefusal) {
        refuse(400, "\(refusal.sentence) (\(refusal.rawValue))")
    }

    private mutating func refuse(_ status: Int, _ why: String) {
        explanation.outcome = .init(action: .refuse, status: status)
        say("Refused", "\(status): \(why)")
    }

    private mutating func answerHere(_ what: String) {
        explanation.outcome = .init(action: .own)
        say("Action", "answered by the gateway: \(what)")
    }

    private mutating func route(
        _ bytes: [UInt8], host: [UInt8], target: [UInt8], pathLength: Int, delimited: CanonicalPath.WithDelimiters?
    ) {
        let path = target.span.extracting(0..<pathLength)
        let query = target.span.extracting(min(pathLength + 1, target.count)..<target.count)
        switch routing.reservedAddress(path) {
        case .asset: return answerHere("a part of its own pages, or a public key")
        case .signInCallback: return answerHere("the end of a sign-in")
        case .signIn: return answerHere("the start of a sign-in")
        case .sessionStatus: return answerHere("whether somebody is signed in")
        case .resume: return answerHere("a form that was held during a sign-in")
        case .signOut: return answerHere("sign-out")
        case .sessions: return answerHere("the user's own sessions")
        case .providerSignOut: return answerHere("the provider says whose sessions it has ended")
        case .frameSignOut: return answerHere("sign-out by a frame in the provider's page")
        case nil: break
        }
        let peerAddress = IPAddress(Array(peer.utf8).span)
        let index = routing.rules.match(head, bytes.span, host: host.span, path: path, query: query, peer: peerAddress)
        if let delimited,
            !routing.takesDelimiters(
                delimited, rule: index, head, bytes.span, host: host.span, query: query, peer: peerAddress)
        {
            return refuse(.encodedDelimiter)
        }
        let rule = routing.rules.rules[index]
        say("Rule", rule.priority.map { "priority \($0)" } ?? "the default rule")
        for condition in rule.conditions { say("", condition.summary) }
        let rewriting = routing.rewrite(
            rule: index, head, bytes.span, host: host.span, target: target.span, path: path, query: query,
            peer: peerAddress)
        let guardian = rewriting?.guardian
        explainAdmission(rule)
        guard isAdmitted(to: rule, bytes) else { return }
        if let guardian {
            say("", "then, because the rewritten address belongs to another rule:")
            explainAdmission(routing.rules.rules[guardian])
            guard isAdmitted(to: routing.rules.rules[guardian], bytes) else { return }
        }
        switch rule.action {
        case .fixedResponse(let fixed):
            explanation.outcome = .init(action: .fixedResponse, status: fixed.status)
            say("Action", "fixed response \(fixed.status), \(fixed.contentType), \(fixed.body.count) bytes")
        case .redirect(let redirect):
            explainRedirect(redirect, host: host, target: target, pathLength: pathLength)
        case .forward(let forward):
            switch rewriting?.result {
            case .failure(let failure): refuse(500, "the rule's transform failed (\(failure.rawValue))")
            case .success(let rewritten):
                explainForward(
                    forward, bytes, rule: guardian ?? index, target: rewritten.target ?? target, host: host,
                    rewrittenHost: rewritten.host)
            case nil:
                explainForward(forward, bytes, rule: index, target: target, host: host, rewrittenHost: nil)
            }
        }
    }

    /// What a backend is told of the visitor, with a placeholder where only a session's key can sign.
    private func identityLines(_ rule: ListenerRule) -> String {
        guard let authentication = rule.authentication, visitor == .anybody || isSignedIn(authentication) else {
            return ""
        }
        var subject = RequestExplanation.identityPlaceholder
        if case .user(let identity) = visitor { subject = identity.subject }
        return "\(IdentityHeader.data): \(RequestExplanation.identityPlaceholder)\r\n"
            + "\(IdentityHeader.identity): \(subject)\r\n"
            + (authentication.sendsAccessToken
                ? "\(IdentityHeader.accessToken): \(RequestExplanation.tokenPlaceholder)\r\n" : "")
    }

    private mutating func explainVisitor() {
        switch visitor {
        case .anybody: break
        case .stranger: say("As", "somebody without a session")
        case .user(let identity):
            let groups = identity.groups.isEmpty ? "" : ", groups \(identity.groups.joined(separator: ", "))"
            say("As", identity.subject + groups + (identity.issuer.map { ", signed in at \($0)" } ?? ""))
        }
    }

    private mutating func explainRedirect(
        _ redirect: RedirectAction, host: [UInt8], target: [UInt8], pathLength: Int
    ) {
        let outcome = redirect.outcome(
            for: .init(
                scheme: routing.isSecure ? "https" : "http", host: text(host), port: Int(routing.port),
                path: text(target[..<pathLength]),
                query: pathLength < target.count ? text(target[(pathLength + 1)...]) : nil))
        switch outcome {
        case .location(let location):
            explanation.outcome = .init(action: .redirect, status: redirect.status)
            say("Action", "redirect \(redirect.status) to \(location)")
        case .loops: refuse(500, "the redirect leads back to itself")
        case .tooLong: refuse(507, "the new address would be too long")
        }
    }

    private mutating func explainForward(
        _ forward: ForwardAction, _ bytes: [UInt8], rule: Int, target: [UInt8], host: [UInt8], rewrittenHost: [UInt8]?
    ) {
        let total = forward.groups.reduce(0) { $0 + $1.weight }
        let groups = forward.groups.map { group in
            let name = configuration.targetGroups[group.targetGroup].name
            return forward.only == nil ? "\(name) (\(group.weight) of \(total))" : name
        }
        let limit = configuration.attributes.bodyLimit
        if case .length(let count) = head.framing, limit > 0, count > limit {
            return refuse(413, "a body of \(count) bytes is more than gatehouse.limits.body.bytes (\(limit))")
        }
        explanation.outcome = .init(
            action: .forward, targetGroups: forward.groups.map { configuration.targetGroups[$0.targetGroup].name })
        say("Action", "forward to \(groups.joined(separator: " or "))")
        let identity = identityLines(routing.rules.rules[rule])
        let hostValue = bytes.span.extracting(head.host.lowerBound..<head.host.upperBound)
        // What a connection would add to it: its port, and what its handshake agreed on.
        let forwarding = ForwardingFields(
            policy: routing.forwarding, peer: peer, peerPort: 0, listenerPort: routing.port,
            tls: routing.isSecure ? ("TLSv1.3", "TLS_AES_128_GCM_SHA256") : nil)
        var random = TraceRandom(seed: .random(in: .min ... .max))
        var output = ByteQueue()
        routing.rewriter.write(
            head, bytes.span, length: bytes.count, target: target,
            host: routing.hostForBackend(host.span, rewritten: rewrittenHost, sent: hostValue), peer: forwarding.peer,
            statedFields: forwarding.lines, forwardedStart: forwarding.forwardedStart,
            trace: TraceStamp(now: Glibc.time(nil), random: random.next()), identity: Array(identity.utf8),
            opensWebSocket: WebSocketHandshake(head, bytes.span) != nil, into: &output)
        explanation.backendHead = Array(output.readable)
    }

    mutating func say(_ label: String, _ text: String) {
        explanation.facts.append(.init(label: label, text: text))
    }

    private func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
}

extension RuleCondition {
    /// The condition on one line, as the configuration has it.
    var summary: String {
        switch self {
        case .pathPattern(let patterns): "path-pattern: \(patterns.summary)"
        case .hostHeader(let patterns): "host-header: \(patterns.summary)"
        case .httpHeader(let name, let patterns): "http-header \(name.text): \(patterns.summary)"
        case .httpRequestMethod(let methods): "http-request-method: \(methods.map(\.text).joined(separator: ", "))"
        case .queryString(let patterns):
            "query-string: "
                + patterns.map { ($0.key.map { "\($0.text)=" } ?? "") + $0.value.text }.joined(separator: ", ")
        case .sourceIP(let ranges): "source-ip: \(ranges.map(\.text).joined(separator: ", "))"
        }
    }
}

extension TextPatterns {
    fileprivate var summary: String {
        (wildcards.map(\.text) + expressions.map { "/\($0.text)/" }).joined(separator: ", ")
    }
}
