import ConfigurationReading
import Crypto
import Foundation
import Operations
import Routing
import Testing

@testable import GatewayServer

@Suite("gateway.yaml becomes a typed configuration, or a list of everything wrong with it")
struct GatewayConfigurationTests {
    @Test("defaults: what the smallest configuration means")
    func smallest() throws {
        let configuration = try read(yaml(actions: forward), state: "/state")
        #expect(configuration.workers == nil)
        #expect(configuration.loadBalancerArn == GatewayConfiguration.defaultLoadBalancerArn)
        #expect(configuration.adminSocket == "/state/run/admin.sock")
        #expect(configuration.attributes == GatewayConfiguration.Attributes())
        #expect(configuration.targetGroups.map(\.name) == ["chat"])
        #expect(configuration.targetGroups[0].targets.map(\.socket) == ["/state/run/chat.sock"])
        let listener = configuration.listeners[0]
        #expect(listener.protocol == .https)
        #expect(listener.address == "127.0.0.1")
        #expect(listener.certificates.isEmpty)
        #expect(listener.rules.rules.map(\.action) == [.forward(targetGroup: 0)])
        #expect(listener.rules.rules[0].authentication == nil)
    }

    @Test("every key is taken over")
    func everyKey() throws {
        let folder = try TemporaryFolder()
        try folder.write("from-file\n", to: "secrets/client")
        for name in ["chain.pem", "key.pem", "roots.pem"] { try folder.write("x", to: name) }
        let configuration = try read(
            """
            Workers: 3
            LoadBalancerArn: arn:aws:test
            Admin: {Socket: /run/g/admin.sock}
            Attributes:
              idle_timeout.timeout_seconds: 61
              gatehouse.client_header_timeout.seconds: 16
              gatehouse.connect_timeout.seconds: 11
              gatehouse.limits.request_line.bytes: 2000
              gatehouse.limits.header.bytes: 3000
              gatehouse.limits.headers.bytes: 4000
            TargetGroups:
              - {Name: a, Targets: [{Socket: a.sock}]}
              - {Name: b, Targets: [{Socket: /b1.sock}, {Socket: b2.sock}]}
            Listeners:
              - Name: app
                Protocol: HTTPS
                Address: "::1"
                Port: 0
                Certificates: [{CertificateFile: chain.pem, KeyFile: key.pem}]
                Rules:
                  - Priority: 20
                    Conditions:
                      - {Field: path-pattern, PathPatternConfig: {Values: ["/x/*"]}}
                    Actions:
                      - {Type: fixed-response, FixedResponseConfig: {StatusCode: "404", ContentType: text/html, MessageBody: no}}
                  - Priority: 10
                    Conditions:
                      - {Field: host-header, Values: ["*.Test"]}
                    Actions:
                      - {Type: forward, Order: 7, ForwardConfig: {TargetGroupName: b}}
                      - Type: authenticate-oidc
                        Order: 2
                        AuthenticateOidcConfig:
                          Issuer: https://idp.test/pool
                          AuthorizationEndpoint: https://idp.test/authorize
                          TokenEndpoint: https://idp.test/token
                          UserInfoEndpoint: http://127.0.0.1:9/userinfo
                          ClientId: id
                          ClientSecretFile: secrets/client
                          Scope: openid email
                          SessionCookieName: Mine
                          SessionTimeout: 5
                          OnUnauthenticatedRequest: deny
                          AuthenticationRequestExtraParams: {prompt: login, display: page}
                          TrustedRootsFile: roots.pem
                DefaultActions:
                  - {Type: forward, ForwardConfig: {TargetGroupName: a}}
            """, state: folder.path)
        #expect(configuration.workers == 3)
        #expect(configuration.loadBalancerArn == "arn:aws:test")
        #expect(configuration.adminSocket == "/run/g/admin.sock")
        var attributes = GatewayConfiguration.Attributes()
        attributes.idleTimeout = 61
        attributes.clientHeaderTimeout = 16
        attributes.connectTimeout = 11
        attributes.requestLineLimit = 2000
        attributes.headerLimit = 3000
        attributes.headersLimit = 4000
        #expect(configuration.attributes == attributes)
        #expect(configuration.targetGroups[1].targets.map(\.socket) == ["/b1.sock", folder.path + "/b2.sock"])
        let listener = configuration.listeners[0]
        #expect(listener.address == "::1" && listener.port == 0)
        #expect(
            listener.certificates == [
                .init(certificateFile: folder.path + "/chain.pem", keyFile: folder.path + "/key.pem")
            ])
        #expect(listener.rules.rules.map(\.priority) == [10, 20, nil])
        #expect(
            listener.rules.rules[0].authentication == RuleAuthentication(provider: 0, onUnauthenticatedRequest: .deny))
        #expect(listener.rules.rules[0].action == .forward(targetGroup: 1))
        #expect(
            listener.rules.rules[1].action
                == .fixedResponse(FixedResponse(status: 404, contentType: "text/html", body: Array("no".utf8))))
        let provider = configuration.identityProviders[0]
        #expect(provider.issuer == "https://idp.test/pool")
        #expect(provider.endpoints.authorization == "https://idp.test/authorize")
        #expect(provider.endpoints.token == "https://idp.test/token")
        #expect(provider.endpoints.userInfo == "http://127.0.0.1:9/userinfo")
        #expect(provider.client == .init(id: "id", authentication: nil, secret: "from-file"))
        #expect(provider.scope == "openid email")
        #expect(provider.sessionCookieName == "Mine" && provider.sessionTimeout == 5)
        #expect(provider.extraParameters.map { "\($0.name)=\($0.value)" } == ["prompt=login", "display=page"])
        #expect(provider.trustedRootsFile == folder.path + "/roots.pem")
    }

    @Test("providers: defaults, the local authority, one entry for equal configurations")
    func providers() throws {
        let actions = authenticate() + "\n" + forward
        let rules = """
            Rules:
              - Priority: 1
                Conditions: [{Field: path-pattern, Values: [/a]}]
                Actions:
                  \(authenticate())
                  \(forward)
              - Priority: 2
                Conditions: [{Field: path-pattern, Values: [/b]}]
                Actions:
                  \(authenticate(", OnUnauthenticatedRequest: deny"))
                  \(forward)
            """
        let configuration = try read(yaml(actions: actions, rest: rules), environment: ["GATEHOUSE_CERTS": "/certs"])
        #expect(configuration.identityProviders.count == 1)
        #expect(configuration.listeners[0].rules.rules.map { $0.authentication?.provider } == [0, 0, 0])
        let provider = configuration.identityProviders[0]
        #expect(provider.trustedRootsFile == "/certs/ca.pem")
        #expect(provider.scope == GatewayConfiguration.IdentityProvider.defaultScope)
        #expect(provider.sessionCookieName == GatewayConfiguration.IdentityProvider.defaultSessionCookieName)
        #expect(provider.sessionTimeout == GatewayConfiguration.IdentityProvider.defaultSessionTimeout)
        #expect(provider.endpoints == .init() && provider.extraParameters.isEmpty)
        #expect(configuration.listeners[0].rules.rules[2].authentication?.onUnauthenticatedRequest == .authenticate)
    }

    @Test("authenticate-cognito: issuer and endpoints follow from the ARN and the domain; nothing is discovered")
    func cognito() throws {
        func provider(
            _ domain: String, _ extra: String = "",
            arn: String = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Abc"
        ) throws -> GatewayConfiguration.IdentityProvider {
            let action = """
                - {Type: authenticate-cognito, AuthenticateCognitoConfig: {UserPoolArn: "\(arn)", UserPoolClientId: c, UserPoolDomain: \(domain)\(extra)}}
                """
            return try read(yaml(actions: action + "\n" + forward)).identityProviders[0]
        }
        let prefix = try provider("my-app")
        #expect(prefix.issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc")
        let host = "https://my-app.auth.eu-central-1.amazoncognito.com"
        #expect(
            prefix.endpoints
                == .init(
                    authorization: host + "/oauth2/authorize", token: host + "/oauth2/token",
                    userInfo: host + "/oauth2/userInfo", keys: prefix.issuer + "/.well-known/jwks.json",
                    endSession: host + "/logout", revocation: host + "/oauth2/revoke",
                    globalSignOut: "https://cognito-idp.eu-central-1.amazonaws.com/"))
        #expect(prefix.client == .init(id: "c", authentication: .publicClient))
        #expect(prefix.usesPKCE && prefix.usesNonce && prefix.scope == "openid")

        let own = try provider(
            "auth.example.com",
            ", UserPoolClientSecret: s, Scope: openid email, SessionTimeout: 60, SessionCookieName: C, Compatibility: alb, "
                + "AuthenticationRequestExtraParams: {lang: de}, OnUnauthenticatedRequest: allow")
        #expect(own.endpoints.token == "https://auth.example.com/oauth2/token")
        #expect(own.client == .init(id: "c", authentication: .secretBasic, secret: "s"))
        #expect(own.scope == "openid email" && own.sessionTimeout == 60 && own.sessionCookieName == "C")
        #expect(!own.usesPKCE && !own.usesNonce && own.extraParameters.map(\.name) == ["lang"])

        let china = try provider(
            "auth.example.cn", arn: "arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_Abc")
        #expect(china.issuer == "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc")
    }

    @Test("how the client proves itself")
    func clientAuthentication() throws {
        func client(_ text: String) throws -> GatewayConfiguration.IdentityProvider.Client {
            let action = """
                - {Type: authenticate-oidc, AuthenticateOidcConfig: {Issuer: "https://idp.test", ClientId: c, \(text)}}
                """
            return try read(yaml(actions: action + "\n" + forward)).identityProviders[0].client
        }
        #expect(try client("ClientSecret: s") == .init(id: "c", authentication: nil, secret: "s"))
        #expect(
            try client("ClientSecret: s, ClientAuthentication: client_secret_post")
                == .init(id: "c", authentication: .secretPost, secret: "s"))
        #expect(try client("ClientAuthentication: none") == .init(id: "c", authentication: .publicClient))
        let folder = try TemporaryFolder()
        let pem = P256.Signing.PrivateKey().pemRepresentation
        try folder.write(pem + "\n", to: "key.pem")
        #expect(
            try client("ClientAuthentication: private_key_jwt, ClientKeyId: k, ClientKeyFile: \(folder.path)/key.pem")
                == .init(id: "c", authentication: .privateKeyJWT, key: pem, keyID: "k"))
    }

    @Test("several providers, and several settings of one, on one listener")
    func severalProviders() throws {
        func rule(_ priority: Int, _ action: String) -> String {
            """
              - Priority: \(priority)
                Conditions: [{Field: path-pattern, Values: [/\(priority)]}]
                Actions:
                  \(action)
                  \(forward)
            """
        }
        let rules =
            "Rules:\n"
            + [
                rule(1, authenticate(", SessionCookieName: B", issuer: "https://b.test")),
                rule(2, authenticate(", Scope: openid email")), rule(3, authenticate(", SessionTimeout: 60")),
            ].joined(separator: "\n")
        let configuration = try read(yaml(actions: authenticate() + "\n" + forward, rest: rules))
        #expect(configuration.identityProviders.count == 4)
        #expect(ListenerRouting(configuration, listener: 0, port: 8443).providers.sorted() == [0, 1, 2, 3])
    }

    @Test("a client secret never stands in a message, whatever is wrong around it")
    func secrets() throws {
        let folder = try TemporaryFolder()
        try folder.write("TOPSECRET\n", to: "secrets/s")
        let text = yaml(
            actions: """
                - Type: authenticate-oidc
                  AuthenticateOidcConfig: {Issuer: x, ClientId: c, ClientSecret: TOPSECRET, ClientSecretFile: secrets/s, Zzz: 1}
                \(forward)
                """)
        let found = problems(text, state: folder.path)
        #expect(found.count == 3)
        #expect(!found.joined().contains("TOPSECRET"))
    }

    @Test("a secret file that is missing or empty stops the start: peers' attack 17")
    func missingSecret() throws {
        let folder = try TemporaryFolder()
        func with(_ secret: String) -> [String] {
            problems(
                yaml(
                    actions: """
                        - Type: authenticate-oidc
                          AuthenticateOidcConfig: {Issuer: "https://a.test", ClientId: c\(secret)}
                        \(forward)
                        """), state: folder.path)
        }
        try folder.write("\n", to: "secrets/empty")
        let path = "Listeners[0].DefaultActions[0].AuthenticateOidcConfig"
        #expect(with("") == ["\(path).ClientSecret: found nothing, wanted ClientSecretFile or ClientSecret"])
        #expect(
            with(", ClientSecret: \"\"") == ["\(path).ClientSecret: found an empty text, wanted the client's secret"])
        #expect(with(", ClientSecretFile: secrets/none").first?.contains("secrets/none, which cannot be read") == true)
        #expect(with(", ClientSecretFile: secrets/empty").first?.contains("secrets/empty, which is empty") == true)
    }
}
