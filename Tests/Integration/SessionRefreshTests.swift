import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sessions in use are renewed in the background, once, and nobody is hurt", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SessionRefreshTests {
    /// Signs in with an access token that is due for renewal after a second, and waits until it is.
    private static func signIn(_ host: SigningGateway) async throws -> String {
        host.provider.set(tokenLife: 2)
        let browser = host.browser()
        let answer = try await browser(host.callback(browser))
        guard let cookie = answer.sessionCookie else { throw Failure("no session: \(answer)") }
        host.provider.set(tokenLife: 3600)
        try await Task.sleep(for: .milliseconds(1100))
        return String(cookie.prefix { $0 != ";" })
    }

    private static func get(_ host: SigningGateway, _ cookie: String, port: Int? = nil) async throws -> Curl.Answer {
        try await Curl(caFile: host.gateway.caFile)(
            "https://localhost:\(port ?? host.gateway.port)/", "--cookie", cookie)
    }

    private static func awaitLog(_ gateway: GatewayAlone, _ text: String) async throws {
        _ = try await eventually("\(text) in the log", within: .seconds(20)) {
            gateway.program.log.contains(text) ? true : nil
        }
    }

    /// The claims a backend was shown.
    private static func claims(_ request: StubRequest) throws -> String {
        guard let part = request.value("x-amzn-oidc-data")?.split(separator: ".").dropFirst().first,
            let data = Data(base64Encoded: String(part).replacing("-", with: "+").replacing("_", with: "/"))
        else { throw Failure("no identity") }
        return String(decoding: data, as: UTF8.self)
    }

    @Test("100 requests at once when the token is due: one refresh, all answered meanwhile, claims follow (62)")
    func crowd() async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        host.provider.set(email: "new@example.com", refreshPause: .seconds(2))
        let urls = (1..<100).flatMap { ["\(host.origin)/\($0)", "--output", "/dev/null"] }
        let started = ContinuousClock.now
        let answer = try await Curl(caFile: host.gateway.caFile).run(
            host.origin + "/0",
            ["--parallel", "--parallel-immediate", "--parallel-max", "100", "--http1.1", "--cookie", cookie] + urls)
        #expect(answer.exitCode == 0)
        let requests = host.backend.requests
        #expect(requests.count == 100)
        #expect(requests.allSatisfy { $0.value("x-amzn-oidc-identity") == ProviderStub.subject })
        #expect(try Self.claims(try #require(requests.first)).contains("user@example.com"))
        try await Self.awaitLog(host.gateway, "session renewed")
        #expect(host.provider.refreshes == 1, "after \(ContinuousClock.now - started)")
        host.backend.reset()
        // Both workers show the new claims.
        for _ in 0..<8 { #expect(try await Self.get(host, cookie).status == 200) }
        for request in host.backend.requests { #expect(try Self.claims(request).contains("new@example.com")) }
        #expect(host.provider.refreshes == 1)
        try await host.stop()
    }

    @Test(
        "a provider that fails, or answers with a token that is not its own, ends nothing and gets no second try at once",
        arguments: [
            ProviderStub.RefreshFault.unavailable, .hangsUp, .foreignKey, .wrongAudience, .wrongIssuer, .malformed,
        ])
    func faults(_ fault: ProviderStub.RefreshFault) async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        host.provider.set(email: "new@example.com")
        host.provider.misbehaveAtRefresh(fault)
        #expect(try await Self.get(host, cookie).status == 200)
        try await Self.awaitLog(host.gateway, "could not be renewed")
        host.backend.reset()
        for _ in 0..<8 { #expect(try await Self.get(host, cookie).status == 200) }
        for request in host.backend.requests { #expect(try Self.claims(request).contains("user@example.com")) }
        #expect(host.provider.refreshes == 1)
        try await host.stop()
    }

    @Test(
        "a refresh token that is refused, or another user in the answer, ends the session (56)",
        arguments: [
            (ProviderStub.RefreshFault.refused, "refresh-refused"), (.otherSubject, "subject-changed"),
            (.userInfoOfSomebodyElse, "subject-changed"),
        ])
    func ends(_ fault: ProviderStub.RefreshFault, reason: String) async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        host.provider.misbehaveAtRefresh(fault)
        // The stream has begun by then.
        host.provider.set(refreshPause: .seconds(1))
        host.backend.respond { _ in .pieces(Array(repeating: "data: x\n\n", count: 600), pause: .milliseconds(50)) }
        // A stream that was granted to the session ends with it.
        let stream = try await Self.get(host, cookie)
        #expect(stream.status == 200 && stream.exitCode != 0, "\(stream.exitCode)")
        #expect(host.gateway.program.log.contains(reason), "\(host.gateway.program.log)")
        host.backend.reset()
        for _ in 0..<4 { #expect(try await Self.get(host, cookie).status == 302) }
        #expect(host.backend.requests.isEmpty)
        #expect(host.provider.refreshes == 1)
        try await host.stop()
    }

    @Test("the refresh token that replaced another outlives kill -9: the next refresh uses it")
    func rotation() async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        host.provider.set(tokenLife: 2)
        #expect(try await Self.get(host, cookie).status == 200)
        try await Self.awaitLog(host.gateway, "session renewed")
        host.gateway.program.signal(SIGKILL)
        _ = try await host.gateway.program.exitCode()
        let next = try await GatewayAlone(folder: host.folder) {
            Configurations.signingIn(port: $0[0], issuer: host.provider.issuer)
        }
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try await Self.get(host, cookie, port: next.port).status == 200)
        try await Self.awaitLog(next, "session renewed")
        #expect(host.provider.refreshes == 2 && host.provider.refreshesOfOld == 0)
        for secret in host.provider.secrets { #expect(!next.program.log.contains(secret)) }
        _ = try await next.program.stop()
    }
}
