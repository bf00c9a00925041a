import Foundation
import ProcessTesting
import Testing

@Suite(
    "The same gateway signs in at glewlwyd, a provider that nobody here wrote", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .enabled(if: Glewlwyd.isThere, "config/setup.sh --tests brings glewlwyd, where the distribution has it"))
struct GlewlwydTests {
    @Test(
        "a whole sign-in with each signature and each client authentication; who the user is reaches the backend",
        arguments: [
            (Glewlwyd.Signature.rs256, Glewlwyd.Proof.basic), (.ps256, .post), (.es256, .key), (.rs256, .none),
        ])
    func signIn(_ signature: Glewlwyd.Signature, _ proof: Glewlwyd.Proof) async throws {
        let host = try await GlewlwydHost(signature: signature, proof: proof)
        let browser = host.browser()
        let authorize = try #require(try await browser(host.origin + "/deep/link?x=1").value("location"))
        #expect(authorize.hasPrefix(host.provider.issuer + "/auth?"), "\(authorize)")
        let callback = try await host.provider.signIn(browser, at: authorize)
        #expect(callback.hasPrefix(host.origin + "/oauth2/idpresponse?"), "\(callback)")
        #expect(callback.contains("iss=" + FormText.encode(host.provider.issuer)), "it names itself (RFC 9207)")
        let signedIn = try await browser(callback)
        #expect(signedIn.status == 302 && signedIn.sessionCookie != nil, "\(signedIn)\n\(host.gateway.program.log)")
        #expect(signedIn.value("location") == "/deep/link?x=1")
        #expect(host.backend.requests.isEmpty)

        #expect(try await browser(host.origin + "/deep/link?x=1").status == 200)
        let request = try #require(host.backend.requests.last)
        let claims = try JWTText.claims(request.value("x-amzn-oidc-data"))
        #expect(claims["email"] as? String == "alice@example.com" && claims["name"] as? String == "Alice Example")
        #expect(claims["sub"] as? String == request.value("x-amzn-oidc-identity"))
        let token = try #require(request.value("x-amzn-oidc-accesstoken"))
        #expect(try JWTText.claims(token)["iss"] as? String == host.provider.issuer)
        #expect(try JWTText.header(token)["alg"] as? String == signature.rawValue.uppercased())

        let replayed = try await host.browser()(callback)
        #expect(replayed.sessionCookie == nil, "the same callback in another browser signs nobody in")
        try await host.stop()
    }

    @Test("access tokens are renewed with refresh tokens that are good once; a withdrawn one ends the session")
    func renewal() async throws {
        let host = try await GlewlwydHost(tokenLife: 4)
        let browser = try await host.signedInBrowser()
        func token() async throws -> String {
            let answer = try await browser(host.origin + "/")
            guard answer.status == 200 else { throw Failure("\(answer)\n\(host.gateway.program.log)") }
            return try #require(host.backend.requests.last?.value("x-amzn-oidc-accesstoken"))
        }
        var seen = try await token()
        for _ in 1...2 {
            let old = seen
            seen = try await eventually("another access token", within: .seconds(30)) {
                let now = try await token()
                return now == old ? nil : now
            }
        }
        #expect(try await host.provider.refreshTokens(browser).count == 3, "one for the sign-in, one for each renewal")
        try await host.provider.withdrawRefreshTokens(browser)
        host.backend.reset()
        let ended = try await eventually("the session's end", within: .seconds(30)) {
            let answer = try await browser(host.origin + "/")
            return answer.status == 200 ? nil : answer
        }
        #expect(ended.value("location")?.hasPrefix(host.provider.issuer) == true, "\(ended)")
        #expect(host.gateway.program.log.contains("reason=refresh-refused"), "\(host.gateway.program.log)")
        try await host.stop()
    }

    @Test("sign-out gives the tokens back and leads to glewlwyd's own sign-out, which knows whose it is")
    func signOut() async throws {
        let host = try await GlewlwydHost()
        let browser = try await host.signedInBrowser()
        #expect(try await host.provider.refreshTokens(browser).map { $0["enabled"] as? Bool } == [true])
        let answer = try await browser(host.origin + "/oauth2/logout")
        let page = try #require(answer.value("location"))
        #expect(page.hasPrefix(host.provider.issuer + "/end_session?") && page.contains("id_token_hint="), "\(page)")
        let asked = try await browser(page)
        #expect(asked.value("location")?.contains("prompt=end_session") == true, "\(asked)")
        _ = try await eventually("the refresh token's end") {
            try await host.provider.refreshTokens(browser).allSatisfy { $0["enabled"] as? Bool == false } ? true : nil
        }
        host.backend.reset()
        #expect(try await browser(host.origin + "/").status == 302)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test(
        "who signs out at glewlwyd is signed out here, too, by its back-channel call",
        .enabled(if: StandIn.isPossible, "only root lets glewlwyd trust the gateway's local authority"))
    func backChannel() async throws {
        let host = try await GlewlwydHost(trustsGateway: true)
        let browser = try await host.signedInBrowser()
        let other = try await host.signedInBrowser()
        try await host.provider.endSession(browser)
        _ = try await eventually("the session's end", within: .seconds(20)) {
            try await browser(host.origin + "/").status == 302 ? true : nil
        }
        #expect(host.gateway.program.log.contains("session ended"), "\(host.gateway.program.log)")
        #expect(try await other(host.origin + "/").status == 200, "another session of the same user goes on")
        try await host.stop()
    }

