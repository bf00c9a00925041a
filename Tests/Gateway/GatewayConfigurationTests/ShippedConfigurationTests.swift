import Foundation
import Operations
import Routing
import Testing

@testable import GatewayServer

@Suite("The configuration files that are shipped load, and their comments tell the truth")
struct ShippedConfigurationTests {
    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: checkout + "/" + file, encoding: .utf8)
    }

    private func load(_ file: String, _ environment: [String: String]) throws -> GatewayConfiguration {
        let folder = try TemporaryFolder()
        try folder.write("secret", to: "secrets/client-secret")
        return try GatewayConfiguration.load(
            file: checkout + "/" + file, state: StateDirectory(path: folder.path), environment: environment)
    }

    private static let pool = ["GATEHOUSE_USER_POOL_ID": "local_abc", "GATEHOUSE_CLIENT_ID": "client"]

    @Test("config/gateway.yaml: three listeners, sign-in in front of chat, none in front of the pool")
    func gateway() throws {
        let configuration = try load("config/gateway.yaml", Self.pool)
        #expect(configuration.listeners.map(\.name) == ["app", "userpool", "http"])
        #expect(configuration.listeners.map(\.port) == [8443, 8444, 8080])
        #expect(configuration.listeners.map(\.address) == ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
        #expect(configuration.identityProviders.map(\.issuer) == ["https://localhost:8444/local_abc"])
        #expect(configuration.identityProviders.map(\.client.secret) == ["secret"])
        let app = try #require(configuration.listeners[0].rules.rules.last)
        #expect(
            app.authentication
                == RuleAuthentication(
                    provider: 0, onUnauthenticatedRequest: .authenticate, sendsAccessToken: false,
                    refusesCrossOrigin: true))
        #expect(app.action == .forward(targetGroup: 0))
        let userpool = try #require(configuration.listeners[1].rules.rules.last)
        #expect(userpool.authentication == nil && userpool.action == .forward(targetGroup: 1))
        guard case .redirect(let redirect) = configuration.listeners[2].rules.rules[0].action else {
            Issue.record("the HTTP listener does not redirect")
            return
        }
        let request = RedirectAction.Request(
            scheme: "http", host: "localhost", port: 8080, path: "/deep/link", query: "x=1")
        #expect(redirect.status == 301)
        #expect(redirect.outcome(for: request) == .location("https://localhost:8443/deep/link?x=1"))
    }

    @Test("config/gateway.yaml takes its ports and its address from the environment, and says what is missing")
    func environment() throws {
        let ports = [
            "GATEHOUSE_HTTPS_PORT": "1443", "GATEHOUSE_POOL_PORT": "1444", "GATEHOUSE_HTTP_PORT": "1080",
            "GATEHOUSE_ADDRESS": "::", "GATEHOUSE_SIGNER": "arn:x",
        ]
        let configuration = try load("config/gateway.yaml", Self.pool.merging(ports) { $1 })
        #expect(configuration.listeners.map(\.port) == [1443, 1444, 1080])
        #expect(configuration.listeners.map(\.address) == ["::", "::", "::"])
        #expect(configuration.identityProviders.map(\.issuer) == ["https://localhost:1444/local_abc"])
        #expect(configuration.loadBalancerArn == "arn:x")
        #expect(throws: (any Error).self) { try load("config/gateway.yaml", [:]) }
    }

    @Test("Tests/Benchmarks/gateway.yaml: one worker, the benchmark's provider, client and socket")
    func benchmark() throws {
        let configuration = try load("Tests/Benchmarks/gateway.yaml", ["BENCH_UPSTREAM": "/tmp/up.sock"])
        #expect(configuration.workers == 1)
        #expect(configuration.listeners.map(\.port) == [9450])
        #expect(configuration.listeners.map(\.protocol) == [.https])
        #expect(configuration.identityProviders.map(\.issuer) == ["http://127.0.0.1:9480"])
        #expect(configuration.identityProviders.map(\.clientID) == ["bench"])
        #expect(configuration.identityProviders.map(\.client.secret) == ["bench-secret-0123456789abcdef"])
        #expect(configuration.targetGroups[0].targets.map(\.socket) == ["/tmp/up.sock"])
    }

    @Test("every attribute stands in config/gateway.yaml with the code's default and range")
    func attributes() throws {
        let text = try text("config/gateway.yaml")
        for number in GatewayConfiguration.Attributes.numbers {
            let value = GatewayConfiguration.Attributes()[keyPath: number.path]
            let line = try #require(text.split(separator: "\n").first { $0.contains(number.key + ": ") })
            #expect(line.contains("\(number.key): \(value) "), "\(line)")
            #expect(line.contains("# \(number.range.lowerBound) to \(number.range.upperBound)"), "\(line)")
        }
        let lines = text.split(separator: "\n")
        for flag in GatewayConfiguration.Attributes.flags {
            let index = try #require(lines.firstIndex { $0.contains(" \(flag.key): ") })
            #expect(lines[index].hasSuffix(": \(GatewayConfiguration.Attributes()[keyPath: flag.path])"))
        }
        // That their values are the defaults is seen where they are read.
        for choice in GatewayConfiguration.Attributes.choices {
            let index = try #require(lines.firstIndex { $0.contains(" \(choice.key): ") })
            #expect(choice.words.allSatisfy { lines[index - 1].contains($0) }, "\(lines[index - 1])")
        }
    }

    @Test("the keys that change with a restart only are named at the top, all of them and no others")
    func restartOnly() throws {
        let comment = try text("config/gateway.yaml").split(separator: "\n").prefix { $0.hasPrefix("#") || $0.isEmpty }
            .map { $0.dropFirst() }.joined()
        let list = try #require(comment.firstMatch(of: #/With a restart only change: ([^:]+?)\. /#)?.output.1)
        #expect(list.split(separator: #/, */#).map(String.init) == GatewayConfiguration.lastingKeys)
    }

    @Test("every commented key, uncommented, is one the reader knows, and its value is the default")
    func commentedKeys() throws {
        let documented = try text("config/gateway.yaml")
        // A comment that is a key is "# " + YAML: at the beginning of a line, with nothing but a key and a value in it.
        let uncommented = documented.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let body = line.drop { $0 == " " }
            guard body.hasPrefix("# "),
                let key = body.dropFirst(2).drop(while: { $0 == " " || $0 == "-" }).firstIndex(of: ":")
            else {
                return String(line)
            }
            let name = body[body.index(body.startIndex, offsetBy: 2)..<key].drop { $0 == " " || $0 == "-" }
            guard Self.optionalKeys.contains(String(name)) else { return String(line) }
            return line.prefix { $0 == " " } + String(body.dropFirst(2))
        }.joined(separator: "\n")
            .replacing("https://…", with: "https://idp.example.com/x")
            .replacing("/etc/gatehouse/chain.pem", with: "/dev/null").replacing(
                "/etc/gatehouse/key.pem", with: "/dev/null"
            )
            .replacing("TrustedRootsFile: certs/ca.pem", with: "TrustedRootsFile: /dev/null")
        let plain = try load("config/gateway.yaml", Self.pool)
        let folder = try TemporaryFolder()
        try folder.write("secret", to: "secrets/client-secret")
        try folder.write(uncommented, to: "gateway.yaml")
        let full = try GatewayConfiguration.load(
            file: folder.path + "/gateway.yaml", state: StateDirectory(path: folder.path), environment: Self.pool)
        #expect(full.workers == plain.workers)
        #expect(full.attributes == GatewayConfiguration.Attributes())
        #expect(full.adminSocket == folder.path + "/" + GatewayConfiguration.defaultAdminSocket)
        #expect(full.metricsListener?.address == GatewayConfiguration.Listener.defaultAddress)
        #expect(full.metricsListener?.port == 9464 && plain.metricsListener == nil)
        #expect(full.loadBalancerArn == GatewayConfiguration.defaultLoadBalancerArn)
        #expect(full.listeners[0].certificates.count == 1)
        #expect(
            full.listeners[0].responseFields.stated.map(\.name)
                == ResponseFieldReader.names.map(ResponseFieldReader.headerName))
        #expect(full.listeners[0].responseFields.serverName != nil)
        #expect(full.listeners[0].rules.rules.map(\.priority) == [10, nil])
        #expect(
            full.identityProviders[0].sessionCookieName
                == GatewayConfiguration.IdentityProvider.defaultSessionCookieName)
        #expect(full.identityProviders[0].sessionTimeout == GatewayConfiguration.IdentityProvider.defaultSessionTimeout)
        #expect(full.identityProviders[0].extraParameters.map(\.name) == ["ui_locales"])
        #expect(full.identityProviders[0].endpoints.token == "https://idp.example.com/x")
        #expect(full.identityProviders[0].endpoints.keys == "https://idp.example.com/x")
        #expect(full.identityProviders[0].client.authentication == .secretBasic)
        #expect(full.identityProviders[0].usesPKCE && full.identityProviders[0].usesNonce)
        #expect(full.identityProviders[0].heals)
        // Keys that cannot stand beside the others.
        for key in ["ClientSecret", "ClientKeyFile", "ClientKeyId", "Compatibility", "UserPoolClientSecretFile"] {
            #expect(documented.contains("\(key): "), "\(key)")
        }
        #expect(documented.contains("# default: \(GatewayConfiguration.IdentityProvider.defaultScope)\n"))
        #expect(documented.contains("default \(GatewayConfiguration.Listener.defaultAddress)\n"))
        for key in Self.optionalKeys {
            #expect(uncommented.contains("\(key): ") || uncommented.contains("\(key):\n"), "\(key)")
        }
    }

    private static let optionalKeys: Set<String> =
        Set(
            [
                "Workers", "Admin", "Socket", "MetricsAddress", "MetricsPort", "Attributes", "Certificates",
                "CertificateFile", "KeyFile", "Rules",
                "Priority",
                "AllowEncodedDelimiters", "Conditions", "Field", "Values", "Actions", "Type", "FixedResponseConfig",
                "StatusCode", "ContentType",
                "MessageBody",
                "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "JwksUri", "EndSessionEndpoint",
                "ClientAuthentication", "Pkce", "Nonce", "Healing", "SessionCookieName", "SessionTimeout",
                "OnUnauthenticatedRequest", "AuthenticationRequestExtraParams", "ui_locales", "TrustedRootsFile",
                GatewayConfiguration.Attributes.allowedOriginsKey, GatewayConfiguration.Attributes.corsOriginsKey,
                ResponseFieldReader.serverKey,
            ] + ResponseFieldReader.names.map(ResponseFieldReader.key)
                + GatewayConfiguration.Attributes.numbers.map(\.key)
                + GatewayConfiguration.Attributes.flags.map(\.key)
                + GatewayConfiguration.Attributes.choices.map(\.key))
}
