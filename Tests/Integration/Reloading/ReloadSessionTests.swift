import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sessions and sign-ins over a changed configuration", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ReloadSessionTests {
    /// Puts a configuration in force that differs where nobody here looks.
    private func change(_ host: SigningGateway, idleTimeout: Int = 50) async throws {
        try host.gateway.configure(
            Configurations.signingIn(
                port: host.gateway.port, issuer: host.provider.issuer,
                attributes: "Attributes: {idle_timeout.timeout_seconds: \(idleTimeout)}"))
        #expect(try await host.gateway.reload().exitCode == 0)
    }

    @Test("sessions stay, new rules hold for them at once, and a session's end ends what it began under earlier rules")
    func sessions() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        let streams = try await SessionBoundStreams(host, cookie: cookie)
        try await change(host)
        host.backend.reset()
        let curl = Curl(caFile: host.gateway.caFile)
        #expect(try await curl(host.origin + "/", "--cookie", cookie).status == 200)
        try await streams.expectLife()
        let ended = try await Tool.run(
            try Programs.path("gatehouse"),
            ["sessions", "end-user", ProviderStub.subject, "--state", host.folder.file("state")])
        #expect(ended.exitCode == 0 && ended.output.contains("Ended 1 session."), "\(ended)")
        try await streams.expectEnd(hasEarlierConfiguration: true)
        host.backend.reset()
        #expect(try await curl(host.origin + "/", "--cookie", cookie).status == 302)
        #expect(host.backend.requests.isEmpty)
        await streams.close()
        try await host.gateway.earlierConfigurationsEnd()
        try await host.stop()
    }

    @Test("a sign-in that began under one configuration ends under the next")
    func signIn() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let callback = try await host.callback(browser)
        // The same browser once more, as it was before it came back.
        let copy = host.folder.file("copied-jar")
        try FileManager.default.copyItem(atPath: try #require(browser.jar), toPath: copy)
        try await change(host)
        let signedIn = try await browser(callback)
        #expect(signedIn.status == 302 && signedIn.sessionCookie != nil, "\(signedIn)")
        #expect(try await browser(host.origin + "/page").status == 200)
        // The callback once more, after another reload: its code is known to be spent.
        try await change(host, idleTimeout: 51)
        let again = try await Curl(caFile: host.gateway.caFile, jar: copy)(callback)
        #expect(again.sessionCookie == nil && host.provider.redeemedCodes == 1, "\(again)")
        try await host.stop()
    }

    @Test("what is known of an issuer stays known: bearer tokens pass at once, also where it is away")
    func bearerTokens() async throws {
        func yaml(_ port: Int, _ issuer: String, attributes: String = "") -> String {
            let bearer =
                "{Type: jwt-validation, JwtValidationConfig: {JwksEndpoint: \"\(issuer)/keys\", Issuer: \"\(issuer)\"}}"
            return AppConfiguration.text(
                port: port, attributes: attributes, rules: [], otherwise: bearer, AppConfiguration.forward)
        }
        let host = try await SigningGateway { yaml($0, $1) }
        let now = Int(Date().timeIntervalSince1970)
        let token = host.provider.token(
            #"{"iss":"\#(host.provider.issuer)","exp":\#(now + 300),"iat":\#(now),"sub":"u"}"#)
        let curl = Curl(caFile: host.gateway.caFile)
        func status() async throws -> Int {
            try await curl(host.origin + "/", "--header", "Authorization: Bearer " + token).status
        }
        _ = try await eventually("the issuer's keys") { try await status() == 200 ? true : nil }
        host.provider.goAway()
        try FileManager.default.removeItem(atPath: host.folder.file("state/cache"))
        try host.gateway.configure(
            yaml(
                host.gateway.port, host.provider.issuer,
                attributes: "Attributes: {idle_timeout.timeout_seconds: 50}"))
        #expect(try await host.gateway.reload().exitCode == 0)
        for _ in 0..<8 { #expect(try await status() == 200) }
        try await host.stop()
    }
}
