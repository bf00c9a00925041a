import Crypto
import Foundation
import Testing

@testable import GatewayServer

@Suite("The validator refuses what the load balancer refuses, in words")
struct RefusalTests {
    /// One mistake, and a part of the one message it must bring.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let yaml: String
        let message: String
        var testDescription: String { message }

        init(_ message: String, _ yaml: String) {
            self.message = message
            self.yaml = yaml
        }
    }

    private static let listeners: [Mistake] = [
        Mistake("Listeners: found none, wanted 1 to 50 listeners", "TargetGroups: []"),
        Mistake("Workers: found 0, wanted an integer from 1 to 256", "Workers: 0\n" + yaml(actions: forward)),
        Mistake("Workers: found many", "Workers: many\n" + yaml(actions: forward)),
        Mistake(
            "LoadBalancerArn: found gatehouse, wanted an ARN", "LoadBalancerArn: gatehouse\n" + yaml(actions: forward)),
        Mistake("Worker: found an unknown key, wanted Workers", "Worker: 1\n" + yaml(actions: forward)),
        Mistake(
            "Listeners[0].Protocol: found UDP, wanted HTTP or HTTPS", yaml(actions: forward, protocol: "UDP")),
        Mistake(
            "Listeners[0].Address: found localhost, wanted an IPv4 or IPv6 address",
            yaml(actions: forward, rest: "Address: localhost")),
        Mistake(
            "Listeners[0].Certificates: found certificates, wanted none on an HTTP listener",
            yaml(actions: forward, protocol: "HTTP", rest: "Certificates: []")),
        Mistake(
            "Listeners[0].Certificates[0].KeyFile: found nothing",
            yaml(actions: forward, rest: "Certificates: [{CertificateFile: /dev/null}]")),
        Mistake(
            "Listeners[0].Certificates[0].CertificateFile: found /none, which cannot be read",
            yaml(actions: forward, rest: "Certificates: [{CertificateFile: /none, KeyFile: /dev/null}]")),
        Mistake(
            "x_frame_options.header_value: found 1025 characters, wanted up to 1024 visible",
            yaml(
                actions: forward,
                rest:
                    "Attributes: {routing.http.response.x_frame_options.header_value: \(String(repeating: "a", count: 1025))}"
            )),
        Mistake(
            "content_security_policy.header_value: found é, wanted up to 1024 visible",
            yaml(actions: forward, rest: "Attributes: {routing.http.response.content_security_policy.header_value: é}")
        ),
        Mistake(
            "client_keep_alive.seconds: found 59, wanted an integer from 60 to 604800",
            "Attributes: {client_keep_alive.seconds: 59}\n" + yaml(actions: forward)),
        Mistake(
            "Listeners[1].Port: found 127.0.0.1 port 8443 a second time",
            yaml(actions: forward)
                + "\n  - {Name: b, Protocol: HTTPS, Port: 8443, DefaultActions: [\(forward.dropFirst(2))]}"),
        Mistake(
            "Listeners[1].Name: found app a second time",
            yaml(actions: forward)
                + "\n  - {Name: app, Protocol: HTTPS, Port: 1, DefaultActions: [\(forward.dropFirst(2))]}"),
        Mistake(
            "gatehouse.limits.headers.bytes: found 2000, wanted at least gatehouse.limits.header.bytes (16384)",
            "Attributes: {gatehouse.limits.headers.bytes: 2000}\n" + yaml(actions: forward)),
        Mistake(
            "idle_timeout.timeout_seconds: found 0, wanted an integer from 1 to 4000",
            "Attributes: {idle_timeout.timeout_seconds: 0}\n" + yaml(actions: forward)),
    ]

    private static let targets: [Mistake] = [
        Mistake(
            "TargetGroups[0].Targets: found none, wanted 1 to 1000",
            yaml(actions: forward).replacing("{Socket: run/chat.sock}", with: "")),
        Mistake(
            "TargetGroups[0].Targets[0].Socket: found nothing",
            yaml(actions: forward).replacing("Socket: run/chat.sock", with: "")),
        Mistake(
            "TargetGroups[1].Name: found chat a second time",
            yaml(actions: forward).replacing("[{Name: chat", with: "[{Name: chat, Targets: [{Socket: x}]}, {Name: chat")
        ),
        Mistake(
            "wanted a path of at most 107 bytes",
            yaml(actions: forward).replacing("run/chat.sock", with: "/" + String(repeating: "x", count: 107))),
        Mistake(
            "ForwardConfig.TargetGroupName: found chatt, wanted chat",
            yaml(actions: "- {Type: forward, ForwardConfig: {TargetGroupName: chatt}}")),
    ]

    private static let actions: [Mistake] = [
        Mistake(
            "Listeners[0].DefaultActions: found authenticate-oidc, wanted exactly one of forward",
            yaml(actions: authenticate())),
        Mistake(
            "Listeners[0].DefaultActions: found authenticate-oidc as the last action",
            yaml(actions: forward + "\n" + authenticate())),
        Mistake(
            "found forward, forward, wanted exactly one", yaml(actions: forward + "\n" + forward)),
        Mistake(
            "found 2 authenticate actions", yaml(actions: authenticate() + "\n" + authenticate() + "\n" + forward)),
        Mistake(
            "found authenticate-oidc, wanted it on an HTTPS listener only",
            yaml(actions: authenticate() + "\n" + forward, protocol: "HTTP")),
        Mistake(
            "found the same Order twice",
            yaml(
                actions: authenticate().replacing(
                    "{Type: authenticate-oidc,", with: "{Type: authenticate-oidc, Order: 2,")
                    + "\n- {Type: forward, Order: 2, ForwardConfig: {TargetGroupName: chat}}")),
        Mistake(
            "found authorize without an action before it", yaml(actions: authorize("Groups: [a]") + "\n" + forward)),
        Mistake(
            "found authorize without an action before it",
            yaml(actions: authorize("Groups: [a]") + "\n" + authenticate() + "\n" + forward)),
        Mistake(
            "found authorize twice",
            yaml(
                actions: [authenticate(), authorize("Groups: [a]"), authorize("Groups: [b]"), forward].joined(
                    separator: "\n"))),
        Mistake("found authorize behind OnUnauthenticatedRequest allow", authorizing("Groups: [a]", reaction: "allow")),
        Mistake("found nothing that is asked for", authorizing("GroupsClaim: g")),
        Mistake("AuthorizeConfig.Groups: found an empty list", authorizing("Groups: []")),
        Mistake("AuthorizeConfig.Groups[1]: found \"\", wanted a text", authorizing("Groups: [a, \"\"]")),
        Mistake("EmailDomains: found @example.com, wanted a domain", authorizing("EmailDomains: [\"@example.com\"]")),
        Mistake("AcrValues: found a b, wanted visible ASCII", authorizing("AcrValues: [a b]")),
        Mistake("MaximumAuthenticationAge: found 0", authorizing("MaximumAuthenticationAge: 0")),
        Mistake(
            "Format: found regex, wanted single-string, string-array or space-separated-values",
            authorizing("Groups: [a], AdditionalClaims: [{Format: regex, Name: a, Values: [b]}]")),
        Mistake(
            "AdditionalClaims[0].Values: found 0 values",
            authorizing("AdditionalClaims: [{Format: single-string, Name: a, Values: []}]")),
        Mistake("JwksEndpoint: found http://a.test/k", bearer("JwksEndpoint: \"http://a.test/k\", Issuer: a")),
        Mistake("Issuer: found nothing", bearer("JwksEndpoint: \"https://a.test/k\"")),
        Mistake(
            "Audience: found an empty list", bearer("JwksEndpoint: \"https://a.test/k\", Issuer: a, Audience: []")),
        Mistake(
            "Name: found exp, wanted another claim",
            bearer(
                "JwksEndpoint: \"https://a.test/k\", Issuer: a, "
                    + "AdditionalClaims: [{Format: single-string, Name: exp, Values: [b]}]")),
        Mistake("DefaultActions[0].Type: found lambda", yaml(actions: "- {Type: lambda}")),
        Mistake(
            "StatusCode: found 301, wanted 200 to 299 or 400 to 599",
            yaml(actions: "- {Type: fixed-response, FixedResponseConfig: {StatusCode: 301}}")),
        Mistake(
            "ContentType: found image/png",
            yaml(actions: "- {Type: fixed-response, FixedResponseConfig: {StatusCode: 200, ContentType: image/png}}")),
        Mistake(
            "MessageBody: found 1025 characters, wanted at most 1024",
            yaml(
                actions:
                    "- {Type: fixed-response, FixedResponseConfig: {StatusCode: 200, MessageBody: \(String(repeating: "x", count: 1025))}}"
            )),
    ]

    private static func rule(_ rule: String) -> String {
        yaml(actions: forward, rest: "Rules:\n  - {Priority: 1, Actions: [\(forward.dropFirst(2))], \(rule)}")
    }

    private static let conditions: [Mistake] = [
        Mistake("Rules[0].Conditions: found none", rule("Conditions: []")),
        Mistake("Rules[0].Conditions: found none", rule("")),
        Mistake("Values: found nothing", rule("Conditions: [{Field: path-pattern}]")),
        Mistake("Field: found cookie, wanted path-pattern", rule("Conditions: [{Field: cookie, Values: [x]}]")),
        Mistake(
            "found 4 values, wanted 1 to at most 3",
            rule("Conditions: [{Field: path-pattern, Values: [/a, /b, /c, /d]}]")),
        Mistake(
            "found 6 values, wanted at most 5 values in one rule",
            rule("Conditions: [{Field: path-pattern, Values: [/a, /b, /c]}, {Field: host-header, Values: [a, b, c]}]")),
        Mistake(
            "found 7 wildcards, wanted at most 6", rule("Conditions: [{Field: path-pattern, Values: [\"/*?*?*?*\"]}]")),
        Mistake(
            "path-pattern a second time",
            rule("Conditions: [{Field: path-pattern, Values: [/a]}, {Field: path-pattern, Values: [/b]}]")),
        Mistake(
            "Values: found /a#, wanted at most 128", rule("Conditions: [{Field: path-pattern, Values: [\"/a#\"]}]")),
        Mistake("Values: found a_b, wanted at most 128", rule("Conditions: [{Field: host-header, Values: [a_b]}]")),
        Mistake("begins with / or *", rule("Conditions: [{Field: path-pattern, Values: [admin]}]")),
        Mistake(
            "wanted at most 128",
            rule("Conditions: [{Field: path-pattern, Values: [/\(String(repeating: "x", count: 128))]}]")),
        Mistake(
            "them in one of the two places",
            rule("Conditions: [{Field: path-pattern, Values: [/a], PathPatternConfig: {Values: [/b]}}]")),
        Mistake(
            "Rules[1].Priority: found 1 a second time",
            rule("Conditions: [{Field: path-pattern, Values: [/a]}]")
                + "\n      - {Priority: 1, Actions: [\(forward.dropFirst(2))], Conditions: [{Field: path-pattern, Values: [/a]}]}"
        ),
        Mistake(
            "Priority: found 50001, wanted an integer from 1 to 50000",
            rule("Conditions: [{Field: path-pattern, Values: [/a]}]").replacing(
                "Priority: 1,", with: "Priority: 50001,")),
    ]

    private static func condition(_ field: String, _ key: String, _ config: String) -> String {
        rule("Conditions: [{Field: \(field), \(key): {\(config)}}]")
    }

    private static func header(_ config: String) -> String { condition("http-header", "HttpHeaderConfig", config) }

    private static let kinds: [Mistake] = [
        Mistake("HttpHeaderConfig: found nothing", rule("Conditions: [{Field: http-header}]")),
        Mistake("HttpHeaderName: found nothing", header("Values: [a]")),
        Mistake("HttpHeaderName: found Host, wanted another header", header("HttpHeaderName: Host, Values: [a]")),
        Mistake("HttpHeaderName: found X-*, wanted a header's name", header("HttpHeaderName: X-*, Values: [a]")),
        Mistake(
            "found X-Forwarded-Proto, wanted a header that", header("HttpHeaderName: X-Forwarded-Proto, Values: [a]")),
        Mistake(
            "found x_amzn_oidc_data, wanted a header that", header("HttpHeaderName: x_amzn_oidc_data, Values: [a]")),
        Mistake(
            "RegexValues: found Values and RegexValues", header("HttpHeaderName: A, Values: [a], RegexValues: [b]")),
        Mistake(
            "RegexValues: found ^(?=a): look-ahead or look-behind, which is not supported (character 2), wanted a regular",
            condition("path-pattern", "PathPatternConfig", "RegexValues: [\"^(?=a)\"]")),
        Mistake(
            "found 129 characters, wanted at most 128",
            condition("host-header", "HostHeaderConfig", "RegexValues: [\(String(repeating: "a", count: 129))]")),
        Mistake(
            "Values: found get, wanted a method",
            condition("http-request-method", "HttpRequestMethodConfig", "Values: [get]")),
        Mistake("Values[0].Value: found nothing", condition("query-string", "QueryStringConfig", "Values: [{Key: a}]")),
        Mistake(
            "Values[0].Value: found a\\b", condition("query-string", "QueryStringConfig", "Values: [{Value: 'a\\b'}]")),
        Mistake(
            "Values[0].Key: found a#b",
            condition("query-string", "QueryStringConfig", "Values: [{Key: 'a#b', Value: x}]")),
        Mistake(
            "Values: found 10.0.0.1, wanted a block", condition("source-ip", "SourceIpConfig", "Values: [10.0.0.1]")),
        Mistake("found 255.255.255.255/32", condition("source-ip", "SourceIpConfig", "Values: [255.255.255.255/32]")),
    ]

    private static func forwarding(_ config: String) -> String {
        yaml(actions: "- {Type: forward, ForwardConfig: {\(config)}}")
    }

    private static let forwards: [Mistake] = [
        Mistake("ForwardConfig.TargetGroups: found none", forwarding("TargetGroups: []")),
        Mistake(
            "the same target group twice",
            forwarding("TargetGroups: [{TargetGroupName: chat}, {TargetGroupName: chat}]")),
        Mistake("found no weight above 0", forwarding("TargetGroups: [{TargetGroupName: chat, Weight: 0}]")),
        Mistake(
            "Weight: found 1000, wanted an integer from 0 to 999",
            forwarding("TargetGroups: [{TargetGroupName: chat, Weight: 1000}]")),
        Mistake(
            "a name beside TargetGroups", forwarding("TargetGroupName: chat, TargetGroups: [{TargetGroupName: chat}]")),
        Mistake(
            "DurationSeconds: found nothing",
            forwarding("TargetGroupName: chat, TargetGroupStickinessConfig: {Enabled: true}")),
        Mistake(
            "DurationSeconds: found 604801, wanted an integer from 1 to 604800",
            forwarding("TargetGroupName: chat, TargetGroupStickinessConfig: {Enabled: true, DurationSeconds: 604801}")),
    ]

    private static func transforms(_ list: String, action: String = String(forward.dropFirst(2))) -> String {
        yaml(
            actions: forward,
            rest:
                "Rules:\n  - {Priority: 1, Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [\(action)], Transforms: [\(list)]}"
        )
    }

    private static func url(_ rewrites: String) -> String {
        "{Type: url-rewrite, UrlRewriteConfig: {Rewrites: [\(rewrites)]}}"
    }

    private static let rewrites: [Mistake] = [
        Mistake("Type: found path-rewrite", transforms("{Type: path-rewrite}")),
        Mistake("UrlRewriteConfig: found nothing", transforms("{Type: url-rewrite}")),
        Mistake("Rewrites: found none, wanted exactly one", transforms(url(""))),
        Mistake(
            "Rewrites: found 2, wanted exactly one", transforms(url("{Regex: a, Replace: b}, {Regex: a, Replace: b}"))),
        Mistake(
            "url-rewrite a second time",
            transforms(url("{Regex: a, Replace: b}") + ", " + url("{Regex: a, Replace: b}"))),
        Mistake("Regex: found (a)\\1: a back-reference", transforms(url("{Regex: '(a)\\1', Replace: b}"))),
        Mistake("Replace: found nothing", transforms(url("{Regex: a}"))),
        Mistake("Replace: found $1: a $ and the number of a group", transforms(url("{Regex: a, Replace: $1}"))),
        Mistake(
            "found 1025 characters, wanted at most 1024",
            transforms(url("{Regex: \(String(repeating: "a", count: 1025)), Replace: b}"))),
        Mistake(
            "Transforms: found transforms without a backend",
            transforms(
                url("{Regex: a, Replace: b}"), action: "{Type: fixed-response, FixedResponseConfig: {StatusCode: 200}}")
        ),
        Mistake(
            "SessionCookieName: found AWSELBAuthSessionCookie, which another provider or client has here",
            yaml(
                actions: authenticate() + "\n" + forward,
                rest:
                    "Rules:\n  - {Priority: 1, Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [\(authenticate(issuer: "https://b.test").dropFirst(2)), \(forward.dropFirst(2))]}"
            )),
    ]

    private static func redirect(_ parts: String, protocol: String = "HTTP") -> String {
        yaml(actions: "- {Type: redirect, RedirectConfig: {StatusCode: HTTP_301, \(parts)}}", protocol: `protocol`)
    }

    private static let redirects: [Mistake] = [
        Mistake(
            "StatusCode: found HTTP_303, wanted HTTP_301 or HTTP_302", redirect("Port: 1").replacing("301", with: "303")
        ),
        Mistake("found a redirect to the address it comes from", redirect("Query: x")),
        Mistake("a redirect must not leave TLS", redirect("Protocol: HTTP", protocol: "HTTPS")),
        Mistake("Protocol: found FTP", redirect("Protocol: FTP")),
        Mistake("Port: found 0", redirect("Port: \"0\"")),
        Mistake("Port: found 65536", redirect("Port: 65536")),
        Mistake("Port: found a mixed text", redirect("Port: \"8#{port}\"")),
        Mistake("Host: found a b", redirect("Host: a b")),
        Mistake("Host: found a:80", redirect("Host: \"a:80\"")),
        Mistake("Host: found x#{path}, wanted text with no other placeholder", redirect("Host: \"x#{path}\"")),
        Mistake("Path: found x with Query", redirect("Path: x")),
        Mistake("Path: found //x with Query", redirect("Path: //x")),
        Mistake("Query: found #{query} #, wanted text with no other placeholder", redirect("Query: \"#{query} #\"")),
        Mistake("Path: found /#{path} with Query a b, wanted a path", redirect("Port: 1, Query: a b")),
        Mistake(
            "Path: found 129 characters, wanted at most 128", redirect("Path: /\(String(repeating: "x", count: 128))")),
    ]

    private static func provider(_ extra: String, issuer: String = "https://a.test") -> String {
        yaml(actions: authenticate(extra, issuer: issuer) + "\n" + forward)
    }

    private static let providers: [Mistake] = [
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
    ]

    private static func authorize(_ rules: String) -> String {
        "- {Type: authorize, AuthorizeConfig: {\(rules)}}"
    }

    private static func authorizing(_ rules: String, reaction: String = "authenticate") -> String {
        yaml(
            actions: [authenticate(", OnUnauthenticatedRequest: \(reaction)"), authorize(rules), forward].joined(
                separator: "\n"))
    }

    private static func bearer(_ rules: String) -> String {
        yaml(actions: "- {Type: jwt-validation, JwtValidationConfig: {\(rules)}}\n" + forward)
    }

    private static func publicClient(_ extra: String) -> String {
        provider(extra).replacing("ClientSecret: s, ", with: "")
    }

    private static let clients: [Mistake] = [
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
    private static let keyFile: String = {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-client-key.pem").path
        let pem = P256.Signing.PrivateKey().pemRepresentation
        try? pem.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }()

    private static let poolARN = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Abc"

    private static func cognito(arn: String = poolARN, domain: String = "app", _ extra: String = "") -> String {
        yaml(
            actions:
                "- {Type: authenticate-cognito, AuthenticateCognitoConfig: {UserPoolArn: \"\(arn)\", UserPoolClientId: c, UserPoolDomain: \"\(domain)\"\(extra)}}\n"
                + forward)
    }

    private static let pools: [Mistake] = [
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

    @Test(
        "one mistake, one message",
        arguments: listeners + targets + actions + conditions + kinds + forwards + rewrites + redirects + providers
            + clients
            + pools)
    func refused(_ mistake: Mistake) {
        let found = problems(mistake.yaml)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(mistake.message) == true, "\(found)")
    }

    /// One more than the load balancer's quotas (§3.4, 3.6) allow.
    private static let quotas: [Mistake] = {
        func lines(_ count: Int, _ item: (Int) -> String) -> String { (1...count).map(item).joined(separator: "\n") }
        func list(_ count: Int, _ item: (Int) -> String) -> String { (1...count).map(item).joined(separator: " ") }
        let rule = String(forward.dropFirst(2))
        return [
            Mistake(
                "Listeners: found 51, wanted 1 to 50 listeners",
                "TargetGroups: [{Name: chat, Targets: [{Socket: a}]}]\nListeners:\n"
                    + lines(51) { "  - {Name: l\($0), Protocol: HTTP, Port: \($0), DefaultActions: [\(rule)]}" }),
            Mistake(
                "Rules: found 101, wanted at most 100 rules",
                yaml(
                    actions: forward,
                    rest: "Rules:\n"
                        + lines(101) {
                            "  - {Priority: \($0), Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [\(rule)]}"
                        })),
            Mistake(
                "Certificates: found 27, wanted at most 26",
                yaml(
                    actions: forward,
                    rest: "Certificates:\n" + lines(27) { _ in "  - {CertificateFile: /dev/null, KeyFile: /dev/null}" })
            ),
            Mistake(
                "TargetGroups: found 101, wanted at most 100 target groups",
                yaml(actions: forward).replacing(
                    "TargetGroups: [", with: "TargetGroups: [" + list(100) { "{Name: g\($0), Targets: [{Socket: a}]}," }
                )),
            Mistake(
                "found 6, wanted 1 to 5 target groups in one action",
                yaml(
                    actions:
                        "- {Type: forward, ForwardConfig: {TargetGroups: [\(list(6) { "{TargetGroupName: g\($0)}," })]}}"
                )
                .replacing(
                    "TargetGroups: [{Name",
                    with: "TargetGroups: [" + list(6) { "{Name: g\($0), Targets: [{Socket: a}]}," } + "{Name")),
            Mistake(
                "Targets: found 1001, wanted 1 to 1000 targets",
                yaml(actions: forward).replacing(
                    "{Socket: run/chat.sock}", with: list(1001) { "{Socket: s\($0)}," })),
            Mistake(
                "found jwt-validation, wanted it on an HTTPS listener only",
                yaml(
                    actions:
                        "- {Type: jwt-validation, JwtValidationConfig: {JwksEndpoint: \"https://a.test/k\", Issuer: a}}\n"
                        + forward, protocol: "HTTP")),
            Mistake(
                "wanted an https URL of at most 256 characters",
                bearer("JwksEndpoint: \"https://a.test/\(String(repeating: "k", count: 242))\", Issuer: a")),
            Mistake(
                "Issuer: found 257 characters, wanted at most 256",
                bearer("JwksEndpoint: \"https://a.test/k\", Issuer: \(String(repeating: "a", count: 257))")),
            Mistake(
                "AdditionalClaims: found 11 claims, wanted at most 10",
                bearer(
                    "JwksEndpoint: \"https://a.test/k\", Issuer: a, AdditionalClaims: ["
                        + list(11) { "{Format: single-string, Name: c\($0), Values: [b]}," } + "]")),
            Mistake(
                "Values: found 11 values",
                bearer(
                    "JwksEndpoint: \"https://a.test/k\", Issuer: a, AdditionalClaims: [{Format: string-array, Name: c, Values: ["
                        + list(11) { "v\($0)," } + "]}]")),
        ]
    }()

    @Test("one more than the load balancer's quotas is refused", arguments: quotas)
    func beyondQuotas(_ mistake: Mistake) {
        let found = problems(mistake.yaml)
        #expect(found.contains { $0.contains(mistake.message) }, "\(found.prefix(3))")
    }

    @Test(
        "providers on this host may be plain HTTP",
        arguments: ["http://127.0.0.1:9480", "http://localhost:1/x", "http://[::1]:8/p", "https://a.test:8444/local_X"])
    func loopback(_ issuer: String) {
        #expect(problems(Self.provider("", issuer: issuer)) == [])
    }

    @Test("all mistakes of a file are listed together")
    func together() {
        let text = "Workers: 0\nTypo: 1\n" + Self.provider(", Scope: email, SessionTimeout: 0", issuer: "x")
        #expect(problems(text).count == 5)
    }
}
