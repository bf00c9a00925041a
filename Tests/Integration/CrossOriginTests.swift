import ProcessTesting
import Testing

@Suite(
    "Scripts of other origins read the gateway's answers where they may, and their preflights pass where they may",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct CrossOriginTests {
    private static let list = "gatehouse.cors.allowed_origins: [\"https://app.example\"]"

    @Test("a listed origin reads why it got 401, whether its session is absent or has ended; another reads nothing")
    func answers() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {\(Self.list)}")
        let ended = "AWSELBAuthSessionCookie-0=\(String(repeating: "A", count: 43))"
        for version in ["--http1.1", "--http2"] {
            for cookie in ["a=b", ended] {
                let script = [version, "--header", "Sec-Fetch-Mode: cors", "--cookie", cookie]
                let answer = try await host.browser().run(
                    host.origin + "/api", script + ["--header", "Origin: https://app.example"])
                #expect(answer.status == 401 && answer.body.contains("login_url"), "\(answer)")
                #expect(answer.values("access-control-allow-origin") == ["https://app.example"])
                #expect(answer.values("access-control-allow-credentials") == ["true"])
                #expect(answer.values("vary") == ["Origin"])
                for origin in ["https://evil.example", "null", "https://app.example.evil.example"] {
                    let other = try await host.browser().run(
                        host.origin + "/api", script + ["--header", "Origin: \(origin)"])
                    #expect(other.status == 401 && other.values("vary") == ["Origin"])
                    #expect(!other.fields.contains { $0.name.hasPrefix("access-control-") }, "\(origin): \(other)")
                }
            }
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "attack 20: a genuine preflight of a listed origin reaches the backend, without any identity; nothing like it does"
    )
    func preflights() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {\(Self.list), gatehouse.cors.preflight.enabled: true}")
        let good = ["Origin: https://app.example", "Access-Control-Request-Method: PUT"]
        func send(_ fields: [String], method: String = "OPTIONS") async throws -> Curl.Answer {
            try await host.browser().run(
                host.origin + "/api", ["--request", method] + fields.flatMap { ["--header", $0] })
        }
        for (fields, method) in [
            (good, "GET"), (good, "POST"), (good, "DELETE"), ([good[0]], "OPTIONS"), ([good[1]], "OPTIONS"),
            (["Origin: https://evil.example", good[1]], "OPTIONS"), (good + ["Content-Length: 3"], "OPTIONS"),
            (good + [good[1]], "OPTIONS"), (good + ["Cookie: a=b"], "OPTIONS"),
            (good + ["X-HTTP-Method-Override: GET", "Authorization: Bearer x"], "OPTIONS"),
        ] {
            let answer =
                fields.contains("Content-Length: 3")
                ? try await host.browser().run(
                    host.origin + "/api",
                    ["--request", method, "--data", "abc"] + good.flatMap { ["--header", $0] })
                : try await send(fields, method: method)
            #expect(answer.status == 302 || answer.status == 401, "\(method) \(fields): \(answer)")
        }
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests)")
        let passed = try await send(good + ["x-amzn-oidc-identity: admin", "X_Amzn_Oidc_Data: a.b.c"])
        #expect(passed.status == 200, "\(passed)")
        let request = try #require(host.backend.requests.first)
        #expect(request.method == "OPTIONS" && host.backend.requests.count == 1)
        #expect(!request.fields.contains { $0.name.lowercased().replacing("_", with: "-").hasPrefix("x-amzn-oidc") })
        try await host.stop()

        let closed = try await SigningGateway(attributes: "Attributes: {\(Self.list)}")
        let refused = try await closed.browser().run(
            closed.origin + "/api", ["--request", "OPTIONS"] + good.flatMap { ["--header", $0] })
        #expect(refused.status == 302 || refused.status == 401, "\(refused)")
        #expect(closed.backend.requests.isEmpty)
        try await closed.stop()
    }

    @Test("attack 20 before jwt-validation: a genuine preflight passes without a token; whatever else has none is 401")
    func preflightsOfPrograms() async throws {
        let host = try await SigningGateway { port, issuer in
            AppConfiguration.text(
                port: port, attributes: "Attributes: {\(Self.list), gatehouse.cors.preflight.enabled: true}",
                otherwise: """
                    {Type: jwt-validation, JwtValidationConfig: {JwksEndpoint: "\(issuer)/keys", Issuer: "\(issuer)"}}
                    """, AppConfiguration.forward)
        }
        let good = ["Origin: https://app.example", "Access-Control-Request-Method: PUT"]
        for (fields, method) in [
            (good, "GET"), (good, "PUT"), ([good[0]], "OPTIONS"), ([good[1]], "OPTIONS"),
            (["Origin: https://evil.example", good[1]], "OPTIONS"), (good + ["Authorization: Bearer x"], "OPTIONS"),
        ] {
            let answer = try await host.browser().run(
                host.origin + "/api", ["--request", method] + fields.flatMap { ["--header", $0] })
            #expect(answer.status == 401 && answer.value("www-authenticate")?.hasPrefix("Bearer") == true, "\(answer)")
        }
        #expect(host.backend.requests.isEmpty)
        let passed = try await host.browser().run(
            host.origin + "/api", ["--request", "OPTIONS"] + good.flatMap { ["--header", $0] })
        #expect(passed.status == 200 && host.backend.requests.map(\.method) == ["OPTIONS"], "\(passed)")
        try await host.stop()
    }
}
