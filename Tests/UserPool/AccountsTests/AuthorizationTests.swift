import Testing

@testable import Accounts

@Suite("Requests for codes, tokens and sign-out")
struct AuthorizationTests {
    private static let callback = "https://localhost:8443/oauth2/idpresponse"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let client = AppClient(
        id: "app", callbackURLs: [callback], logoutURLs: ["https://localhost:8443/"],
        scopes: [.openid, .email, .profile])
    private static let base =
        "client_id=app&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse&state=s%201"

    private func request(_ query: String) throws(AuthorizationRefusal) -> AuthorizationRequest {
        guard let parameters = FormParameters(query.utf8) else { preconditionFailure("the test's query is malformed") }
        return try AuthorizationRequest(parameters, clients: [Self.client])
    }

    @Test("A full request")
    func full() throws {
        let request = try request(
            Self.base + "&response_type=code&scope=openid+email&nonce=n&code_challenge=\(Self.challenge)"
                + "&code_challenge_method=S256&login_hint=ada&prompt=login&display=page")
        #expect(request.redirectURI == Self.callback)
        #expect(request.scopes == [.openid, .email])
        #expect(request.state == "s 1")
        #expect(request.nonce == "n")
        #expect(request.codeChallenge == Self.challenge)
        #expect(request.loginHint == "ada")
        #expect(request.wantsNewSignIn)
        #expect(!request.forbidsPages)
    }

    @Test("Without a scope the client's own are granted")
    func defaultScopes() throws {
        #expect(try request(Self.base + "&response_type=code").scopes == Self.client.scopes)
    }

    @Test(
        "Addresses that are not the client's are never redirected to",
        arguments: [
            ("response_type=code", .missingClient),
            ("client_id=&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse", .missingClient),
            ("client_id=app&client_id=app", .missingClient),
            ("client_id=other&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse", .unknownClient),
            ("client_id=app", .unregisteredRedirect),
            (
                "client_id=app&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse%2F",
                .unregisteredRedirect
            ),
            (
                "client_id=app&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse%3Fa",
                .unregisteredRedirect
            ),
            ("client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse", .unregisteredRedirect),
            ("client_id=app&redirect_uri=https%3A%2F%2Flocalhost%3A9999%2Foauth2%2Fidpresponse", .unregisteredRedirect),
            ("client_id=app&redirect_uri=HTTPS%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse", .unregisteredRedirect),
            ("client_id=app&redirect_uri=https%3A%2F%2Fevil.example", .unregisteredRedirect),
            (base + "&redirect_uri=https%3A%2F%2Fevil.example", .unregisteredRedirect),
        ] as [(String, AuthorizationRefusal.UntrustedRequest)])
    func untrusted(query: String, reason: AuthorizationRefusal.UntrustedRequest) {
        #expect(throws: AuthorizationRefusal.page(reason)) { try request(query + "&response_type=code") }
    }

    @Test(
        "Errors told to the client, with its state",
        arguments: [
            ("", .invalidRequest, "response_type is missing"),
            ("&response_type=token", .unauthorizedClient, "this client may not use the implicit flow"),
            ("&response_type=id_token", .invalidRequest, "response_type must be code or token"),
            ("&response_type=code&scope=openid+groups", .invalidRequest, "invalid_scope"),
            ("&response_type=code&scope=offline_access", .invalidRequest, "invalid_scope"),
            ("&response_type=code&scope=email", .invalidRequest, "invalid_scope"),
            ("&response_type=code&code_challenge=\(challenge)", .invalidRequest, "code_challenge_method must be S256"),
            (
                "&response_type=code&code_challenge=\(challenge)&code_challenge_method=plain", .invalidRequest,
                "code_challenge_method must be S256"
            ),
            (
                "&response_type=code&code_challenge=short&code_challenge_method=S256", .invalidRequest,
                "code_challenge must be 43 characters of base64url"
            ),
            ("&response_type=code&code_challenge_method=S256", .invalidRequest, "code_challenge is missing"),
            ("&response_type=code&nonce=1&nonce=2", .invalidRequest, "nonce is given more than once"),
            ("&response_type=code&%22=1&%22=2", .invalidRequest, "a parameter is given more than once"),
            ("&response_type=code&prompt=none+login", .invalidRequest, "prompt none cannot be combined"),
        ] as [(String, AuthorizationError, String)])
    func told(query: String, error: AuthorizationError, description: String) {
        let expected = AuthorizationRefusal.ErrorRedirect(
            redirectURI: Self.callback, error: error, description: description, state: "s 1")
        #expect(throws: AuthorizationRefusal.redirect(expected)) { try request(Self.base + query) }
    }

