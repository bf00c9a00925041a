import Testing

@testable import OpenIDConnect

@Suite struct AuthorizationRequestTests {
    /// RFC 7636, appendix B.
    @Test func theChallengeIsTheRFCs() {
        let pkce = PKCE(random: [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240,
            91, 88, 5, 88, 83, 132, 141, 121,
        ])
        #expect(pkce.verifier == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(pkce.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    func request(endpoint: String = "https://op.example/oauth2/authorize", extra: [(String, String)] = [])
        -> AuthorizationRequest
    {
        AuthorizationRequest(
            endpoint: endpoint, clientID: "client 1", redirectURI: "https://app.example:8443/oauth2/idpresponse",
            scope: "openid email", state: "st-_te", nonce: "no", challenge: "ch", extraParameters: extra)
    }

    @Test func theParametersStandInTheLoadBalancersOrder() {
        #expect(
            request(extra: [("prompt", "select account"), ("display", "a&b=c")]).location
                == "https://op.example/oauth2/authorize?client_id=client%201"
                + "&redirect_uri=https%3A%2F%2Fapp.example%3A8443%2Foauth2%2Fidpresponse&response_type=code&scope=openid%20email"
                + "&state=st-_te&prompt=select%20account&display=a%26b%3Dc&nonce=no&code_challenge=ch&code_challenge_method=S256"
        )
    }

    @Test("without nonce and PKCE, the load balancer's parameters and no other, in its order")
    func asTheLoadBalancer() {
        let request = AuthorizationRequest(
            endpoint: "https://op.example/oauth2/authorize", clientID: "c", redirectURI: "https://a.example/cb",
            scope: "openid email", state: "s", nonce: nil, challenge: nil, extraParameters: [("p", "1"), ("a", "2")])
        #expect(
            request.location
                == "https://op.example/oauth2/authorize?client_id=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb"
                + "&response_type=code&scope=openid%20email&state=s&p=1&a=2")
    }

    @Test func anEndpointsOwnQueryIsKept() {
        #expect(
            request(endpoint: "https://op.example/a?tenant=1").location.hasPrefix(
                "https://op.example/a?tenant=1&client_id="))
    }

    @Test func nothingBreaksOutOfAParameter() {
        let location = request(extra: [("x", "\r\nSet-Cookie: a=b"), ("y", "ü\0")]).location
        #expect(location.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(location.contains("&x=%0D%0ASet-Cookie%3A%20a%3Db&y=%C3%BC%00&"))
    }
}

@Suite struct RequestOriginTests {
    @Test(arguments: [
        "https://localhost", "https://localhost:8443", "https://app.example.com", "https://127.0.0.1:1",
        "https://[::1]:8443",
        "https://[2001:db8::1]",
    ])
    func accepts(text: String) { #expect(RequestOrigin(text)?.text == text) }

    @Test func becomesLowerCase() {
        #expect(RequestOrigin("HTTPS://App.Example")?.redirectURI == "https://app.example/oauth2/idpresponse")
    }

    @Test(arguments: [
        "", "http://a", "https://", "https://:1", "https://a:", "https://a:123456", "https://a:1x", "https://a/b",
        "https://a?b",
        "https://a b", "https://a\r\nb", "https://a@b", "https://a,b", "https://[::1", "https://[]", "https://[g::1]",
        "https://a\\b", "https://\u{212A}", "https://ä", "https://[::1]x", "https://a:1:2",
    ])
    func refuses(text: String) { #expect(RequestOrigin(text) == nil) }
}
