import Identity
import Testing

@testable import OpenIDConnect

@Suite("A refresh brings verified tokens of the same user, or nothing (56)")
struct RefreshTests {
    private static func refresh(
        _ token: String = "refresh-token-1", deadline: Duration = .seconds(30),
        script: @Sendable @escaping (inout TestProvider.Script) -> Void = { _ in },
        change: @Sendable @escaping (inout ProviderConfiguration) -> Void = { _ in },
        _ check: @Sendable @escaping (RefreshOutcome, Fixture) throws -> Void
    ) async throws {
        try await Fixture.run(deadline: deadline, change: change) { fixture in
            fixture.provider.script(script)
            let outcome = await fixture.party.refresh(token, subject: "user-1", now: Fixture.now)
            try check(outcome, fixture)
            #expect(!fixture.records.all.contains("refresh-token") && !fixture.records.all.contains("access-token"))
        }
    }

    private static func renewed(_ outcome: RefreshOutcome) throws -> RenewedTokens {
        guard case .renewed(let tokens) = outcome else { throw Unexpected(outcome: "\(outcome)") }
        return tokens
    }

    private struct Unexpected: Error { let outcome: String }

    @Test("tokens, claims of now, and the refresh token that replaces the old one")
    func renewed() async throws {
        try await Self.refresh(script: {
            $0.accessToken = "access-token-2"
            $0.userInfoClaims["email"] = .string("new@example.com")
        }) { outcome, _ in
            let tokens = try Self.renewed(outcome)
            #expect(tokens.accessToken == "access-token-2" && tokens.accessTokenExpiry == Fixture.now + 1800)
            #expect(tokens.refreshToken == "refresh-token-2" && tokens.idToken?.isEmpty == false)
            let claims = try #require(tokens.claims)
            #expect(String(decoding: claims.json, as: UTF8.self).contains("new@example.com"))
            #expect(!"\(tokens)".contains("token-2") && tokens.claimsProblem == nil)
        }
    }

    @Test("an ID token need not come, nor have a nonce; one with a nonce of then is fine, too")
    func idTokens() async throws {
        try await Self.refresh(script: { $0.refreshesWithoutIDToken = true }) { outcome, _ in
            let tokens = try Self.renewed(outcome)
            #expect(tokens.idToken == nil && tokens.claims?.subject == "user-1")
        }
        try await Self.refresh(script: { $0.idClaims = { $0["nonce"] = .string("of the sign-in") } }) { outcome, _ in
            let tokens = try Self.renewed(outcome)
            #expect(tokens.idToken != nil && tokens.claims?.subject == "user-1")
        }
    }

    @Test("listed claims of the ID token are those of now; without a new ID token the claims of before go on")
    func claimsOfTheIDToken() async throws {
        for hasIDToken in [true, false] {
            try await Self.refresh(
                script: {
                    $0.refreshesWithoutIDToken = !hasIDToken
                    $0.idClaims = { $0["cognito:groups"] = .array([.string("staff")]) }
                }, change: { $0.idTokenClaims = ["cognito:groups"] }
            ) { outcome, _ in
                let tokens = try Self.renewed(outcome)
                #expect(tokens.claimsProblem == nil && (tokens.claims != nil) == hasIDToken)
                guard let claims = tokens.claims else { return }
                #expect(String(decoding: claims.json, as: UTF8.self).contains(#""cognito:groups":["staff"]"#))
            }
        }
    }

    @Test("where the user-info endpoint fails, the tokens count, for the old ones may be spent")
    func claimsFail() async throws {
        try await Self.refresh(script: { $0.userInfo = .status(404, "{}") }) { outcome, _ in
            let tokens = try Self.renewed(outcome)
            #expect(tokens.claims == nil && tokens.claimsProblem?.contains("404") == true)
        }
    }

    @Test("another subject, in the ID token or in user-info, is told apart from every other fault")
    func otherSubject() async throws {
        for change: @Sendable (inout TestProvider.Script) -> Void in [
            { $0.idClaims = { $0["sub"] = .string("user-2") } },
            { $0.userInfoClaims = ["sub": .string("user-2")] },
            {
                $0.userInfoClaims = ["sub": .string("user-2")]; $0.signsUserInfo = true
            },
            {
                $0.userInfoClaims = ["sub": .string("user-2")]; $0.refreshesWithoutIDToken = true
            },
        ] {
            try await Self.refresh(script: change) { outcome, _ in
                guard case .subjectChanged = outcome else { throw Unexpected(outcome: "\(outcome)") }
            }
        }
    }

    @Test("an ID token that breaks a rule makes the whole answer worthless")
    func badIDTokens() async throws {
        for change: @Sendable (inout TestProvider.Script) -> Void in [
            { $0.signsWithAnotherKey = true }, { $0.keyID = "unknown" },
            { $0.idClaims = { $0["iss"] = .string("https://other.example") } },
            { $0.idClaims = { $0["aud"] = .string("another") } }, { $0.idClaims = { $0["aud"] = nil } },
            { $0.idClaims = { $0["exp"] = .integer(Fixture.now - 3600) } }, { $0.idClaims = { $0["sub"] = nil } },
            { $0.idClaims = { $0["at_hash"] = .string("AAAA") } },
            { $0.idClaims = { $0["token_use"] = .string("access") } },
        ] {
            try await Self.refresh(script: change) { outcome, _ in
                guard case .failed = outcome else { throw Unexpected(outcome: "\(outcome)") }
            }
        }
    }

    @Test(
        "only invalid_grant ends the grant; what may pass is a failure",
        arguments: [
            TestProvider.Answer.status(503, "{}"), .status(500, #"{"error":"invalid_grant"}"#), .never, .endless,
            .redirect,
            .status(401, #"{"error":"invalid_client"}"#), .status(400, #"{"error":"invalid_request"}"#),
            .status(400, "<html>"), .status(403, ""),
            .status(200, "{}"), .status(200, #"{"access_token":"a b","token_type":"Bearer"}"#),
            .status(200, #"{"access_token":"a","token_type":"mac"}"#),
            .status(200, #"{"access_token":"a","token_type":"Bearer","id_token":7}"#),
            .status(200, #"{"access_token":"a","token_type":"Bearer","id_token":""}"#),
        ])
    func failures(_ answer: TestProvider.Answer) async throws {
        try await Self.refresh(deadline: .seconds(2), script: { $0.token = answer }) { outcome, _ in
            guard case .failed(let reason) = outcome, !reason.isEmpty else { throw Unexpected(outcome: "\(outcome)") }
        }
    }

    @Test("a refresh token that is not honoured")
    func refused() async throws {
        try await Self.refresh("refresh-token-0") { outcome, _ in
            guard case .refused = outcome else { throw Unexpected(outcome: "\(outcome)") }
        }
        // As glewlwyd does it.
        try await Self.refresh(script: { $0.token = .status(400, "") }) { outcome, _ in
            guard case .refused = outcome else { throw Unexpected(outcome: "\(outcome)") }
        }
    }

    @Test("the client proves itself as at a sign-in, and asks for no other scope")
    func request() throws {
        let endpoint = try #require(EndpointURL("https://i.example/token"))
        let proof = ClientProof(
            .secretPost("s"), clientID: "c", endpoint: endpoint, preferred: .post, now: 0,
            random: [UInt8](repeating: 0, count: 16))
        let request = TokenRequest(refreshToken: "r&t", proof: proof)
        #expect(request.body == "grant_type=refresh_token&refresh_token=r%26t&client_id=c&client_secret=s")
    }
}
