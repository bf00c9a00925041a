import Testing

@testable import GatewayServer

@Suite("gatehouse why: what the gateway makes of a request, from its own code") struct RequestExplanationTests {
    private static let yaml = """
        TargetGroups:
          - {Name: app, Targets: [{Socket: run/app.sock}]}
          - {Name: next, Targets: [{Socket: run/next.sock}]}
        Listeners:
          - Name: app
            Protocol: HTTPS
            Port: 8443
            Rules:
              - Priority: 10
                Conditions:
                  - {Field: path-pattern, Values: ["/old/*"]}
                  - {Field: source-ip, SourceIpConfig: {Values: ["192.0.2.0/24"]}}
                Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 410}}]
              - Priority: 20
                Conditions: [{Field: path-pattern, Values: ["/both"]}]
                Actions:
                  - Type: forward
                    ForwardConfig: {TargetGroups: [{TargetGroupName: app, Weight: 3}, {TargetGroupName: next, Weight: 1}]}
            DefaultActions:
              - Type: authenticate-oidc
                AuthenticateOidcConfig: {Issuer: "https://id.example.com", ClientId: c, ClientSecret: s}
              - {Type: forward, ForwardConfig: {TargetGroupName: app}}
          - Name: http
            Protocol: HTTP
            Port: 8080
            DefaultActions: [{Type: redirect, RedirectConfig: {StatusCode: HTTP_301, Protocol: HTTPS, Port: "8443"}}]
        """

    private func explain(
        _ method: String, _ url: String, headers: [String] = [], peer: String = "127.0.0.1", listener: String? = nil,
        as visitor: RequestExplanation.Visitor = .anybody
    ) throws -> RequestExplanation {
        try RequestExplanation.explain(
            .init(method: method, url: url, headers: headers, peer: peer, visitor: visitor), listener: listener,
            read(Self.yaml))
    }

    private func fact(_ label: String, _ explanation: RequestExplanation) -> String? {
        explanation.facts.first { $0.label == label }?.text
    }

