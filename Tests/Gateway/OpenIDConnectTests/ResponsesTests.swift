import Identity
import Testing

@testable import OpenIDConnect

@Suite struct TokenRequestTests {
    func request(
        _ authentication: ClientAuthentication, preferred: ProviderMetadata.TokenAuthentication = .basic,
        verifier: String? = "v"
    ) -> TokenRequest {
        TokenRequest(
            code: "a/b", redirectURI: "https://a.example/oauth2/idpresponse", verifier: verifier,
            proof: ClientProof(
                authentication, clientID: "id:1", endpoint: EndpointURL("https://op.example/token")!,
                preferred: preferred, now: 10_000, random: [UInt8](repeating: 7, count: 16)))
    }

    let start =
        "grant_type=authorization_code&code=a%2Fb&redirect_uri=https%3A%2F%2Fa.example%2Foauth2%2Fidpresponse&code_verifier=v"
    let basic = "Basic aWQlM0ExOnMlMjBlJTI1"  // id%3A1:s%20e%25

    @Test func basicEncodesBeforeItJoins() {
        for request in [request(.secret("s e%")), request(.secretBasic("s e%"), preferred: .post)] {
            #expect(request.body == start)
            #expect(request.authorization == basic)
        }
    }

    @Test func postSendsNoHeader() {
        for request in [request(.secret("s e%"), preferred: .post), request(.secretPost("s e%"))] {
            #expect(request.authorization == nil)
            #expect(request.body == start + "&client_id=id%3A1&client_secret=s%20e%25")
        }
    }

    @Test("a public client says who it is, and proves nothing")
    func publicClient() {
        #expect(request(.publicClient).authorization == nil)
        #expect(request(.publicClient).body == start + "&client_id=id%3A1")
    }

    @Test func withoutPKCE() {
        #expect(request(.secret("s"), verifier: nil).body.contains("code_verifier") == false)
    }
}

@Suite struct TokenResponseTests {
    func parse(_ json: String) throws -> TokenResponse { try TokenResponse(json: Array(json.utf8)) }

    @Test func readsAll() throws {
        let response = try parse(
            #"{"token_type":"bearer","access_token":"a","id_token":"i","refresh_token":"r","expires_in":"60"}"#)
        #expect(
            response.accessToken == "a" && response.idToken == "i" && response.refreshToken == "r"
                && response.expiresIn == 60)
        let least = try parse(#"{"token_type":"Bearer","access_token":"a","id_token":"i","expires_in":-5}"#)
        #expect(least.refreshToken == nil && least.expiresIn == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"token_type":"Bearer","id_token":"i"}"#, #"{"access_token":"a","id_token":"i"}"#,
        #"{"token_type":"DPoP","access_token":"a","id_token":"i"}"#,
        #"{"token_type":"Bearer","access_token":"","id_token":"i"}"#,
        #"{"token_type":"Bearer","access_token":"a\r\nX: y","id_token":"i"}"#,
        #"{"token_type":"Bearer","access_token":"ü","id_token":"i"}"#,
        #"{"token_type":"Bearer","access_token":["a"],"id_token":"i"}"#,
        #"{"token_type":"Bearer","access_token":"a","id_token":"i","refresh_token":"a b"}"#,
    ])
    func malformed(json: String) {
        #expect(throws: TokenResponse.Problem.malformed) { try parse(json) }
    }

    @Test func noIDToken() {
        #expect(throws: TokenResponse.Problem.noIDToken) { try parse(#"{"token_type":"Bearer","access_token":"a"}"#) }
    }

    @Test func invalidGrant() {
        #expect(TokenResponse.isInvalidGrant(Array(#"{"error":"invalid_grant"}"#.utf8)))
        #expect(!TokenResponse.isInvalidGrant(Array(#"{"error":"invalid_client"}"#.utf8)))
        #expect(!TokenResponse.isInvalidGrant(Array("<html>".utf8)))
    }
}

@Suite struct UserInfoTests {
    /// `alb.md` §9.3: 11,264 bytes with the access token pass, one more does not.
    @Test func elevenKilobytes() throws {
        let empty = #"{"sub":"u","x":""}"#.utf8.count
        func json(_ length: Int) -> [UInt8] {
            Array(#"{"sub":"u","x":"\#(String(repeating: "a", count: length - empty))"}"#.utf8)
        }
        #expect(
            try UserInfo.claims(json: json(11_164), subject: "u", accessToken: String(repeating: "t", count: 100))
                .subject == "u")
        #expect(throws: UserInfo.Problem.tooLarge) {
            try UserInfo.claims(json: json(11_165), subject: "u", accessToken: String(repeating: "t", count: 100))
        }
    }

    @Test func anotherSubjectIsRefused() {
        #expect(throws: UserInfo.Problem.otherSubject) {
            try UserInfo.claims(json: Array(#"{"sub":"v"}"#.utf8), subject: "u", accessToken: "")
        }
        #expect(throws: UserInfo.Problem.otherSubject) {
            try UserInfo.claims(json: Array(#"{"sub":"\u212a"}"#.utf8), subject: "K", accessToken: "")
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"sub":""}"#, #"{"sub":1}"#, "eyJhbGciOiJub25lIn0.e30."])
    func malformed(json: String) {
        #expect(throws: UserInfo.Problem.malformed) {
            try UserInfo.claims(json: Array(json.utf8), subject: "u", accessToken: "")
        }
    }

    @Test("alb.md 9.3 for a signed answer: what was signed counts")
    func elevenKilobytesSigned() throws {
        let members: [String: JSONValue] = ["sub": .string("u"), "iss": .string("i"), "aud": .string("c")]
        let signed = UserInfo.Signed(members: members, length: 11_264)
        let claims = try UserInfo.claims(signed: signed, subject: "u", accessToken: "")
        #expect(String(decoding: claims.json, as: UTF8.self) == #"{"sub":"u"}"#)
        #expect(throws: UserInfo.Problem.tooLarge) {
            try UserInfo.claims(signed: signed, subject: "u", accessToken: "t")
        }
        #expect(throws: UserInfo.Problem.otherSubject) {
            try UserInfo.claims(signed: signed, subject: "v", accessToken: "")
        }
    }

    @Test func theIDTokensClaimsWithoutThoseAboutTheToken() throws {
        let claims = try UserInfo.claims(
            idToken: [
                "sub": .string("u"), "email": .string("e"), "nonce": .string("n"), "aud": .string("c"),
                "iat": .integer(1),
            ],
            accessToken: "")
        #expect(String(decoding: claims.json, as: UTF8.self) == #"{"email":"e","sub":"u"}"#)
    }
}
