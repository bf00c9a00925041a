import ConfigurationReading
import OpenIDConnect
import Routing

/// Reads a rule's actions in the load balancer's order: at most one `authenticate-oidc`, `authenticate-cognito` or `jwt-validation`, at most
/// one `authorize` (ours), then one routing action.
struct ActionReader {
    struct Actions {
        var authentication: RuleAuthentication?
        /// By index in ``ActionReader/bearers``.
        var bearer: Int?
        /// By index in ``ActionReader/authorizations``.
        var authorization: Int?
        var routing: RuleAction
    }

    private enum Kind: String, CaseIterable {
        case forward, redirect
        case fixedResponse = "fixed-response"
        case authenticateOidc = "authenticate-oidc"
        case authenticateCognito = "authenticate-cognito"
        case jwtValidation = "jwt-validation"
        case authorize

        var isAuthentication: Bool {
            self == .authenticateOidc || self == .authenticateCognito || self == .jwtValidation
        }
        var isRouting: Bool { !isAuthentication && self != .authorize }
    }

    /// The names forward actions may use.
    let targetGroups: [String]
    let files: FileReferences
    /// Every distinct provider met so far.
    private(set) var identityProviders: [GatewayConfiguration.IdentityProvider] = []
    /// Every distinct `JwtValidationConfig` met so far.
    private(set) var bearers: [GatewayConfiguration.BearerValidation] = []
    /// Every distinct `AuthorizeConfig` met so far.
    private(set) var authorizations: [AuthorizationRules] = []
    /// The providers of the listener being read that were met so far, by the name of their cookie.
    private var listenerProviders: [String: Int] = [:]

    init(targetGroups: [String], files: FileReferences) {
        self.targetGroups = targetGroups
        self.files = files
    }

    /// The actions that follow are another listener's.
    mutating func beginListener() { listenerProviders = [:] }

    mutating func read(
        _ node: ConfigurationNode, _ key: String, listenerProtocol: GatewayConfiguration.Listener.ListenerProtocol
    ) -> Actions {
        let ordered = inOrder(node.children(key), list: key, of: node)
        // Stands in where no routing action can be read; the reader has a problem then, so nobody ever meets it.
        var actions = Actions(routing: .fixedResponse(FixedResponse(status: 503, contentType: "text/plain", body: [])))
        var kinds: [Kind] = []
        for action in ordered {
            guard let kind = action.choice("Type", default: nil as Kind?) else { return actions }
            kinds.append(kind)
            switch kind {
            case .forward: actions.routing = ForwardReader(targetGroups: targetGroups).read(action)
            case .redirect:
                if let redirect = RedirectReader.read(action, listenerProtocol: listenerProtocol) {
                    actions.routing = .redirect(redirect)
                }
            case .fixedResponse: actions.routing = FixedResponseReader.read(action)
            case .authenticateOidc, .authenticateCognito:
                if listenerProtocol == .http {
                    action.report("Type", found: kind.rawValue, wanted: "it on an HTTPS listener only")
                }
                actions.authentication = readAuthentication(action, isCognito: kind == .authenticateCognito)
            case .jwtValidation:
                if listenerProtocol == .http {
                    action.report("Type", found: kind.rawValue, wanted: "it on an HTTPS listener only")
                }
                actions.bearer = JwtValidationReader.read(action, files: files).map { Self.index(of: $0, in: &bearers) }
            case .authorize:
                actions.authorization = AuthorizeReader.read(action).map { Self.index(of: $0, in: &authorizations) }
            }
        }
        check(kinds, in: node, key)
        if actions.authorization != nil, actions.authentication?.onUnauthenticatedRequest == .allow {
            node.report(
                key, found: "authorize behind OnUnauthenticatedRequest allow",
                wanted: "authenticate or deny: nobody is known who could be judged")
        }
        return actions
    }

    private static func index<Value: Equatable>(of value: Value, in values: inout [Value]) -> Int {
        if let index = values.firstIndex(of: value) { return index }
        values.append(value)
        return values.count - 1
    }

