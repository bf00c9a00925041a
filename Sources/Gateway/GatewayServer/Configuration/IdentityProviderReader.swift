import ConfigurationReading
import OpenIDConnect

/// Reads what `authenticate-oidc` and `authenticate-cognito` have in common, and `AuthenticateOidcConfig`.
struct IdentityProviderReader {
    typealias Provider = GatewayConfiguration.IdentityProvider

    let files: FileReferences

    /// `AuthenticateOidcConfig`.
    func readOIDC(_ node: ConfigurationNode) -> Provider {
        let endpoints = Provider.Endpoints(
            authorization: endpoint(node, "AuthorizationEndpoint"), token: endpoint(node, "TokenEndpoint"),
            userInfo: endpoint(node, "UserInfoEndpoint"), keys: endpoint(node, "JwksUri"),
            endSession: endpoint(node, "EndSessionEndpoint"), revocation: endpoint(node, "RevocationEndpoint"),
            globalSignOut: endpoint(node, "GlobalSignOutEndpoint"))
        let scopes = (node.optionalString("Scope") ?? "").split(separator: " ")
        if endpoints.globalSignOut != nil, !scopes.contains(where: { $0 == RelyingParty.userScope }) {
            node.report(
                "GlobalSignOutEndpoint", found: "it without the scope \(RelyingParty.userScope)",
                wanted: "that scope, or users' tokens open nothing there")
        }
        let client = ClientReader(files: files).read(node)
        return provider(node, issuer: endpoint(node, "Issuer", isRequired: true) ?? "", endpoints, client)
    }

    /// The settings both kinds of action have.
    func provider(
        _ node: ConfigurationNode, issuer: String, _ endpoints: Provider.Endpoints, _ client: Provider.Client
    ) -> Provider {
        let (usesPKCE, usesNonce, heals) = readProtections(node, isPublic: client.authentication == .publicClient)
        return Provider(
            issuer: issuer, endpoints: endpoints, client: client, scope: readScope(node),
            sessionCookieName: readCookieName(node),
            sessionTimeout: node.int("SessionTimeout", in: 1...604_800, default: Provider.defaultSessionTimeout),
            extraParameters: readExtraParameters(node),
            trustedRootsFile: files.existing(node, "TrustedRootsFile") ?? files.localAuthority, usesPKCE: usesPKCE,
            usesNonce: usesNonce, heals: heals, idTokenClaims: readIDTokenClaims(node))
    }

    private func endpoint(_ node: ConfigurationNode, _ key: String, isRequired: Bool = false) -> String? {
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

    /// `Pkce`, `Nonce` and `Healing`, or `Compatibility: alb`, which is none of them.
    private func readProtections(_ node: ConfigurationNode, isPublic: Bool) -> (
        pkce: Bool, nonce: Bool, healing: Bool
    ) {
        var pkce = node.bool("Pkce", default: true)
        var nonce = node.bool("Nonce", default: true)
        var healing = node.bool("Healing", default: true)
        if node.choice("Compatibility", default: Compatibility.gatehouse) == .alb {
            for key in ["Pkce", "Nonce", "Healing"] where node.has(key) {
                node.report(key, found: "it beside Compatibility: alb", wanted: "one of the two")
            }
            (pkce, nonce, healing) = (false, false, false)
        }
        if isPublic, !pkce {
            node.report("", found: "a public client without PKCE", wanted: "Pkce: nothing else protects its codes")
        }
        return (pkce, nonce, healing)
    }

    private enum Compatibility: String, CaseIterable {
        case gatehouse, alb
    }

    private func readScope(_ node: ConfigurationNode) -> String {
        let scope = node.string("Scope", default: Provider.defaultScope)
        // RFC 6749 §3.3: visible ASCII without '"' and '\'.
        let isWritable = scope.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
        if !isWritable || !scope.split(separator: " ").contains("openid") {
            node.report("Scope", found: scope, wanted: "scopes separated by spaces, openid among them")
        }
        return scope
    }

    private func readCookieName(_ node: ConfigurationNode) -> String {
        let name = node.string("SessionCookieName", default: Provider.defaultSessionCookieName)
        if !Self.isToken(name) || name.utf8.count > 128 {
            node.report("SessionCookieName", found: name, wanted: "at most 128 letters, digits, - and _")
        }
        return name
    }

    private func readExtraParameters(_ node: ConfigurationNode) -> [Provider.ExtraParameter] {
        let key = "AuthenticationRequestExtraParams"
        let parameters = node.texts(key).map { Provider.ExtraParameter(name: $0.name, value: $0.text) }
        if parameters.count > Provider.extraParametersLimit {
            node.report(
                key, found: "\(parameters.count) parameters", wanted: "at most \(Provider.extraParametersLimit)")
        }
        for parameter in parameters {
            if !Self.isToken(parameter.name) {
                node.report(key, found: parameter.name, wanted: "names of letters, digits, - and _")
            }
            if Self.reservedParameters.contains(parameter.name) {
                node.report(key, found: parameter.name, wanted: "no parameter that the gateway itself sends")
            }
        }
        return parameters
    }

    private func readIDTokenClaims(_ node: ConfigurationNode) -> [String] {
        let key = "IdTokenClaims"
        let names = node.strings(key, default: [])
        if names.count > Provider.idTokenClaimsLimit {
            node.report(key, found: "\(names.count) claims", wanted: "at most \(Provider.idTokenClaimsLimit)")
        }
        for name in names where name.isEmpty || RelyingParty.protocolClaims.contains(name) || name == "sub" {
            node.report(key, found: name, wanted: "names of claims about the user, such as cognito:groups")
        }
        return names
    }

    /// What the gateway itself puts into the authorization request.
    private static let reservedParameters = [
        "client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_mode",
        "response_type", "request", "request_uri", "scope", "state",
    ]

    /// Letters, digits, `-` and `_`.
    static func isToken(_ text: String) -> Bool {
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
