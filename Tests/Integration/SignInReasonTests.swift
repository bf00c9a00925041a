import ProcessTesting
import Testing

/// One reason of the load balancer's access log, and how it comes about.
struct SignInReason: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    /// What the provider does wrong.
    var fault: ProviderStub.Fault?
    /// What becomes of the good callback's query.
    var query: @Sendable (String) -> String = { $0 }
    /// The browser brings its cookies.
    var bringsCookies = true

    var testDescription: String { name }

    private static func without(_ parameter: String) -> @Sendable (String) -> String {
        { query in query.split(separator: "&").filter { !$0.hasPrefix(parameter + "=") }.joined(separator: "&") }
    }

    static let all = [
        SignInReason(name: "AuthInvalidGrantError", status: 561, fault: .codeRefused),
        SignInReason(name: "AuthInvalidIdToken", status: 401, fault: .wrongNonce),
        SignInReason(name: "AuthInvalidIdToken", status: 401, fault: .noIDToken),
        SignInReason(name: "AuthInvalidStateParam", status: 401, query: { $0 + "A" }),
        SignInReason(name: "AuthInvalidTokenResponse", status: 561, fault: .tokenResponseGarbled),
        SignInReason(name: "AuthInvalidUserinfoResponse", status: 561, fault: .noUserInfoSubject),
        SignInReason(name: "AuthInvalidUserinfoResponse", status: 561, fault: .userInfoOfSomebodyElse),
        SignInReason(name: "AuthMissingCodeParam", status: 401, query: without("code")),
        SignInReason(
            name: "AuthMissingCodeParam", status: 401, query: { without("code")($0) + "&error=access_denied" }),
        SignInReason(name: "AuthMissingStateParam", status: 401, query: without("state")),
        SignInReason(name: "AuthMissingAWSALBAuthNonce", status: 401, bringsCookies: false),
        SignInReason(name: "AuthTokenEpRequestFailed", status: 561, fault: .tokenEndpointFails),
        SignInReason(name: "AuthTokenEpRequestTimeout", status: 500, fault: .tokenEndpointSilent),
        SignInReason(name: "AuthUserinfoEpRequestFailed", status: 561, fault: .userInfoFails),
        SignInReason(name: "AuthUserinfoEpRequestTimeout", status: 500, fault: .userInfoSilent),
        SignInReason(name: "AuthUserinfoResponseSizeExceeded", status: 500, fault: .userInfoTooLarge),
    ]
}

@Suite(
    "Each reason of the load balancer's access log: its status, a log line, and a page with the same request id",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SignInReasonTests {
    /// With it the browser would be led on, and only the log would have the reason.
    private static let withoutHealing = ", Healing: false"

    @Test("of a callback", arguments: SignInReason.all)
    func callback(_ reason: SignInReason) async throws {
        let host = try await SigningGateway(authentication: Self.withoutHealing)
        if let fault = reason.fault { host.provider.misbehave(fault) }
        let browser = host.browser()
        let good = try await host.callback(browser)
        let mark = try #require(good.firstIndex(of: "?"))
        let query = reason.query(String(good[good.index(after: mark)...]))
        let answer = try await (reason.bringsCookies ? browser : host.browser())(good[...mark] + query)
        try expect(answer, reason.name, status: reason.status, host)
        try await host.stop()
    }

    @Test("AuthInvalidAWSALBAuthNonce: another tab has begun a sign-in since")
    func invalidNonce() async throws {
        let host = try await SigningGateway(authentication: Self.withoutHealing)
        let browser = host.browser()
        let callback = try await host.callback(browser)
        _ = try await host.callback(browser)
        try expect(try await browser(callback), "AuthInvalidAWSALBAuthNonce", status: 401, host)
        #expect(host.provider.redeemedCodes == 0)
        try await host.stop()
    }

    @Test("AuthInvalidCookie: a session cookie that never was one begins a sign-in, and the log says so")
    func invalidCookie() async throws {
        let host = try await SigningGateway()
        for value in ["x", "", String(repeating: "A", count: 42), String(repeating: "A", count: 5000), "a.b.c", "%41"] {
            let answer = try await host.browser().run(
                host.origin + "/page", ["--header", "Cookie: AWSELBAuthSessionCookie-0=\(value)"])
            #expect(answer.status == 302 && answer.value("location")?.hasPrefix(host.provider.issuer) == true)
        }
        #expect(host.gateway.program.log.components(separatedBy: "AuthInvalidCookie").count - 1 == 6)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("AuthUnhandledException: the provider's discovery document is another issuer's")
    func unhandled() async throws {
        let folder = try TemporaryFolder()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        let provider = try StubServer { _ in .json(#"{"issuer":"https://evil.example"}"#) }
        let gateway = try await GatewayAlone(folder: folder) {
            Configurations.signingIn(port: $0[0], issuer: "http://127.0.0.1:\(provider.port)")
        }
        let answer = try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/page")
        #expect(answer.status == 500 && answer.body.contains("<h1"), "\(answer)")
        #expect(gateway.program.log.contains("AuthUnhandledException"))
        #expect(backend.requests.isEmpty)
        _ = try await gateway.program.stop()
    }

    @Test("AuthMissingHostHeader: a callback without a host is refused before it is looked at (400)")
    func missingHost() async throws {
        let host = try await SigningGateway()
        let connection = try await RawConnection.open(port: host.gateway.port, caFile: host.gateway.caFile)
        try await connection.write("GET /oauth2/idpresponse?code=a&state=b HTTP/1.0\r\n\r\n")
        let answer = try await connection.readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        #expect(host.provider.redeemedCodes == 0)
        try await host.stop()
    }

    private func expect(_ answer: Curl.Answer, _ name: String, status: Int, _ host: SigningGateway) throws {
        #expect(answer.status == status, "\(answer)")
        #expect(answer.sessionCookie == nil)
        #expect(answer.value("content-type")?.hasPrefix("text/html") == true)
        #expect(answer.body.contains("<h1") && answer.body.contains("class=\"muted\""), "a sentence and a way forward")
        let line = try #require(host.gateway.program.log.split(separator: "\n").last { $0.contains("sign-in failed") })
        #expect(line.contains(name), "\(line)")
        let id = try #require(
            answer.body.firstMatch(of: /<dt>Request<\/dt><dd class="mono">([0-9a-f]+)<\/dd>/)?.output.1)
        #expect(line.contains(id), "the page's request id stands in the log line")
        #expect(host.backend.requests.isEmpty)
    }
}