    private func check(_ kinds: [Kind], in node: ConfigurationNode, _ key: String) {
        let authentications = kinds.count { $0.isAuthentication }
        let routings = kinds.count { $0.isRouting }
        if routings != 1 {
            node.report(
                key, found: kinds.isEmpty ? "none" : kinds.map(\.rawValue).joined(separator: ", "),
                wanted: "exactly one of forward, redirect and fixed-response")
        } else if let last = kinds.last, !last.isRouting {
            node.report(key, found: "\(last.rawValue) as the last action", wanted: "the routing action last")
        }
        if authentications > 1 {
            node.report(key, found: "\(authentications) authenticate actions", wanted: "at most one")
        }
        guard let authorize = kinds.firstIndex(of: .authorize) else { return }
        if kinds.count(where: { $0 == .authorize }) > 1 {
            node.report(key, found: "authorize twice", wanted: "at most one")
        } else if !kinds[..<authorize].contains(where: \.isAuthentication) {
            node.report(
                key, found: "authorize without an action before it that tells who the user is",
                wanted: "authenticate-oidc, authenticate-cognito or jwt-validation before it")
        }
    }

    /// Sorted by `Order`; without one an action's place in the list counts.
    private func inOrder(_ nodes: [ConfigurationNode], list: String, of parent: ConfigurationNode)
        -> [ConfigurationNode]
    {
        let orders = nodes.enumerated().map { $1.int("Order", in: 1...50_000, default: $0 + 1) }
        if Set(orders).count != orders.count {
            parent.report(list, found: "the same Order twice", wanted: "a different Order for each action")
        }
        return zip(orders, nodes).sorted { $0.0 < $1.0 }.map(\.1)
    }

    private mutating func readAuthentication(_ action: ConfigurationNode, isCognito: Bool) -> RuleAuthentication? {
        let key = isCognito ? "AuthenticateCognitoConfig" : "AuthenticateOidcConfig"
        guard let node = action.child(key) else {
            action.report(
                key, found: "nothing",
                wanted: isCognito
                    ? "UserPoolArn, UserPoolClientId and UserPoolDomain" : "Issuer, ClientId and a client secret")
            return nil
        }
        let reaction = node.choice("OnUnauthenticatedRequest", default: RuleAuthentication.Unauthenticated.authenticate)
        let sendsAccessToken = node.bool("SendAccessToken", default: true)
        let refusesCrossOrigin = node.bool("RefuseCrossOrigin", default: false)
        let provider =
            isCognito ? CognitoReader(files: files).read(node) : IdentityProviderReader(files: files).readOIDC(node)
        let index = identityProviders.firstIndex(of: provider) ?? identityProviders.count
        if index == identityProviders.count { identityProviders.append(provider) }
        if let other = listenerProviders[provider.sessionCookieName].map({ identityProviders[$0] }),
            other.issuer != provider.issuer || other.clientID != provider.clientID
        {
            node.report(
                "SessionCookieName", found: "\(provider.sessionCookieName), which another provider or client has here",
                wanted: "a name of its own, or signing in at one would end the session of the other")
        }
        listenerProviders[provider.sessionCookieName] = index
        return RuleAuthentication(
            provider: index, onUnauthenticatedRequest: reaction ?? .deny, sendsAccessToken: sendsAccessToken,
            refusesCrossOrigin: refusesCrossOrigin)
    }
}

/// Reads `FixedResponseConfig`.
enum FixedResponseReader {
    private enum ContentType: String, CaseIterable {
        case plain = "text/plain"
        case css = "text/css"
        case html = "text/html"
        case javascript = "application/javascript"
        case json = "application/json"
    }

    /// The longest `MessageBody`, in characters.
    static let bodyLimit = 1024

    static func read(_ action: ConfigurationNode) -> RuleAction {
        guard let node = action.child("FixedResponseConfig") else {
            action.report("FixedResponseConfig", found: "nothing", wanted: "a StatusCode")
            return .fixedResponse(FixedResponse(status: 503, contentType: "text/plain", body: []))
        }
        let status = node.int("StatusCode", in: 200...599)
        if (300...399).contains(status) {
            node.report(
                "StatusCode", found: "\(status)", wanted: "200 to 299 or 400 to 599 (redirect answers with 3xx)")
        }
        let body = node.optionalString("MessageBody") ?? ""
        if body.count > bodyLimit {
            node.report("MessageBody", found: "\(body.count) characters", wanted: "at most \(bodyLimit)")
        }
        let type = node.choice("ContentType", default: ContentType.plain) ?? .plain
        return .fixedResponse(FixedResponse(status: status, contentType: type.rawValue, body: Array(body.utf8)))
    }
}
