import Foundation
import ProcessTesting
import Testing

@Suite(
    "docs/amazon-cognito.md, done step by step, signs in at Cognito's addresses, behind which moto stands", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .enabled(
        if: CognitoStandIn.isPossible,
        "only root gives programs other names for addresses; config/setup.sh --tests brings moto"))
struct CognitoTests {
    @Test("a whole sign-in: groups count and go on with the claims, sign-out is in Cognito's words; programs' tokens")
    func flow() async throws {
        let host = try await CognitoHost()
        let browser = try host.browser()
        let authorize = try #require(try await browser(host.origin + "/deep/link?x=1").value("location"))
        #expect(authorize.hasPrefix(host.cognito.domainURL + "/oauth2/authorize?"), "\(authorize)")
        #expect(authorize.contains("scope=openid%20email%20profile&") && authorize.contains("code_challenge="))
        let wrong = try await host.submit(browser, at: authorize, password: "Another-Password-1")
        #expect(wrong.status == 200 && wrong.body.contains("Incorrect username or password."), "\(wrong)")
        let callback = try #require(
            try await host.submit(browser, at: authorize, password: CognitoHost.password).value("location"))
        let signedIn = try await browser(callback)
        #expect(signedIn.status == 302 && signedIn.sessionCookie != nil, "\(signedIn)\n\(host.gateway.program.log)")
        #expect(signedIn.value("location") == "/deep/link?x=1")
        #expect(host.backend.requests.isEmpty)

        #expect(try await browser(host.origin + "/deep/link?x=1").status == 200, "the user is in the group")
        let request = try #require(host.backend.requests.last)
        let claims = try JWTText.claims(request.value("x-amzn-oidc-data"))
        #expect(claims["username"] as? String == "alice" && claims["email"] as? String == "alice@example.com")
        #expect(claims["email_verified"] as? String == "true", "a text, as userInfo has it")
        #expect(claims["cognito:groups"] as? [String] == ["staff"], "IdTokenClaims: userInfo has none")
        #expect(claims["auth_time"] == nil, "nothing else of the ID token goes on")
        #expect(request.values("x-amzn-oidc-accesstoken").isEmpty, "SendAccessToken: false")

        let left = try await browser(host.origin + "/oauth2/logout")
        #expect(
            left.value("location")
                == "\(host.cognito.domainURL)/logout?client_id=\(host.clientID)&logout_uri="
                + FormText.encode(host.origin + "/"), "\(left)")
        #expect(try await browser(left.value("location") ?? "").value("location") == host.origin + "/", "registered")
        _ = try await eventually("the refresh token's return") { host.cognito.revoked.count == 1 ? true : nil }
        #expect(try await browser(host.origin + "/").status == 302)
        try await checkPrograms(host)
        try await host.stop()
    }

    @Test("who is in no group, a wrong secret and a scope too many are refused in words of the gateway's own")
    func refusals() async throws {
        var host = try await CognitoHost()
        let browser = try host.browser()
        let stranger = try await host.signIn(browser, as: "bob")
        #expect(stranger.sessionCookie != nil, "\(stranger)")
        let refused = try await browser(host.origin + "/")
        #expect(refused.status == 403 && refused.body.contains("<h1"), "\(refused)")
        #expect(host.backend.requests.isEmpty)

        try await host.restart(changing: ("UserPoolClientSecretFile", "secrets/another"))
        let failed = try await host.signIn(try host.browser(), as: "alice")
        #expect(failed.status == 561 && failed.sessionCookie == nil, "\(failed)")
        #expect(host.gateway.program.log.contains("AuthTokenEpRequestFailed"))

        try await host.restart(changing: ("Scope", "openid phone"))
        let back = try await (host.browser())(host.origin + "/", "--location")
        #expect(back.status == 561 && back.body.contains("<h1"), "\(back)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a public app client, without a secret anywhere; its sessions are renewed until the pool signs the user out")
    func publicClient() async throws {
        let host = try await CognitoHost(hasSecret: false)
        host.cognito.set(tokenLife: 4)
        let browser = try host.browser()
        #expect(try await host.signIn(browser, as: "alice").sessionCookie != nil, "\(host.gateway.program.log)")
        _ = try await eventually("a renewal", within: .seconds(30)) {
            guard try await browser(host.origin + "/").status == 200 else { throw Failure(host.gateway.program.log) }
            return host.gateway.program.log.contains("session renewed") ? true : nil
        }
        try host.cognito.signOutGlobally("alice", pool: host.pool)
        _ = try await eventually("the session's end", within: .seconds(30)) {
            try await browser(host.origin + "/").status == 302 ? true : nil
        }
        #expect(host.gateway.program.log.contains("reason=refresh-refused"), "\(host.gateway.program.log)")
        try await host.stop()
    }

    /// Programs pass with an access token of this app client, and with nothing else.
    private func checkPrograms(_ host: CognitoHost) async throws {
        let tokens = try host.cognito.tokens(
            of: "alice", password: CognitoHost.password, pool: host.pool, clientID: host.clientID,
            secret: host.clientSecret)
        let program = try host.browser()
        func status(_ token: String) async throws -> Int {
            try await program(host.origin + "/api/x", "--header", "Authorization: Bearer " + token).status
        }
        // The keys are fetched while the first request is refused.
        _ = try await eventually("the pool's keys") { try await status(tokens.access) == 200 ? true : nil }
        host.backend.reset()
        #expect(try await status(tokens.id) == 401, "an ID token is not for this")
        #expect(try await status(String(tokens.access.dropLast(4)) + "AAAA") == 401)
        #expect(host.backend.requests.isEmpty)
    }
}

