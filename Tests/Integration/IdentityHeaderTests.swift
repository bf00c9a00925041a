import ProcessTesting
import Testing

@Suite(
    "Identity comes from the gateway or not at all, on every kind of route (peers' attacks 1–29)", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct IdentityHeaderTests {
    private static let names = ["x-amzn-oidc-data", "x-amzn-oidc-identity", "x-amzn-oidc-accesstoken"]

    /// Every mix of `-` and `_`, each in three letter cases.
    private static func spellings(of name: String) -> [String] {
        let parts = name.split(separator: "-").map(String.init)
        return (0..<(1 << (parts.count - 1))).flatMap { mask in
            let joined = parts.enumerated().map { index, part in
                index == 0 ? part : (mask >> (index - 1) & 1 == 0 ? "-" : "_") + part
            }.joined()
            return [joined, joined.uppercased(), joined.prefix(1).uppercased() + joined.dropFirst()]
        }
    }

    @Test("all 72 spellings a client can send are gone on public, optional and signed-in routes")
    func spellings() async throws {
        let host = try await SigningGateway()
        let headers = Self.names.flatMap(Self.spellings)
        #expect(Set(headers).count == 72)
        let arguments = headers.flatMap { ["--header", "\($0): spoofed"] }
        let stranger = host.browser()
        for path in ["/public/x", "/optional/x"] {
            #expect(try await stranger.run(host.origin + path, arguments).status == 200)
            let names = try #require(host.backend.requests.last).fields.map {
                $0.name.lowercased().replacing("_", with: "-")
            }
            #expect(!names.contains { $0.hasPrefix("x-amzn-oidc") }, "\(names)")
        }
        let user = try await host.signedInBrowser()
        #expect(try await user.run(host.origin + "/x", arguments).status == 200)
        let request = try #require(host.backend.requests.last)
        #expect(request.values("x-amzn-oidc-identity") == [ProviderStub.subject])
        #expect(request.values("x-amzn-oidc-data").count == 1)
        #expect(!request.fields.contains { $0.value == "spoofed" })
        try await host.stop()
    }

    @Test("the gateway's own addresses and error pages hand no claimed identity on, nor give it back (29)")
    func ownAddresses() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        let claims = Self.names.flatMap { ["--header", "\($0): spoofed"] }
        host.backend.respond { _ in .hangUp }
        let failed = try await user.run(host.origin + "/fails", claims)
        #expect(failed.status == 502 && !failed.body.contains("spoofed"))
        #expect(!host.backend.received.contains("spoofed"))
        host.backend.reset()
        for (path, status) in [
            ("/oauth2/idpresponse", 302), ("/oauth2/idpresponse?code=a&state=b", 302),
            ("/oauth2/idpresponse?error=access_denied&state=b", 302), ("/.gatehouse/none", 404), ("/public/%00", 400),
            ("/public/..;/x", 400), ("/oauth2/logout", 302),
        ] {
            let answer = try await user.run(host.origin + path, claims)
            #expect(answer.status == status, "\(path): \(answer.status)")
            #expect(!answer.body.contains("spoofed") && !answer.fields.contains { $0.value.contains("spoofed") })
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a claim the provider does not state is not filled in by the client (23)")
    func absentClaims() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        let names = [
            "x-amzn-oidc-email", "X-Amzn-Oidc-Groups", "x_amzn_oidc_username", "X-AMZN-OIDC-", "x-amzn-oidc_data",
        ]
        let answer = try await user.run(host.origin + "/x", names.flatMap { ["--header", "\($0): spoofed"] })
        #expect(answer.status == 200)
        let stated = try #require(host.backend.requests.last).fields.map { $0.name.lowercased() }
            .filter { $0.replacing("_", with: "-").hasPrefix("x-amzn-oidc") }
        #expect(stated.allSatisfy(Self.names.contains) && Set(stated).count == stated.count, "\(stated)")
        #expect(!host.backend.received.contains("spoofed"))
        try await host.stop()
    }

    @Test(
        "the access token goes to the backend as the provider sent it, unless the rule leaves it out; never a client's")
    func accessToken() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        let spoofs = ["x-amzn-oidc-accesstoken: spoofed", "X_AMZN_OIDC_ACCESSTOKEN: spoofed"].flatMap {
            ["--header", $0]
        }
        for path in ["/x", "/optional/x", "/deny/x"] {
            #expect(try await user.run(host.origin + path, spoofs).status == 200)
            let tokens = try #require(host.backend.requests.last).values("x-amzn-oidc-accesstoken")
            #expect(tokens.count == 1 && host.provider.secrets.contains(tokens[0]) && tokens[0].hasPrefix("access-"))
        }
        for path in ["/tokenless/x", "/public/x"] {
            #expect(try await user.run(host.origin + path, spoofs).status == 200)
            #expect(try #require(host.backend.requests.last).values("x-amzn-oidc-accesstoken").isEmpty)
        }
        #expect(host.backend.requests[3].value("x-amzn-oidc-identity") == ProviderStub.subject)
        #expect(!host.backend.received.contains("spoofed"))
        try await host.stop()
    }

    @Test("Connection cannot remove what the gateway adds (25)")
    func connection() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        for value in ["x-amzn-oidc-data", "X-AMZN-OIDC-DATA, x-amzn-oidc-identity", "close, X_Amzn_Oidc_Data"] {
            _ = try await user(host.origin + "/x", "--header", "Connection: \(value)")
            let request = try #require(host.backend.requests.last)
            #expect(request.values("x-amzn-oidc-data").count == 1, "\(value)")
            #expect(request.values("x-amzn-oidc-identity") == [ProviderStub.subject], "\(value)")
        }
        try await host.stop()
    }

    @Test("trailers bring no identity; no header stands in for the path or opens a door (3–5)")
    func trailersAndOverrides() async throws {
        let host = try await SigningGateway()
        let connection = try await RawConnection.open(port: host.gateway.port, caFile: host.gateway.caFile)
        try await connection.write(
            "POST /public/x HTTP/1.1\r\nHost: localhost:\(host.gateway.port)\r\nTransfer-Encoding: chunked\r\n"
                + "Trailer: x-amzn-oidc-data\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-amzn-oidc-data: spoofed\r\n\r\n"
        )
        #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 200 "))
        #expect(!host.backend.received.contains("spoofed"))
        host.backend.reset()
        let stranger = host.browser()
        for header in [
            "X-Forwarded-Uri: /public/x", "X-Original-URL: /public/x", "X-Rewrite-URL: /public/x",
            "X-Original-Method: OPTIONS",
            "User-Agent: kube-probe/1.30", "User-Agent: GoogleHC/1.0", "User-Agent: ELB-HealthChecker/2.0",
        ] {
            #expect(try await stranger(host.origin + "/admin", "--header", header).status == 302, "\(header)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a path that only looks public is not; what was matched is what is forwarded (1, 2, 7, 9, 11, 12, 14)")
    func paths() async throws {
        let host = try await SigningGateway()
        let stranger = host.browser()
        for path in [
            "/admin?x=/public/", "/public%2f..%2fadmin", "/public/..%2fadmin", "/public/%2e%2e/admin",
            "/public/../admin",
            "//admin", "/public/..;/admin", "/public%5c..%5cadmin", "/public/..%5cadmin", "/public/%252e%252e/admin",
            "/public/%00/../admin", "/public/%zz", "/PUBLIC/x", "/./admin", "/public/x%23/../../admin",
        ] {
            let answer = try await stranger(host.origin + path)
            #expect(answer.status == 302 || answer.status == 400, "\(path): \(answer.status)")
        }
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests.map(\.target))")
        #expect(try await stranger(host.origin + "/admin/../public/%41?q=%2f").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/public/A?q=%2f"])
        try await host.stop()
    }

    @Test("a session ends at sign-out: its cookie, kept by a thief, leads to the provider")
    func signOut() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let signedIn = try await browser(host.callback(browser))
        let pair = String(try #require(signedIn.sessionCookie).prefix { $0 != ";" })
        let thief = Curl(caFile: host.gateway.caFile)
        for _ in 0..<8 { #expect(try await thief(host.origin + "/", "--cookie", pair).status == 200) }
        let signedOut = try await browser(host.origin + "/oauth2/logout")
        #expect(signedOut.status == 302)
        #expect(signedOut.value("location")?.hasPrefix(host.provider.issuer + "/logout") == true, "\(signedOut)")
        host.backend.reset()
        // Connections spread over both workers; each must know.
        for _ in 0..<16 { #expect(try await thief(host.origin + "/", "--cookie", pair).status == 302) }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "cookies that are no session of ours lead to the provider",
        arguments: ["", "x", "AAAA", String(repeating: "A", count: 43), String(repeating: "/", count: 5000)])
    func foreignCookies(_ value: String) async throws {
        let host = try await SigningGateway()
        let stranger = Curl(caFile: host.gateway.caFile)
        #expect(try await stranger(host.origin + "/", "--cookie", "AWSELBAuthSessionCookie-0=\(value)").status == 302)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}
