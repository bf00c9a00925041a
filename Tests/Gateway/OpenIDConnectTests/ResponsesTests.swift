import Identity
import Testing

@testable import OpenIDConnect

@Suite struct TokenRequestTests {
    func request(_ authentication: ProviderMetadata.TokenAuthentication) -> TokenRequest {
        TokenRequest(
            code: "a/b", redirectURI: "https://a.example/oauth2/idpresponse", verifier: "v", clientID: "id:1",
            clientSecret: "s e%",
            authentication: authentication)
    }

    let start =
        "grant_type=authorization_code&code=a%2Fb&redirect_uri=https%3A%2F%2Fa.example%2Foauth2%2Fidpresponse&code_verifier=v"

    @Test func basicEncodesBeforeItJoins() {
        #expect(request(.basic).body == start)
        #expect(request(.basic).authorization == "Basic aWQlM0ExOnMlMjBlJTI1")  // id%3A1:s%20e%25
    }

    @Test func postSendsNoHeader() {
        #expect(request(.post).authorization == nil)
        #expect(request(.post).body == start + "&client_id=id%3A1&client_secret=s%20e%25")
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
