import Crypto
import Foundation

/// Identity providers, clients and user pools.
extension RefusalTests {
    static func provider(_ extra: String, issuer: String = "https://a.test") -> String {
        yaml(actions: authenticate(extra, issuer: issuer) + "\n" + forward)
    }

    static let providers: [Mistake] = [
        Mistake(
            "Issuer: found http://idp.example.com, wanted an https URL", provider("", issuer: "http://idp.example.com")),
        Mistake("Issuer: found http://localhost.evil.test", provider("", issuer: "http://localhost.evil.test")),
        Mistake("Issuer: found http://127.evil.test", provider("", issuer: "http://127.evil.test")),
        Mistake("Issuer: found https://user@a.test", provider("", issuer: "https://user@a.test")),
        Mistake("Issuer: found https://a.test/?x", provider("", issuer: "https://a.test/?x")),
        Mistake("Issuer: found https:///x", provider("", issuer: "https:///x")),
        Mistake("Issuer: found a.test", provider("", issuer: "a.test")),
        Mistake("Issuer: found an empty text", provider("", issuer: "")),
        Mistake("TokenEndpoint: found http://a.test/t", provider(", TokenEndpoint: \"http://a.test/t\"")),
        Mistake(
            "GlobalSignOutEndpoint: found it without the scope aws.cognito.signin.user.admin",
            provider(", GlobalSignOutEndpoint: \"https://a.test/\"")),
        Mistake("Scope: found email, wanted scopes separated by spaces, openid among them", provider(", Scope: email")),
        Mistake("SessionTimeout: found 0", provider(", SessionTimeout: 0")),
        Mistake(
            "SessionTimeout: found 604801, wanted an integer from 1 to 604800", provider(", SessionTimeout: 604801")),
        Mistake("SessionCookieName: found a b", provider(", SessionCookieName: a b")),
        Mistake(
            "OnUnauthenticatedRequest: found pass, wanted authenticate, allow or deny",
            provider(", OnUnauthenticatedRequest: pass")),
        Mistake(
            "found state, wanted no parameter that the gateway itself sends",
            provider(", AuthenticationRequestExtraParams: {state: x}")),
        Mistake("found a b, wanted names of letters", provider(", AuthenticationRequestExtraParams: {a b: x}")),
        Mistake(
            "found 11 parameters, wanted at most 10",
            provider(", AuthenticationRequestExtraParams: {\((0...10).map { "p\($0): x" }.joined(separator: ", "))}")),
        Mistake("TrustedRootsFile: found /none, which cannot be read", provider(", TrustedRootsFile: /none")),
        Mistake("JwksUri: found http://a.test/k", provider(", JwksUri: \"http://a.test/k\"")),
        Mistake(
            "ClientAuthentication: found basic, wanted client_secret_basic, client_secret_post, private_key_jwt or none",
            provider(", ClientAuthentication: basic")),
        Mistake(
            "ClientSecret: found a secret beside ClientAuthentication: none", provider(", ClientAuthentication: none")),
        Mistake(
            "ClientKeyFile: found it without ClientAuthentication: private_key_jwt",
            provider(", ClientKeyFile: /dev/null")),
        Mistake("Compatibility: found nginx, wanted gatehouse or alb", provider(", Compatibility: nginx")),
        Mistake("Pkce: found it beside Compatibility: alb", provider(", Compatibility: alb, Pkce: true")),
        Mistake("Nonce: found off, wanted true or false", provider(", Nonce: off")),
        Mistake("IdTokenClaims: found sub, wanted names of claims", provider(", IdTokenClaims: [sub]")),
        Mistake("IdTokenClaims: found exp, wanted names of claims", provider(", IdTokenClaims: [name, exp]")),
        Mistake(
            "IdTokenClaims: found 11 claims, wanted at most 10",
            provider(", IdTokenClaims: [a, b, c, d, e, f, g, h, i, j, k]")),
    ]

    static func publicClient(_ extra: String) -> String {
        provider(extra).replacing("ClientSecret: s, ", with: "")
    }

    static let clients: [Mistake] = [
        Mistake(
            "a public client without PKCE", publicClient(", ClientAuthentication: none, Pkce: false")),
        Mistake(
            "a public client without PKCE", publicClient(", ClientAuthentication: none, Compatibility: alb")),
        Mistake(
            "ClientKeyFile: found nothing, wanted the PEM file",
            publicClient(", ClientAuthentication: private_key_jwt")),
        Mistake(
            "ClientKeyFile: found a file that is no usable key",
            publicClient(", ClientAuthentication: private_key_jwt, ClientKeyFile: /etc/passwd")),
        Mistake(
            "ClientKeyId: found a b, wanted 1 to 256 visible",
            publicClient(", ClientAuthentication: private_key_jwt, ClientKeyFile: \(keyFile), ClientKeyId: a b")),
    ]

    /// A key like a client's, in a file that stays until the tests end.
    static let keyFile: String = {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-client-key.pem").path
        let pem = P256.Signing.PrivateKey().pemRepresentation
        try? pem.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }()

    static let poolARN = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Abc"

    static func cognito(arn: String = poolARN, domain: String = "app", _ extra: String = "") -> String {
        yaml(
            actions:
                "- {Type: authenticate-cognito, AuthenticateCognitoConfig: {UserPoolArn: \"\(arn)\", UserPoolClientId: c, UserPoolDomain: \"\(domain)\"\(extra)}}\n"
                + forward)
    }

    static let pools: [Mistake] = [
        Mistake(
            "AuthenticateCognitoConfig: found nothing, wanted UserPoolArn, UserPoolClientId and UserPoolDomain",
            yaml(actions: "- {Type: authenticate-cognito}\n" + forward)),
        Mistake(
            "found authenticate-cognito as the last action",
            yaml(
                actions: forward
                    + "\n- {Type: authenticate-cognito, AuthenticateCognitoConfig: {UserPoolArn: \"\(poolARN)\", UserPoolClientId: c, UserPoolDomain: d}}"
            )),
        Mistake("UserPoolArn: found arn:aws:s3:::x, wanted an ARN such as", cognito(arn: "arn:aws:s3:::x")),
        Mistake("UserPoolArn: found", cognito(arn: poolARN.replacing("eu-central-1_", with: "eu-west-1_"))),
        Mistake("UserPoolArn: found", cognito(arn: poolARN.replacing("Abc", with: "A/../c"))),
        Mistake("UserPoolArn: found", cognito(arn: poolARN.replacing("eu-central-1", with: "evil.example/"))),
        Mistake("UserPoolDomain: found App, wanted", cognito(domain: "App")),
        Mistake("UserPoolDomain: found https://auth.example.com, wanted", cognito(domain: "https://auth.example.com")),
        Mistake("UserPoolDomain: found auth.example.com/x", cognito(domain: "auth.example.com/x")),
        Mistake(
            "UserPoolDomain: found app, wanted the whole host name",
            cognito(arn: poolARN.replacing("arn:aws:", with: "arn:aws-cn:"))),
        Mistake("a public client without PKCE", cognito(", Compatibility: alb")),
        Mistake(
            "UserPoolClientSecret: found a secret and UserPoolClientSecretFile, wanted one of the two",
            cognito(", UserPoolClientSecret: s, UserPoolClientSecretFile: /etc/hostname")),
        Mistake("Issuer: found an unknown key", cognito(", Issuer: https://a.test")),
    ]
}