    @Test("a no of glewlwyd ends in a page with the reason, and the backend sees nothing")
    func refusals() async throws {
        let silent = try await GlewlwydHost(settings: ", AuthenticationRequestExtraParams: {prompt: none}")
        let browser = silent.browser()
        let no = try await browser(silent.origin + "/", "--location")
        #expect(no.status == 401 && no.body.contains("<h1"), "\(no)")
        #expect(silent.backend.requests.isEmpty)
        try await silent.stop()

        let wrong = try await GlewlwydHost(secret: "another")
        let user = wrong.browser()
        let authorize = try #require(try await user(wrong.origin + "/").value("location"))
        let failed = try await user(wrong.provider.signIn(user, at: authorize))
        #expect(failed.status == 561 && failed.body.contains("<h1"), "\(failed)")
        #expect(wrong.gateway.program.log.contains("AuthTokenEpRequestFailed"))
        #expect(!wrong.gateway.program.log.contains("another"))
        #expect(wrong.backend.requests.isEmpty)
        try await wrong.stop()
    }
}

/// A gateway in front of a recording backend, and the glewlwyd that it signs in at.
private struct GlewlwydHost {
    let folder: TemporaryFolder
    let backend: StubServer
    let provider: Glewlwyd
    let gateway: GatewayAlone

    /// - Parameters:
    ///   - tokenLife: seconds of an access token.
    ///   - secret: what the gateway takes for the client's.
    ///   - settings: added to the `AuthenticateOidcConfig`, beginning with a comma.
    ///   - trustsGateway: whether glewlwyd trusts the gateway's local authority; root only.
    init(
        signature: Glewlwyd.Signature = .rs256, proof: Glewlwyd.Proof = .basic, tokenLife: Int = 3600,
        secret: String = Glewlwyd.clientSecret, settings: String = "", trustsGateway: Bool = false
    ) async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        backend = try StubServer(socket: folder.file("backend.sock"))
        // Empty as yet: the authority is made when the gateway starts.
        let authority = try folder.write("", to: "authority.pem")
        let provider = try await Glewlwyd(
            signature: signature, tokenLife: tokenLife,
            standIns: trustsGateway ? [Glewlwyd.authorities: authority] : [:])
        self.provider = provider
        let credentials =
            switch proof {
            case .basic, .post: "ClientSecret: \"\(secret)\", ClientAuthentication: \(proof.rawValue)"
            case .key: "ClientKeyFile: \(provider.clientKeyFile), ClientAuthentication: private_key_jwt"
            case .none: "ClientAuthentication: none"
            }
        gateway = try await GatewayAlone(folder: folder) { ports in
            """
            Workers: 2
            TargetGroups: [{Name: backend, Targets: [{Socket: ../backend.sock}]}]
            Listeners:
              - Name: app
                Protocol: HTTPS
                Port: \(ports[0])
                DefaultActions:
                  - Type: authenticate-oidc
                    AuthenticateOidcConfig:
                      {Issuer: "\(provider.issuer)", ClientId: \(Glewlwyd.clientID), \(credentials)\(settings)}
                  - {Type: forward, ForwardConfig: {TargetGroupName: backend}}
            """
        }
        try Data(contentsOf: URL(fileURLWithPath: gateway.caFile)).write(to: URL(fileURLWithPath: authority))
        try await provider.addClient(proof, gatewayPort: gateway.port)
    }

    var origin: String { "https://localhost:\(gateway.port)" }

    /// A browser with an empty cookie jar of its own.
    func browser() -> Curl {
        Curl(caFile: gateway.caFile, jar: folder.file("jar-\(UInt32.random(in: .min ... .max))"))
    }

    /// A browser that has signed in.
    func signedInBrowser() async throws -> Curl {
        let browser = browser()
        let authorize = try #require(try await browser(origin + "/").value("location"))
        let signedIn = try await browser(provider.signIn(browser, at: authorize))
        guard signedIn.sessionCookie != nil else {
            throw Failure("not signed in: \(signedIn)\n\(gateway.program.log)\n\(provider.log)")
        }
        return browser
    }

    func stop() async throws {
        _ = try await gateway.program.stop()
        try await provider.stop()
    }
}
