import AWSSignature
import HTTPTypes
import Testing

@testable import UserPoolServer

/// Who may call the administrators' operations.
@Suite struct SignatureTests {
    private static let list = "AWSCognitoIdentityProviderService.ListUsers"
    private static let body = Array(#"{"UserPoolId":"local_Test12345"}"#.utf8)

    @Test("a signed request passes; its answer has Cognito's fields")
    func signed() async throws {
        try await APIFixture().test { admin, _ in
            let answer = try await admin(.listUsers)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.headers[.contentType] == "application/x-amz-json-1.1")
            #expect(answer.headers[.amzRequestID]?.count == 36)
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test("every reason to refuse a signature, in AWS's words")
    func refusals() async throws {
        try await APIFixture().test { admin, _ in
            let nobody = APICaller(client: admin.client, keys: nil, now: admin.now)
            expect(
                try await nobody.send(target: Self.list, Self.body), refuses: "MissingAuthenticationTokenException",
                "Missing Authentication Token")
            expect(
                try await nobody.send(
                    target: Self.list, Self.body,
                    with: SigningCredentials(accessKeyID: "UNKNOWN", secretAccessKey: "x")),
                refuses: "UnrecognizedClientException", "The security token included in the request is invalid.")
            expect(
                try await nobody.send(
                    target: Self.list, Self.body,
                    with: SigningCredentials(accessKeyID: APIFixture.keys.accessKeyID, secretAccessKey: "wrong")),
                refuses: "InvalidSignatureException", APIError.invalidSignature.message)
            expect(
                try await nobody.send(
                    target: Self.list, Self.body,
                    with: SigningCredentials(
                        accessKeyID: APIFixture.keys.accessKeyID, secretAccessKey: APIFixture.keys.secretAccessKey,
                        sessionToken: "t")),
                refuses: "UnrecognizedClientException")
            expect(
                try await admin.send(target: Self.list, Self.body, region: "eu-west-2"),
                refuses: "InvalidSignatureException", "Credential should be scoped to a valid region, here local.")
            expect(
                try await admin.send(target: Self.list, Self.body, service: "sts"),
                refuses: "InvalidSignatureException", "Credential should be scoped to correct service: 'cognito-idp'.")
            expect(
                try await admin.send(target: Self.list, Self.body) { $0[.authorization] = "Bearer x" },
                refuses: "IncompleteSignatureException", status: 403)
            expect(
                try await admin.send(target: Self.list, Self.body) { $0[HTTPField.Name("X-Amz-Date")!] = nil },
                refuses: "IncompleteSignatureException", status: 403)
        }
    }

    @Test("five minutes either way; beyond them the text says which clock is off", arguments: [-301, -300, 300, 301])
    func skew(seconds: Int) async throws {
        try await APIFixture().test { admin, _ in
            let now = admin.now()
            let answer = try await admin.send(target: Self.list, Self.body, at: now + seconds)
            guard abs(seconds) > 300 else {
                #expect(answer.status == 200, "\(answer)")
                return
            }
            expect(answer, refuses: "InvalidSignatureException")
            #expect(
                answer.message?.hasPrefix(seconds < 0 ? "Signature expired: " : "Signature not yet current: ") == true)
        }
    }

    @Test("another body, another operation, another path or a query than was signed is refused")
    func changes() async throws {
        try await APIFixture().test { admin, _ in
            let mismatch = APIError.invalidSignature.message
            let other = Array(#"{"UserPoolId":"local_Other1234"}"#.utf8)
            expect(
                try await admin.send(target: Self.list, Self.body, sending: other),
                refuses: "InvalidSignatureException", mismatch)
            expect(
                try await admin.send(target: Self.list, Self.body) {
                    $0[.amzTarget] = "AWSCognitoIdentityProviderService.DeleteUserPool"
                }, refuses: "InvalidSignatureException", mismatch)
            expect(
                try await admin.send(target: Self.list, Self.body, path: "/?x=1"),
                refuses: "InvalidSignatureException", mismatch)
            // What is not signed is not believed either: a field that decides must be among the signed ones.
            expect(
                try await admin.send(target: Self.list, Self.body) {
                    $0[HTTPField.Name("X-Amz-Content-Sha256")!] = "UNSIGNED-PAYLOAD"
                }, refuses: "IncompleteSignatureException", status: 403)
        }
    }

    @Test("a request that was recorded is refused a few seconds later")
    func replay() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, _ in
            let time = admin.now()
            func again() async throws -> APICaller.Answer {
                try await admin.send(target: Self.list, Self.body, at: time)
            }
            #expect(try await again().status == 200)
            fixture.fixture.wait(seconds: 2)
            #expect(try await again().status == 200, "a client that sends the same twice within a second is honest")
            fixture.fixture.wait(seconds: 1)
            expect(
                try await again(), refuses: "InvalidSignatureException",
                "The signature was used before. Sign the request anew to send it again.")
            #expect(try await admin(.listUsers).status == 200)
        }
    }

    @Test("administrators' operations are nowhere on the pool's own listener, signed or not")
    func listener() async throws {
        try await APIFixture().test { _, anybody in
            for operation in APIOperation.allCases where operation.isSigned {
                expect(try await anybody(operation), refuses: "AccessDeniedException", status: 403)
                expect(
                    try await anybody.send(
                        target: operation.service + operation.name, Array("{}".utf8), with: APIFixture.keys),
                    refuses: "AccessDeniedException", status: 403)
            }
        }
    }

    @Test("browsers have no business on the administrators' address")
    func browsers() async throws {
        try await APIFixture().test { admin, _ in
            expect(
                try await admin.send(target: Self.list, Self.body) { $0[.origin] = "https://evil.example" },
                refuses: "AccessDeniedException", status: 403)
            expect(
                try await admin.send(
                    target: "AWSCognitoIdentityProviderService.GetUser", Array(#"{"AccessToken":"a"}"#.utf8)
                ) { $0[.origin] = "http://localhost" }, refuses: "AccessDeniedException", status: 403)
        }
    }

    @Test("what is no request of this API")
    func protocolErrors() async throws {
        try await APIFixture().test { admin, anybody in
            for caller in [admin, anybody] {
                expect(
                    try await caller.send(target: "AWSCognitoIdentityProviderService.Nothing", Self.body),
                    refuses: "UnknownOperationException", status: 404)
                expect(
                    try await caller.send(target: "Other.ListUsers", Self.body), refuses: "UnknownOperationException",
                    status: 404)
                expect(
                    try await caller.send(
                        target: "AWSCognitoIdentityProviderService.GetUser", Self.body, contentType: "application/json"),
                    refuses: "SerializationException")
                expect(
                    try await caller.send(target: "AWSCognitoIdentityProviderService.GetUser", Array("{".utf8)),
                    refuses: "SerializationException")
                expect(
                    try await caller.send(
                        target: "AWSCognitoIdentityProviderService.GetUser",
                        Array(#"{"AccessToken":"\#(String(repeating: "a", count: 70_000))"}"#.utf8)),
                    refuses: "RequestEntityTooLargeException", status: 413)
            }
        }
    }
}
