import Testing

@testable import AWSSignature

/// Signatures that botocore 1.43.11 made for the same requests, at the same time, with the same key.
@Suite struct SigningTests {
    static let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let temporary = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: "SESSIONTOKEN==")
    static let time = SigningTime("20260102T030405Z") ?? SigningTime(secondsSince1970: 0)
    static let body = Array(
        #"{"messages":[{"role":"user","content":[{"text":"Hello"}]}],"inferenceConfig":{"maxTokens":16}}"#.utf8)

    static func converse(_ path: String) -> SignableRequest {
        SignableRequest(
            method: "POST", path: path,
            headers: [
                ("Host", "bedrock-runtime.eu-west-2.amazonaws.com"), ("Content-Type", "application/json"),
                ("User-Agent", "not signed"),
            ], body: .bytes(body))
    }

    private func signature(
        _ request: SignableRequest, _ service: String, _ credentials: SigningCredentials = credentials
    ) throws -> String {
        let headers = RequestSigner(region: "eu-west-2", service: service)
            .headers(for: request, with: credentials, at: Self.time)
        return try #require(
            headers.last { $0.name == "Authorization" }?.value.split(separator: "=").last.map(String.init))
    }

    @Test(
        "Converse: encoded colon, stream with session token, raw colon",
        arguments: [
            (
                "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse", credentials,
                "7acdb6475fa21b1f9b2b49ea74c514bdfbb984ede289837e61b6acf6dc9394a7",
                "973ff5429f289cf9a944f4e38cc892b3511391736065c4f4e35c8a2057e0fd11"
            ),
            (
                "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse-stream", temporary,
                "b35bf41e4219516969e2ddefaa5e32db4332a168f9fb4e20aeacedf9b31b353c",
                "ba9aee61259c419a8610fc44f5fc43ffbaaf955cec8d9bc39ea2a2a149655d36"
            ),
            (
                "/model/us.anthropic.claude-sonnet-4-20250514-v1:0/converse", credentials,
                "59c3b5791425320c1e0d622a69598a31194a509224baaa4a8afd909b3d4b2431",
                "16aab0c4b669ffd6bd527e94069630cab2d628bf9be2ecfe691be0295eed2cbf"
            ),
        ])
    func converse(path: String, credentials: SigningCredentials, canonicalHash: String, signature wanted: String) throws
    {
        var request = Self.converse(path)
        #expect(try signature(request, "bedrock", credentials) == wanted)

        request.headers.append(("x-amz-date", Self.time.description))
        var signed = ["content-type", "host", "x-amz-date"]
        if let token = credentials.sessionToken {
            request.headers.append(("x-amz-security-token", token))
            signed.append("x-amz-security-token")
        }
        #expect(CanonicalRequest(of: request, signing: signed, rule: .encodedTwice).hash == canonicalHash)
    }

    @Test func keyAndBodyHash() {
        let scope = CredentialScope(day: "20260102", region: "eu-west-2", service: "bedrock")
        let key = scope.key(from: Self.credentials.secretAccessKey).withUnsafeBytes { Array($0) }
        #expect(Hex.text(key) == "b2d71591ac2a34a4134453fa9e526730bbd43df3011dda53edc7fa7a0d5effbf")
        #expect(
            CanonicalRequest.hash(of: .bytes(Self.body))
                == "57a20cc31f585190fb22055297edf1b864f633a710fe65001d7e6737b9410c17")
    }

    @Test("a path with dots, empty segments and encoded bytes; parameters out of order; spaces in a field")
    func untidyRequest() throws {
        let request = SignableRequest(
            method: "GET", path: "/a//b/./c/../d%20e/%E4%BD%A0/", query: "b=2&a=1&a=0&empty=&sp=x%20y",
            headers: [
                ("Host", "example.amazonaws.com"), ("X-Multi", "  one   two\t three  "), ("Accept", "*/*"),
            ])
        #expect(
            try signature(request, "bedrock") == "3c1b710a1b09e248f40395200ec6279cfc3f2fb1315c323b52e647e36e620415")
    }

    @Test("a user pool's API on a port of its own")
    func port() throws {
        let request = SignableRequest(
            method: "POST", path: "/",
            headers: [
                ("host", "localhost:8444"), ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "AWSCognitoIdentityProviderService.ListUsers"),
            ], body: .bytes(Array(#"{"UserPoolId":"local_x"}"#.utf8)))
        #expect(
            try signature(request, "cognito-idp") == "cf80a251afaa1cc9393b777d1e25d71005d7653fce51408d3e9488f4f6e8b88e")
    }

    @Test("S3 takes the path as it is sent, and names the body's hash")
    func objectStore() throws {
        let request = SignableRequest(
            method: "PUT", path: "/a//b/../c%20d.txt",
            headers: [("host", "b.s3.eu-west-2.amazonaws.com"), ("content-md5", "x")], body: .bytes(Array("hello".utf8))
        )
        #expect(try signature(request, "s3") == "38c6de78f7ac7a20003cd3179e448fc17308a9c8a730c03ee239ebc05a7d2b8c")
    }

    @Test(
        "presigned: without and with a session token, and S3",
        arguments: [
            (
                "sts", "/", "Action=GetCallerIdentity&Version=2011-06-15", String?.none, 60,
                "83ca09b881c7baa1dabf3712d22af547d9def2f45742bb8cc47afe475973f044"
            ),
            (
                "sts", "/", "Action=GetCallerIdentity&Version=2011-06-15", "TOKEN/+==", 900,
                "1aa1bb87f6860475f64871932c7bc1f829585fce242517c8bfbe6d549a50dae6"
            ),
            (
                "s3", "/a//b/../c%20d.txt", "", nil, 60,
                "92b8edc5e3c6953b74df9a8027e934d0401cb7cf8fa24341d68cedb272442757"
            ),
        ])
    func presigned(
        service: String, path: String, query: String, token: String?, seconds: Int, wanted: String
    ) throws {
        let host = service == "s3" ? "b.s3.eu-west-2.amazonaws.com" : "sts.eu-west-2.amazonaws.com"
        let credentials = SigningCredentials(
            accessKeyID: Self.credentials.accessKeyID, secretAccessKey: Self.credentials.secretAccessKey,
            sessionToken: token)
        var request = SignableRequest(
            method: "GET", path: path, query: query, headers: [("host", host)],
            body: service == "s3" ? .unsigned : .bytes([]))
        request.query = RequestSigner(region: "eu-west-2", service: service)
            .query(for: request, with: credentials, at: Self.time, goodFor: seconds)
        #expect(request.query.hasSuffix("&X-Amz-Signature=\(wanted)"))
        let verifier = SignatureVerifier(region: "eu-west-2", service: service)
        #expect(throws: Never.self) { try verifier.verify(request, at: Self.time) { _ in credentials } }
    }

    @Test func printingCredentialsShowsNoSecret() {
        var dumped = ""
        dump(Self.temporary, to: &dumped)
        for text in ["\(Self.temporary)", String(reflecting: Self.temporary), dumped] {
            #expect(!text.contains("wJalr"))
            #expect(!text.contains("SESSION"))
        }
    }

    @Test(
        "time is written and read",
        arguments: [
            ("19700101T000000Z", 0), ("20000229T235959Z", 951_868_799), ("20260102T030405Z", 1_767_323_045),
            ("21000301T000000Z", 4_107_542_400), ("99991231T235959Z", 253_402_300_799),
        ])
    func time(text: String, seconds: Int) {
        #expect(SigningTime(secondsSince1970: seconds).description == text)
        #expect(SigningTime(text)?.secondsSince1970 == seconds)
    }

    @Test(
        "what is no time",
        arguments: [
            "", "20260102T030405", "20260102 030405Z", "20260230T000000Z", "21000229T000000Z", "20261301T000000Z",
            "20260102T240000Z", "20260102T006000Z", "20260102T000060Z", "19691231T235959Z", "２0260102T030405Z",
            "+0260102T030405Z", "20260102T030405ZZ",
        ])
    func noTime(text: String) {
        #expect(SigningTime(text) == nil)
    }
}