/// The page's commands carried out, its configuration in a gateway, and Cognito's addresses leading to moto.
private struct CognitoHost {
    let folder: TemporaryFolder
    let backend: StubServer
    let cognito: CognitoStandIn
    private(set) var gateway: GatewayAlone
    let pool: String
    let clientID: String
    let clientSecret: String

    static let password = "Correct-Horse-7-Battery"

    private let port: Int
    private let document: CognitoDocument

    /// - Parameter hasSecret: whether the app client has one.
    init(hasSecret: Bool = true) async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        backend = try StubServer(socket: folder.file("backend.sock"))
        let cognito = try await CognitoStandIn()
        self.cognito = cognito
        document = try CognitoDocument()
        port = try freePort()
        try FileManager.default.createDirectory(
            atPath: folder.file("state/secrets"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var commands = document.commands.replacing("https://localhost:8443", with: "https://localhost:\(port)")
            .replacing("state=.gatehouse", with: "state=state")
        if !hasSecret { commands = commands.replacing("\"GenerateSecret\": true", with: "\"GenerateSecret\": false") }
        let people = """

            aws cognito-idp admin-create-user --user-pool-id "$pool" --username bob
            for user in alice bob; do
                aws cognito-idp admin-set-user-password --user-pool-id "$pool" --username $user \\
                    --password '\(Self.password)' --permanent
            done
            echo "POOL $pool CLIENT $client"
            """
        let output = try await cognito.run(script: commands + people, in: folder.path)
        guard let made = output.firstMatch(of: /POOL (\S+) CLIENT (\S+)/) else { throw Failure("no pool: \(output)") }
        pool = String(made.1)
        clientID = String(made.2)
        clientSecret = try String(contentsOfFile: folder.file("state/secrets/cognito-client-secret"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        cognito.serve(pool: pool)
        try folder.write("another", to: "state/secrets/another")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.file("state/secrets/another"))

        gateway = try await Self.start(
            document, in: folder, at: cognito, port: port, pool: pool, clientID: clientID,
            changing: hasSecret ? nil : ("UserPoolClientSecretFile", nil))
    }

    /// Another gateway in the place of the first one.
    /// - Parameter change: one of the action's keys, and what it is instead.
    mutating func restart(changing change: (key: String, value: String?)) async throws {
        _ = try await gateway.program.stop()
        gateway = try await Self.start(
            document, in: folder, at: cognito, port: port, pool: pool, clientID: clientID, changing: change)
    }

    private static func start(
        _ document: CognitoDocument, in folder: TemporaryFolder, at cognito: CognitoStandIn, port: Int, pool: String,
        clientID: String, changing change: (key: String, value: String?)?
    ) async throws -> GatewayAlone {
        let trusted = "          TrustedRootsFile: \(cognito.authority)\n"
        let forward = "      - {Type: forward, ForwardConfig: {TargetGroupName: backend}}\n"
        // Moto's ID tokens repeat no nonce, and the certificate here is no public authority's.
        let action = change.map { changing(document.action, $0.key, $0.value) } ?? document.action
        let actions = action + "          Nonce: false\n" + trusted + document.authorization + forward
        let api = (document.validation + trusted + forward).split(separator: "\n").map { "        " + $0 }
        let yaml = """
            Workers: 2
            TargetGroups: [{Name: backend, Targets: [{Socket: ../backend.sock}]}]
            Listeners:
              - Name: app
                Protocol: HTTPS
                Port: \(port)
                Rules:
                  - Priority: 1
                    Conditions: [{Field: path-pattern, Values: ["/api/*"]}]
                    Actions:
            \(api.joined(separator: "\n"))
                DefaultActions:
            \(actions)
            """
            .replacing("eu-central-1_AbCdEfGhI", with: pool).replacing("1example23456789exampleabc", with: clientID)
        return try await GatewayAlone(folder: folder, standIns: cognito.standIns, ports: [port]) { _ in yaml }
    }

    var origin: String { "https://localhost:\(gateway.port)" }

    func browser() throws -> Curl { try cognito.browser(trusting: gateway.caFile) }

    /// Fills in the pool's page, to which an authorization request leads.
    func submit(_ browser: Curl, at authorize: String, user: String = "alice", password: String) async throws
        -> Curl.Answer
    {
        let page = try await browser(authorize)
        guard page.status == 302, let path = page.value("location"), path.hasPrefix("/login?") else { return page }
        return try await browser(
            cognito.domainURL + path, "--data-urlencode", "username=" + user, "--data-urlencode",
            "password=" + password)
    }

    /// The whole way, up to the answer that sets the session's cookie or says why not.
    func signIn(_ browser: Curl, as user: String) async throws -> Curl.Answer {
        let authorize = try #require(try await browser(origin + "/").value("location"))
        let sent = try await submit(browser, at: authorize, user: user, password: Self.password)
        return try await browser(try #require(sent.value("location"), "\(sent)"))
    }

    func stop() async throws {
        _ = try await gateway.program.stop()
        try await cognito.stop()
    }

    private static func changing(_ yaml: String, _ key: String, _ value: String?) -> String {
        yaml.split(separator: "\n").compactMap { line in
            line.contains(" \(key): ") ? value.map { "          \(key): \($0)" } : String(line)
        }.joined(separator: "\n") + "\n"
    }
}

/// What docs/amazon-cognito.md shows.
private struct CognitoDocument {
    /// All shell blocks.
    let commands: String
    /// The YAML blocks.
    let action: String
    let authorization: String
    let validation: String

    init() throws {
        let text = try String(contentsOfFile: Programs.checkout + "/docs/amazon-cognito.md", encoding: .utf8)
        func blocks(_ language: String) -> [String] {
            text.split(separator: "```\(language)\n").dropFirst().map { block in
                String(block[..<(block.firstRange(of: "```")?.lowerBound ?? block.endIndex)])
            }
        }
        func block(_ type: String) throws -> String {
            guard let block = blocks("yaml").first(where: { $0.hasPrefix("      - Type: \(type)\n") }) else {
                throw Failure("docs/amazon-cognito.md shows no \(type)")
            }
            return block
        }
        commands = blocks("sh").joined(separator: "\n")
        action = try block("authenticate-cognito")
        authorization = try block("authorize")
        validation = try block("jwt-validation")
    }
}