    @Test("the path is canonical, the head is the backend's, and nothing a client claims is in it")
    func forwarded() throws {
        let explanation = try explain(
            "GET", "https://LOCALHOST:8443/a/%2e%2e/b?x=%2F",
            headers: ["Connection: x-amzn-oidc-data", "X_Amzn_Oidc_Data: evil", "X-Forwarded-For: 203.0.113.9", "A: b"])
        #expect(fact("Host", explanation) == "localhost")
        #expect(fact("Path", explanation) == "/b")
        #expect(fact("Query", explanation) == "x=%2F")
        #expect(fact("Rule", explanation) == "the default rule")
        #expect(fact("Sign-in", explanation)?.hasPrefix("https://id.example.com") == true)
        #expect(fact("Action", explanation) == "forward to app")
        let placeholder = RequestExplanation.identityPlaceholder
        #expect(
            String(decoding: explanation.backendHead ?? [], as: UTF8.self)
                .replacing(/1-[0-9a-f]{8}-[0-9a-f]{24}/, with: "ID").components(separatedBy: "\r\n") == [
                    "GET /b?x=%2F HTTP/1.1", "Host: LOCALHOST:8443", "A: b", "X-Forwarded-For: 203.0.113.9, 127.0.0.1",
                    "X-Forwarded-Proto: https", "X-Forwarded-Port: 8443", "X-Amzn-Trace-Id: Root=ID",
                    "x-amzn-oidc-data: \(placeholder)",
                    "x-amzn-oidc-identity: \(placeholder)",
                    "x-amzn-oidc-accesstoken: \(RequestExplanation.tokenPlaceholder)", "", "",
                ])
    }

    @Test("rules, redirects and the gateway's own addresses; none of them reaches a backend")
    func answeredHere() throws {
        let gone = try explain("GET", "https://localhost:8443/old/x", peer: "192.0.2.7")
        #expect(fact("Rule", gone) == "priority 10" && fact("Action", gone)?.hasPrefix("fixed response 410") == true)
        #expect(gone.facts.map(\.text).contains("source-ip: 192.0.2.0/24"))
        #expect(try fact("Rule", explain("GET", "https://localhost:8443/old/x")) == "the default rule")
        let redirect = try explain("GET", "http://localhost:8080/x?y")
        #expect(fact("Action", redirect) == "redirect 301 to https://localhost:8443/x?y")
        let signOut = try explain("GET", "https://localhost:8443/oauth2/logout")
        #expect(fact("Action", signOut) == "answered by the gateway: sign-out")
        for explanation in [gone, redirect, signOut] { #expect(explanation.backendHead == nil) }
        #expect(
            try fact("Action", explain("GET", "https://localhost:8443/both"))
                == "forward to app (3 of 4) or next (1 of 4)")
    }

    @Test(
        "what is refused says with which status and why",
        arguments: [
            ("GET", "https://localhost:8443/a%2fb", "400"), ("TRACE", "https://localhost:8443/", "405"),
            ("GET", "https://user@localhost:8443/", "400"), ("GET", "https://localhost:8443/#x", "400"),
            ("G T", "https://localhost:8443/", "400"),
            ("GET", "https://localhost:8443/" + String(repeating: "a", count: 16_500), "414"),
        ])
    func refused(method: String, url: String, status: String) throws {
        let explanation = try explain(method, url, listener: "app")
        #expect(fact("Refused", explanation)?.hasPrefix(status + ": ") == true, "\(explanation.facts)")
        #expect(explanation.backendHead == nil)
    }

    @Test("who asks decides what becomes of the request, and what a backend is told")
    func visitors() throws {
        let url = "https://localhost:8443/x"
        let user = RequestExplanation.Visitor.user(.init(subject: "alice", groups: ["staff", "admins"]))
        let signedIn = try explain("GET", url, as: user)
        #expect(signedIn.outcome == .init(action: .forward, targetGroups: ["app"]))
        #expect(fact("As", signedIn) == "alice, groups staff, admins")
        let head = String(decoding: signedIn.backendHead ?? [], as: UTF8.self)
        #expect(head.contains("x-amzn-oidc-identity: alice\r\n"))
        let stranger = try explain("GET", url, as: .stranger)
        #expect(stranger.outcome == .init(action: .signIn, status: 302) && stranger.backendHead == nil)
        for header in ["Accept: application/json", "Sec-Fetch-Mode: cors", "X-Requested-With: XMLHttpRequest"] {
            #expect(
                try explain("GET", url, headers: [header], as: .stranger).outcome == .init(action: .deny, status: 401))
        }
        // A session counts only for the rule whose provider made it.
        for foreign in [
            RequestExplanation.Identity(subject: "alice", issuer: "https://other.example.com", client: "c"),
            RequestExplanation.Identity(subject: "alice", issuer: "https://id.example.com", client: "d"),
        ] {
            #expect(try explain("GET", url, as: .user(foreign)).outcome.action == .signIn)
        }
        let own = RequestExplanation.Identity(subject: "alice", issuer: "https://id.example.com", client: "c")
        #expect(try explain("GET", url, as: .user(own)).outcome.action == .forward)
        for visitor in [RequestExplanation.Visitor.stranger, user] {
            let open = try explain("GET", "https://localhost:8443/both", as: visitor)
            #expect(open.outcome == .init(action: .forward, targetGroups: ["app", "next"]))
            #expect(!String(decoding: open.backendHead ?? [], as: UTF8.self).contains("x-amzn-oidc"))
        }
    }

    @Test("expectations: an action, a target group, a status")
    func expectations() throws {
        for (url, visitor, met, missed) in [
            ("https://localhost:8443/x", .stranger, ["sign-in", "302"], ["forward", "401", "forward:app"]),
            (
                "https://localhost:8443/x", .user(.init(subject: "a")), ["forward", "forward:app"],
                ["forward:next", "200"]
            ),
            ("https://localhost:8443/both", .stranger, ["forward:app", "forward:next"], ["forward:", "sign-in"]),
            ("http://localhost:8080/x", .stranger, ["redirect", "301"], ["302", "fixed-response"]),
            ("https://localhost:8443/a%2fb", .stranger, ["refuse", "400"], ["forward", "deny"]),
            ("https://localhost:8443/oauth2/logout", .stranger, ["gateway"], ["sign-in"]),
        ] as [(String, RequestExplanation.Visitor, [String], [String])] {
            let outcome = try explain("GET", url, as: visitor).outcome
            for text in met { #expect(outcome.meets(text), "\(url): \(outcome) is \(text)") }
            for text in missed { #expect(!outcome.meets(text), "\(url): \(outcome) is not \(text)") }
        }
        let gone = try explain("GET", "https://localhost:8443/old/x", peer: "192.0.2.7", as: .stranger)
        #expect(gone.outcome.meets("410") && gone.outcome.meets("fixed-response"))
        for text in ["forward", "forward:x", "deny", "404"] { #expect(RequestExplanation.Outcome.isExpectation(text)) }
        for text in ["", "allow", "99", "600", "Forward", "forward app"] {
            #expect(!RequestExplanation.Outcome.isExpectation(text), "\(text)")
        }
    }

    @Test("a question that cannot be answered is told so in one sentence")
    func unanswerable() throws {
        for (url, headers, peer, listener) in [
            ("localhost:8443/", [], "127.0.0.1", nil), ("https://localhost/", ["no colon"], "127.0.0.1", nil),
            ("https://localhost/", [], "somewhere", nil), ("https://localhost/", [], "127.0.0.1", "missing"),
        ] as [(String, [String], String, String?)] {
            #expect(throws: RequestExplanation.Unanswerable.self, "\(url) \(headers) \(peer)") {
                try explain("GET", url, headers: headers, peer: peer, listener: listener)
            }
        }
    }
}
