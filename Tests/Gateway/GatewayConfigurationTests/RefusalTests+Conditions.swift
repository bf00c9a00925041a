/// Conditions of rules.
extension RefusalTests {
    static func rule(_ rule: String) -> String {
        yaml(actions: forward, rest: "Rules:\n  - {Priority: 1, Actions: [\(forward.dropFirst(2))], \(rule)}")
    }

    static let conditions: [Mistake] = [
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

    static func condition(_ field: String, _ key: String, _ config: String) -> String {
        rule("Conditions: [{Field: \(field), \(key): {\(config)}}]")
    }

    static func header(_ config: String) -> String { condition("http-header", "HttpHeaderConfig", config) }

    static let kinds: [Mistake] = [
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
}
