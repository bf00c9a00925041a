/// The load balancer's quotas.
extension RefusalTests {
    /// One more than the load balancer's quotas (§3.4, 3.6) allow.
    static let quotas: [Mistake] = {
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
}
