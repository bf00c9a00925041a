import EventLoop
import Pages
import Proxy
import Routing
import TLS

/// What a worker knows of one listener: its rules in the form the hot path reads, its TLS context, what it states to backends.
final class ListenerContext {
    /// A rule, flat: no reference is counted to read it.
    struct Step {
        /// The identity provider in front, or -1.
        var provider: Int32
        var onUnauthenticated: RuleAuthentication.Unauthenticated
        /// The target group, or -1: then the rule's own action is asked.
        var targetGroup: Int32
    }

    let core: GatewayCore
    let isSecure: Bool
    let port: UInt16
    let rules: RuleTable
    let steps: [Step]
    /// Whether sign-in callbacks and sign-out end here.
    let signsIn: Bool
    /// The first identity provider of the listener's rules, or -1.
    let firstProvider: Int
    let tls: TLSContext?
    let rewriter: RequestRewriter
    /// `X-Forwarded-Proto` and `X-Forwarded-Port`, as lines.
    let statedFields: [UInt8]

    /// The local user pool's session. Cookies know no ports, so on one host name it comes to the application's listener too.
    private static let providerSessionCookie = "__Host-cognito="

    init(core: GatewayCore, index: Int, descriptor: Int32) throws {
        let listener = core.configuration.listeners[index]
        self.core = core
        isSecure = listener.protocol == .https
        port = try Sockets.port(of: descriptor)
        rules = listener.rules
        steps = rules.rules.map { rule in
            var targetGroup: Int32 = -1
            if case .forward(let group) = rule.action { targetGroup = Int32(group) }
            return Step(
                provider: Int32(rule.authentication?.provider ?? -1),
                onUnauthenticated: rule.authentication?.onUnauthenticatedRequest ?? .authenticate,
                targetGroup: targetGroup)
        }
        firstProvider = Int(steps.first { $0.provider >= 0 }?.provider ?? -1)
        signsIn = firstProvider >= 0
        rewriter = RequestRewriter(
            ownCookiePrefixes: core.ownCookiePrefixes + (signsIn ? [Self.providerSessionCookie] : []))
        statedFields = Array("X-Forwarded-Proto: \(isSecure ? "https" : "http")\r\nX-Forwarded-Port: \(port)\r\n".utf8)
        tls = isSecure ? try core.makeTLSContext(for: listener) : nil
    }
}
