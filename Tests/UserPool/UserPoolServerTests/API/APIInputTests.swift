import Identity
import Testing

@testable import UserPoolServer

/// Requests are checked against the service model before any operation sees them.
@Suite struct APIInputTests {
    private func problem(_ body: String, _ operation: APIOperation) -> APIError? {
        do {
            _ = try APIInput(Array(body.utf8), operation.input)
            return nil
        } catch {
            return error
        }
    }

    private static let pool = #""UserPoolId":"local_AbCdEfGhI""#

    @Test("what breaks the model is an InvalidParameterException that says where and how")
    func constraints() {
        let rows: [(String, APIOperation, String)] = [
            (
                "{}", .adminGetUser,
                "2 validation errors detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null; Value null at 'username' failed to satisfy constraint: Member must not be null"
            ),
            (
                #"{"UserPoolId":"nothing","Username":"ann"}"#, .adminGetUser,
                #"1 validation error detected: Value 'nothing' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"#
            ),
            (
                "{\(Self.pool),\"Username\":\"two words\"}", .adminGetUser,
                #"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+"#
            ),
            (
                "{\(Self.pool),\"Username\":\"ann\",\"MessageAction\":\"SHOUT\"}", .adminCreateUser,
                "1 validation error detected: Value 'SHOUT' at 'messageAction' failed to satisfy constraint: Member must satisfy enum value set: [RESEND, SUPPRESS]"
            ),
            (
                "{\(Self.pool),\"Limit\":61}", .listUsers,
                "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60"
            ),
            (
                "{\(Self.pool),\"Limit\":-1}", .listUsers,
                "1 validation error detected: Value '-1' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 0"
            ),
            (
                "{\(Self.pool),\"Username\":\"ann\",\"UserAttributes\":[{\"Name\":\"\(String(repeating: "n", count: 33))\"}]}",
                .adminCreateUser,
                "1 validation error detected: Value '\(String(repeating: "n", count: 33))' at 'userAttributes.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 32"
            ),
            (
                #"{"PoolName":"p","Policies":{"PasswordPolicy":{"MinimumLength":5}}}"#, .createUserPool,
                "1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6"
            ),
            (
                #"{"PoolName":"p","Schema":[]}"#, .createUserPool,
                "1 validation error detected: Value at 'schema' failed to satisfy constraint: Member must have length greater than or equal to 1"
            ),
        ]
        for (body, operation, text) in rows {
            #expect(problem(body, operation) == .invalidParameter(text), "\(body)")
        }
    }

    @Test(
        "secrets are never repeated in an error",
        arguments: [
            (
                "Password", #"{"UserPoolId":"local_A","Username":"ann","Password":"my secret"}"#,
                APIOperation.adminSetUserPassword
            ),
            ("UserCode", #"{"AccessToken":"a.b.c","UserCode":"my secret"}"#, .verifySoftwareToken),
            ("Token", #"{"Token":"my secret","ClientId":"c"}"#, .revokeToken),
            ("ClientSecret", #"{"Token":"t","ClientId":"c","ClientSecret":"my secret"}"#, .revokeToken),
            ("Session", #"{"Session":"my secret"}"#, .associateSoftwareToken),
        ])
    func secrets(name: String, body: String, operation: APIOperation) throws {
        let error = try #require(problem(body, operation))
        #expect(error.type == "InvalidParameterException")
        #expect(!error.message.contains("my secret"), "\(name): \(error.message)")
    }

    @Test(
        "another JSON type than the model's, or no JSON, is a SerializationException",
        arguments: [
            "", "[]", "null", "\"text\"", "{", "{\"UserPoolId\":1,\"Username\":\"a\"}",
            "{\"UserPoolId\":\"local_A\",\"Username\":[]}",
            "{\"UserPoolId\":{},\"Username\":\"a\"}", "\u{FEFF}{}", "{\"a\":1}{",
        ])
    func types(body: String) {
        // An empty body is an empty object, which lacks what is required.
        #expect(
            problem(body, .adminGetUser)?.type
                == (body.isEmpty ? "InvalidParameterException" : "SerializationException"))
    }

    @Test("unknown members are dropped, null is as left out")
    func unknownMembers() throws {
        let input = try APIInput(
            Array("{\(Self.pool),\"Username\":\"ann\",\"Surprise\":1,\"TemporaryPassword\":null}".utf8),
            APIOperation.adminCreateUser.input)
        #expect(Set(input.object.keys) == ["UserPoolId", "Username"])
    }

    @Test("a request cut at any byte is refused")
    func cuts() {
        let whole =
            "{\(Self.pool),\"Username\":\"ann\",\"UserAttributes\":[{\"Name\":\"email\",\"Value\":\"a@example.org\"}]}"
        #expect(problem(whole, .adminCreateUser) == nil)
        for length in 0..<whole.utf8.count { #expect(problem(String(whole.prefix(length)), .adminCreateUser) != nil) }
    }

    @Test("nesting without end is refused, not followed")
    func nesting() {
        let deep = "{\"ClientMetadata\":" + String(repeating: "[", count: 100_000)
        #expect(problem(deep, .adminConfirmSignUp)?.type == "SerializationException")
        let valid = "{\"X\":" + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000) + "}"
        #expect(problem(valid, .adminConfirmSignUp) != nil)
    }

    @Test("every operation is found by its target, and by nothing else")
    func targets() {
        for operation in APIOperation.allCases {
            #expect(APIOperation(target: operation.service + operation.name) == operation)
            #expect(APIOperation(target: operation.name) == nil)
            #expect(APIOperation(target: "Other." + operation.name) == nil)
            #expect(APIOperation(target: operation.service + operation.name.lowercased()) == nil)
        }
        #expect(APIOperation(target: "") == nil)
        #expect(APIOperation(target: "GatehouseUserPool.ListUsers") == nil)
        #expect(APIOperation(target: "AWSCognitoIdentityProviderService.ExportUsers") == nil)
    }

    @Test("what needs a signature is what the service model says")
    func signed() {
        let open = APIOperation.allCases.filter { !$0.isSigned }.map(\.name).sorted()
        #expect(
            open == [
                "AssociateSoftwareToken", "ChangePassword", "ConfirmForgotPassword", "ConfirmSignUp", "DeleteUser",
                "DeleteUserAttributes", "ForgotPassword", "GetTokensFromRefreshToken", "GetUser", "GlobalSignOut",
                "InitiateAuth", "ResendConfirmationCode", "RespondToAuthChallenge", "RevokeToken",
                "SetUserMFAPreference",
                "SignUp", "UpdateUserAttributes", "VerifySoftwareToken",
            ])
    }
}
