/// Actions of rules, transforms among them.
extension RefusalTests {
    static let actions: [Mistake] = [
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

    static func forwarding(_ config: String) -> String {
        yaml(actions: "- {Type: forward, ForwardConfig: {\(config)}}")
    }

    static let forwards: [Mistake] = [
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

    static func transforms(_ list: String, action: String = String(forward.dropFirst(2))) -> String {
        yaml(
            actions: forward,
            rest:
                "Rules:\n  - {Priority: 1, Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [\(action)], Transforms: [\(list)]}"
        )
    }

    static func url(_ rewrites: String) -> String {
        "{Type: url-rewrite, UrlRewriteConfig: {Rewrites: [\(rewrites)]}}"
    }

    static let rewrites: [Mistake] = [
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

    static func redirect(_ parts: String, protocol: String = "HTTP") -> String {
        yaml(actions: "- {Type: redirect, RedirectConfig: {StatusCode: HTTP_301, \(parts)}}", protocol: `protocol`)
    }

    static let redirects: [Mistake] = [
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

    static func authorize(_ rules: String) -> String {
        "- {Type: authorize, AuthorizeConfig: {\(rules)}}"
    }

    static func authorizing(_ rules: String, reaction: String = "authenticate") -> String {
        yaml(
            actions: [authenticate(", OnUnauthenticatedRequest: \(reaction)"), authorize(rules), forward].joined(
                separator: "\n"))
    }

    static func bearer(_ rules: String) -> String {
        yaml(actions: "- {Type: jwt-validation, JwtValidationConfig: {\(rules)}}\n" + forward)
    }
}
