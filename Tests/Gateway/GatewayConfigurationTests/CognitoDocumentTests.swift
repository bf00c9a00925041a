import Foundation
import Operations
import Testing

@testable import GatewayServer

@Suite("What docs/amazon-cognito.md shows is what the gateway reads")
struct CognitoDocumentTests {
    private let document: String
    private let shipped: String
    private static let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"

    init() throws {
        document = try String(contentsOfFile: checkout + "/docs/amazon-cognito.md", encoding: .utf8)
        shipped = try String(contentsOfFile: checkout + "/config/gateway.yaml", encoding: .utf8)
    }

    /// The YAML block that begins so.
    private func block(_ beginning: String) throws -> String {
        let blocks = document.split(separator: "```yaml\n").dropFirst().map { $0.split(separator: "```")[0] }
        return String(try #require(blocks.first { $0.hasPrefix(beginning) }, "no block begins with \(beginning)"))
    }

    /// The shipped configuration with these actions in place of `authenticate-oidc`.
    private func load(_ actions: String, environment: [String: String] = [:]) throws -> GatewayConfiguration {
        let start = try #require(shipped.firstRange(of: "      - Type: authenticate-oidc\n")).lowerBound
        let end = try #require(shipped[start...].firstRange(of: "      - Type: forward\n        Order: 2\n"))
        let order = actions.split(separator: "\n").count { $0.hasPrefix("      - Type: ") } + 1
        let text =
            shipped[..<start] + actions + "      - Type: forward\n        Order: \(order)\n"
            + shipped[end.upperBound...]
        let folder = try TemporaryFolder()
        try folder.write("the secret\n", to: "secrets/cognito-client-secret")
        try folder.write(String(text), to: "gateway.yaml")
        return try GatewayConfiguration.load(
            file: folder.path + "/gateway.yaml", state: StateDirectory(path: folder.path), environment: environment)
    }

    @Test("the action in the shipped file's place: issuer, keys and endpoints of the pool, with its client and secret")
    func action() throws {
        let provider = try #require(try load(block("      - Type: authenticate-cognito")).identityProviders.first)
        #expect(provider.issuer == Self.issuer)
        #expect(provider.client.id == "1example23456789exampleabc" && provider.client.secret == "the secret")
        #expect(provider.client.authentication == .secretBasic)
        #expect(provider.scope == "openid email profile")
        let domain = "https://my-chat.auth.eu-central-1.amazoncognito.com"
        #expect(
            provider.endpoints
                == .init(
                    authorization: domain + "/oauth2/authorize", token: domain + "/oauth2/token",
                    userInfo: domain + "/oauth2/userInfo", keys: Self.issuer + "/.well-known/jwks.json",
                    endSession: domain + "/logout", revocation: domain + "/oauth2/revoke",
                    globalSignOut: "https://cognito-idp.eu-central-1.amazonaws.com/"))
        for path in ["/oauth2/authorize", "/oauth2/token", "/oauth2/userInfo", "/logout", "/oauth2/revoke"] {
            #expect(document.contains("\(path)`"), "\(path)")
        }
        let chat = try block("Identity:\n")
        #expect(chat.contains("  Issuer: \(Self.issuer)\n") && chat.contains("  ClientId: \(provider.client.id)\n"))
    }

    @Test("rules behind it, programs' tokens, and the other issuer")
    func others() throws {
        let authorized = try load(block("      - Type: authenticate-cognito") + block("      - Type: authorize"))
        #expect(authorized.identityProviders.map(\.issuer) == [Self.issuer])
        let bearers = try load(block("      - Type: jwt-validation")).bearers
        #expect(bearers.map(\.keysAddress) == [Self.issuer + "/.well-known/jwks.json"])
        let other = try load(block("      - Type: authenticate-oidc")).identityProviders
        #expect(other.map(\.issuer) == [Self.issuer.replacing("cognito-idp", with: "issuer-cognito-idp")])
        #expect(other.map(\.client.secret) == ["the secret"])
    }

    @Test("its table has every key of the action, no other, and the reader takes them all")
    func keys() throws {
        let section = try #require(document.split(separator: "## 2. Tell the gateway\n").last)
        let table = section.split(separator: "\n\n").first { $0.hasPrefix("| key | value | default |") } ?? ""
        let documented = Set(
            table.split(separator: "\n").dropFirst(2).flatMap { row in
                row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) }
            })
        #expect(documented == Set(Self.values.keys))
        let comment = try #require(shipped.firstRange(of: "{Type: authenticate-cognito,")).upperBound
        for key in Self.values.keys {
            #expect(shipped[comment...].prefix(1200).contains(key), "the comment in config/gateway.yaml lacks \(key)")
        }
        // One of two each time.
        for left in [
            ["UserPoolClientSecret", "Compatibility"], ["UserPoolClientSecretFile", "Pkce", "Nonce", "Healing"],
        ] {
            let lines = Self.values.filter { !left.contains($0.key) }.map { "          \($0.key): \($0.value)\n" }
            let action = "      - Type: authenticate-cognito\n        AuthenticateCognitoConfig:\n" + lines.joined()
            let provider = try #require(try load(action, environment: ["NAME": "it"]).identityProviders.first)
            #expect(provider.issuer == Self.issuer && provider.sessionTimeout == 3600)
            #expect(provider.extraParameters.map(\.name) == ["lang"])
            #expect(provider.client.secret == (left.contains("UserPoolClientSecretFile") ? "it" : "the secret"))
        }
    }

    private static let values = [
        "UserPoolArn": "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI",
        "UserPoolClientId": "client", "UserPoolDomain": "auth.example.com",
        "UserPoolClientSecretFile": "secrets/cognito-client-secret", "UserPoolClientSecret": "${NAME}",
        "Scope": "openid", "SessionTimeout": "3600", "SessionCookieName": "Staff", "OnUnauthenticatedRequest": "deny",
        "AuthenticationRequestExtraParams": "{lang: de}", "IdTokenClaims": "[cognito:groups]",
        "SendAccessToken": "false", "Pkce": "true", "Nonce": "true",
        "Healing": "true", "Compatibility": "alb", "TrustedRootsFile": "/dev/null",
    ]
}
