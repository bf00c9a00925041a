import Identity
import Testing

@testable import OpenIDConnect

@Suite struct ProviderMetadataTests {
    static let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc"

    func configuration(_ issuer: String = issuer) -> ProviderConfiguration {
        ProviderConfiguration(issuer: issuer, clientID: "c", authentication: .secret("s"))
    }

    func document(_ changes: [String: JSONValue?] = [:]) -> [UInt8] {
        var members: [String: JSONValue] = [
            "issuer": .string(Self.issuer), "authorization_endpoint": .string("https://d.example/oauth2/authorize"),
            "token_endpoint": .string("https://d.example/oauth2/token"),
            "userinfo_endpoint": .string("https://d.example/oauth2/userInfo"),
            "jwks_uri": .string(Self.issuer + "/.well-known/jwks.json"), "unknown": .array([.null]),
        ]
        for (name, value) in changes { members[name] = value }
        return JSONValue.object(members).json
    }

    func read(_ changes: [String: JSONValue?] = [:]) throws -> ProviderMetadata {
        try ProviderMetadata(document: document(changes), configuration: configuration())
    }

    @Test func readsADocument() throws {
        let metadata = try read()
        #expect(metadata.tokenEndpoint.text == "https://d.example/oauth2/token")
        #expect(metadata.tokenAuthentication == .basic)
        #expect(!metadata.sendsIssuer)
    }

    @Test func theClientProvesItselfAsTheProviderWants() throws {
        func method(_ methods: String...) throws -> ProviderMetadata.TokenAuthentication {
            try read(["token_endpoint_auth_methods_supported": .array(methods.map(JSONValue.string))])
                .tokenAuthentication
        }
        #expect(try method() == .basic)
        #expect(try method("client_secret_post", "client_secret_basic") == .basic)
        #expect(try method("client_secret_post") == .post)
    }

    @Test func theIssuerMustMatchByteForByte() {
        for issuer in [Self.issuer + "/", Self.issuer.uppercased(), "https://evil.example"] {
            #expect(throws: ProviderMetadata.Problem.otherIssuer) { try read(["issuer": .string(issuer)]) }
        }
        #expect(throws: ProviderMetadata.Problem.otherIssuer) { try read(["issuer": nil]) }
        #expect(throws: ProviderMetadata.Problem.notJSON) {
            try ProviderMetadata(document: Array("<html>".utf8), configuration: configuration())
        }
    }

    @Test(arguments: [
        "http://d.example/a", "http://127.0.0.1/a", "ftp://d.example", "https://", "https://u:p@d.example/",
        "https://d.example/#f", "d.example",
        "https://d.example/a b", "https://d.example/\r\nx", "javascript:alert(1)", "",
    ])
    func endpointsThatAreNotHTTPSAreRefused(url: String) {
        for name in [
            "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
        ] {
            #expect(throws: ProviderMetadata.Problem.badEndpoint) { try read([name: .string(url)]) }
        }
    }

    @Test func neededEndpoints() throws {
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            #expect(throws: ProviderMetadata.Problem.badEndpoint) { try read([name: nil]) }
        }
        #expect(try read(["userinfo_endpoint": nil]).userInfoEndpoint == nil)
    }

    @Test func configuredEndpointsComeFirst() throws {
        var configuration = configuration()
        configuration.tokenEndpoint = "https://other.example/token"
        #expect(
            try ProviderMetadata(document: document(), configuration: configuration).tokenEndpoint.text
                == "https://other.example/token")
        #expect(!ProviderMetadata.isComplete(configuration))
        configuration.authorizationEndpoint = "https://other.example/authorize"
        configuration.userInfoEndpoint = "https://other.example/userinfo"
        configuration.jwksURI = "https://other.example/jwks"
        #expect(ProviderMetadata.isComplete(configuration))
        #expect(
            try ProviderMetadata(document: nil, configuration: configuration).jwksURI.text
                == "https://other.example/jwks")
    }

    @Test func whereTheDocumentLies() {
        #expect(
            ProviderMetadata.discoveryURL(issuer: "https://i.example/pool/")?.text
                == "https://i.example/pool/.well-known/openid-configuration")
        #expect(ProviderMetadata.discoveryURL(issuer: "https://i.example?x") == nil)
    }

    @Test(arguments: [
        "http://127.0.0.1:9480", "http://localhost", "http://[::1]:1/x", "http://127.255.0.1/",
        "https://anything.example",
    ])
    func mayBeCalled(url: String) { #expect(EndpointURL(url) != nil) }

    @Test(arguments: [
        "http://127.0.0.1.evil.example", "http://127.1", "http://localhost.evil.example", "http://10.0.0.1",
        "http://128.0.0.1", "http://0.0.0.0",
        "http://127.0.0.1@evil.example", "https://a\\b", "//a", "http://127.0.0.256",
    ])
    func mayNotBeCalled(url: String) { #expect(EndpointURL(url) == nil) }
}

@Suite struct SignOutRequestTests {
    let origin = RequestOrigin("https://app.example:8443")!

    func location(issuer: String, _ changes: [String: JSONValue], idToken: String? = "i.d.t") throws -> String? {
        var members: [String: JSONValue] = [
            "issuer": .string(issuer), "authorization_endpoint": .string("https://d.example/oauth2/authorize"),
            "token_endpoint": .string("https://d.example/t"), "jwks_uri": .string("https://d.example/j"),
        ]
        members.merge(changes) { $1 }
        let metadata = try ProviderMetadata(
            document: JSONValue.object(members).json,
            configuration: ProviderConfiguration(issuer: issuer, clientID: "c 1", authentication: .secret("s")))
        return SignOutRequest.location(metadata: metadata, clientID: "c 1", idToken: idToken, origin: origin)
    }

    let cognito = "https://d.example/logout?client_id=c%201&logout_uri=https%3A%2F%2Fapp.example%3A8443%2F"

    @Test func cognitoByItsIssuer() throws {
        let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc"
        #expect(try location(issuer: issuer, ["end_session_endpoint": .string("https://d.example/logout")]) == cognito)
        #expect(try location(issuer: issuer, [:]) == cognito, "older pools do not list the endpoint")
    }

    @Test func aLocalPoolByItsEndpoints() throws {
        #expect(
            try location(
                issuer: "https://localhost:8444/local_1",
                [
                    "end_session_endpoint": .string("https://d.example/logout"),
                    "revocation_endpoint": .string("https://d.example/oauth2/revoke"),
                ]) == cognito)
    }

    @Test func theStandardsVocabulary() throws {
        let end: [String: JSONValue] = ["end_session_endpoint": .string("https://d.example/logout")]
        #expect(
            try location(issuer: "https://i.example", end)
                == "https://d.example/logout?id_token_hint=i.d.t&client_id=c%201&post_logout_redirect_uri=https%3A%2F%2Fapp.example%3A8443%2F"
        )
        #expect(try location(issuer: "https://i.example", end, idToken: nil)?.contains("id_token_hint") == false)
        let long = String(repeating: "a", count: 5000)
        #expect(try location(issuer: "https://i.example", end, idToken: long)?.contains("id_token_hint") == false)
    }

    @Test func nowhereToGo() throws {
        #expect(try location(issuer: "https://i.example", [:]) == nil)
    }
}