    @Test("An error redirect encodes what it carries")
    func errorLocation() {
        let redirect = AuthorizationRefusal.ErrorRedirect(
            redirectURI: "https://a/b", error: .invalidRequest, description: "invalid_scope", state: "x&y=1")
        #expect(
            redirect.location == "https://a/b?error=invalid_request&error_description=invalid_scope&state=x%26y%3D1")
    }

    @Test(
        "Token requests",
        arguments: [
            (
                "grant_type=authorization_code&code=c&redirect_uri=r",
                .success(.authorizationCode(code: "c", redirectURI: "r", verifier: nil))
            ),
            ("grant_type=refresh_token&refresh_token=t", .success(.refresh(token: "t"))),
            ("", .failure(.invalidRequest("grant_type is missing"))),
            ("grant_type=authorization_code&redirect_uri=r", .failure(.invalidRequest("code is missing"))),
            ("grant_type=authorization_code&code=c", .failure(.invalidRequest("redirect_uri is missing"))),
            (
                "grant_type=authorization_code&code=c&redirect_uri=r&code_verifier=short",
                .failure(.invalidRequest("code_verifier must be 43 to 128 unreserved characters"))
            ),
            ("grant_type=refresh_token", .failure(.invalidRequest("refresh_token is missing"))),
            (
                "grant_type=client_credentials",
                .failure(.unauthorizedClient("this client may not use client_credentials"))
            ),
            ("grant_type=password", .failure(.unsupportedGrantType)),
            (
                "grant_type=refresh_token&grant_type=password",
                .failure(.invalidRequest("a parameter is given more than once"))
            ),
        ] as [(String, Result<TokenRequest, TokenRefusal>)])
    func tokenRequests(body: String, expected: Result<TokenRequest, TokenRefusal>) throws {
        let parameters = try #require(FormParameters(body.utf8))
        let result = Result { () throws(TokenRefusal) in try TokenRequest(parameters) }
        #expect(result == expected)
    }

    @Test(
        "Sign-out in Cognito's words and in OpenID Connect's",
        arguments: [
            (
                "client_id=app&logout_uri=https%3A%2F%2Flocalhost%3A8443%2F", nil,
                .redirect(to: "https://localhost:8443/")
            ),
            ("client_id=app&logout_uri=https%3A%2F%2Flocalhost%3A8443", nil, .refused(.missingRedirect)),
            ("logout_uri=https%3A%2F%2Flocalhost%3A8443%2F", nil, .refused(.missingClient)),
            ("client_id=no&logout_uri=https%3A%2F%2Flocalhost%3A8443%2F", nil, .refused(.missingClient)),
            ("client_id=app", nil, .refused(.missingRedirect)),
            (
                "client_id=app&response_type=code&redirect_uri=https%3A%2F%2Flocalhost%3A8443%2Foauth2%2Fidpresponse",
                nil,
                .signInAgain
            ),
            (
                "client_id=app&response_type=code&redirect_uri=https%3A%2F%2Fevil.example", nil,
                .refused(.missingRedirect)
            ),
            (
                "id_token_hint=x&post_logout_redirect_uri=https%3A%2F%2Flocalhost%3A8443%2F&state=a%26b", "app",
                .redirect(to: "https://localhost:8443/?state=a%26b")
            ),
            ("id_token_hint=x&post_logout_redirect_uri=https%3A%2F%2Fevil.example", "app", .refused(.missingRedirect)),
            ("id_token_hint=x", "app", .confirm),
            ("id_token_hint=x&client_id=other", "app", .refused(.missingClient)),
        ] as [(String, String?, LogoutRequest)])
    func logout(query: String, hint: String?, expected: LogoutRequest) throws {
        let parameters = try #require(FormParameters(query.utf8))
        #expect(LogoutRequest(parameters, clients: [Self.client], hintedClientID: hint) == expected)
    }
}
