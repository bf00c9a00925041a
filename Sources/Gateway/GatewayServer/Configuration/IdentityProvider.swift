import ConfigurationReading
import Routing

extension GatewayConfiguration {
    /// An `AuthenticateOidcConfig`: the provider that signs users in, and how.
    public struct IdentityProvider: Sendable, Equatable {
        /// One parameter added to the authorization request.
        public struct ExtraParameter: Sendable, Equatable {
            /// Its name.
            public let name: String
            /// Its value, not yet encoded.
            public let value: String
        }

        /// The issuer, exactly as its tokens name it. `Issuer`
        public let issuer: String
        /// Nil: from the issuer's discovery document. `AuthorizationEndpoint`
        public let authorizationEndpoint: String?
        /// Nil: from the issuer's discovery document. `TokenEndpoint`
        public let tokenEndpoint: String?
        /// Nil: from the issuer's discovery document. `UserInfoEndpoint`
        public let userInfoEndpoint: String?
        /// `ClientId`
        public let clientID: String
        /// `ClientSecret`, or what `ClientSecretFile` holds.
        public let clientSecret: String
        /// Separated by spaces, `openid` among them. `Scope`
        public let scope: String
        /// The cookie's name without its `-0`. `SessionCookieName`
        public let sessionCookieName: String
        /// Seconds from sign-in to the session's end. `SessionTimeout`
        public let sessionTimeout: Int
        /// In the file's order. `AuthenticationRequestExtraParams`
        public let extraParameters: [ExtraParameter]
        /// PEM, trusted beside the system's authorities when the provider is called; absolute. `TrustedRootsFile`
        ///
        /// The file of the local authority need not exist yet: the gateway makes it.
        public let trustedRootsFile: String

        /// `openid`
        public static let defaultScope = "openid"
        /// The load balancer's own cookie.
        public static let defaultSessionCookieName = "AWSELBAuthSessionCookie"
        /// Seven days, in seconds; also the most there is.
        public static let defaultSessionTimeout = 604_800
        /// The most extra parameters.
        static let extraParametersLimit = 10
        /// What the gateway itself puts into the authorization request.
        static let reservedParameters = [
            "client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_mode",
            "response_type", "request", "request_uri", "scope", "state",
        ]

        static func read(_ node: ConfigurationNode, files: FileReferences) -> IdentityProvider {
            IdentityProvider(
                issuer: endpoint(node, "Issuer", isRequired: true) ?? "",
                authorizationEndpoint: endpoint(node, "AuthorizationEndpoint", isRequired: false),
                tokenEndpoint: endpoint(node, "TokenEndpoint", isRequired: false),
                userInfoEndpoint: endpoint(node, "UserInfoEndpoint", isRequired: false),
                clientID: node.string("ClientId"),
                clientSecret: readSecret(node, files: files),
                scope: readScope(node),
                sessionCookieName: readCookieName(node),
                sessionTimeout: node.int("SessionTimeout", in: 1...604_800, default: defaultSessionTimeout),
                extraParameters: readExtraParameters(node),
                trustedRootsFile: files.existing(node, "TrustedRootsFile") ?? files.localAuthority)
        }

        private static func endpoint(_ node: ConfigurationNode, _ key: String, isRequired: Bool) -> String? {
            guard let text = isRequired ? node.string(key) : node.optionalString(key) else { return nil }
            if !text.isEmpty || !isRequired, !ProviderURL.isAcceptable(text) {
                node.report(
                    key, found: text,
                    wanted:
                        "an https URL with a host and no user, query or fragment (http only to 127.0.0.1, ::1 or localhost)"
                )
            }
            return text
        }

        private static func readSecret(_ node: ConfigurationNode, files: FileReferences) -> String {
            let inline = node.optionalString("ClientSecret")
            let fromFile = files.secret(node, "ClientSecretFile")
            switch (inline, fromFile) {
            case (nil, nil):
                node.report("ClientSecret", found: "nothing", wanted: "ClientSecretFile or ClientSecret")
            case (_?, _?):
                node.report("ClientSecret", found: "a secret and ClientSecretFile", wanted: "one of the two")
            case ("", nil):
                node.report("ClientSecret", found: "an empty text", wanted: "the client's secret")
            default: break
            }
            return inline ?? fromFile ?? ""
        }

        private static func readScope(_ node: ConfigurationNode) -> String {
            let scope = node.string("Scope", default: defaultScope)
            // RFC 6749 §3.3: visible ASCII without '"' and '\'.
            let isWritable = scope.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
            if !isWritable || !scope.split(separator: " ").contains("openid") {
                node.report("Scope", found: scope, wanted: "scopes separated by spaces, openid among them")
            }
            return scope
        }

        private static func readCookieName(_ node: ConfigurationNode) -> String {
            let name = node.string("SessionCookieName", default: defaultSessionCookieName)
            if !isToken(name) || name.utf8.count > 128 {
                node.report(
                    "SessionCookieName", found: name,
                    wanted: "at most 128 letters, digits, - and _")
            }
            return name
        }

        private static func readExtraParameters(_ node: ConfigurationNode) -> [ExtraParameter] {
            let key = "AuthenticationRequestExtraParams"
            let parameters = node.texts(key).map { ExtraParameter(name: $0.name, value: $0.text) }
            if parameters.count > extraParametersLimit {
                node.report(key, found: "\(parameters.count) parameters", wanted: "at most \(extraParametersLimit)")
            }
            for parameter in parameters {
                if !isToken(parameter.name) {
                    node.report(key, found: parameter.name, wanted: "names of letters, digits, - and _")
                }
                if reservedParameters.contains(parameter.name) {
                    node.report(key, found: parameter.name, wanted: "no parameter that the gateway itself sends")
                }
            }
            return parameters
        }

        private static func isToken(_ text: String) -> Bool {
            !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}

/// Which addresses of a provider the gateway will call or send a browser to.
enum ProviderURL {
    /// `https://host[:port][/path]`, `http` only to this host itself.
    static func isAcceptable(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://"), text.utf8.count <= 2048 else { return false }
        let scheme = text[..<separator.lowerBound]
        let rest = text[separator.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = Array(rest[..<slash].utf8)
        let path = slash == rest.endIndex ? [UInt8(ascii: "/")] : Array(rest[slash...].utf8)
        guard case .unchanged(let pathLength) = CanonicalPath.canonicalise(path.span), pathLength == path.count else {
            return false
        }
        let host: [UInt8]
        switch HostName.normalise(authority.span) {
        case .unchanged(let length, _): host = Array(authority[..<length])
        case .rewritten(let lowered, _): host = lowered
        case .refused: return false
        }
        switch scheme {
        case "https": return true
        case "http": return isLoopback(host)
        default: return false
        }
    }

    private static func isLoopback(_ host: [UInt8]) -> Bool {
        if host == Array("localhost".utf8) || host == Array("[::1]".utf8) { return true }
        return IPAddressText.isIPv4(host.span) && host.starts(with: "127.".utf8)
    }
}
