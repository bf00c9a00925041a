import Foundation
import Identity
import Testing

@testable import UserPoolServer

/// What app clients and users do by the API, without a signature.
@Suite struct SignInOperationTests {
    /// A public client that may use passwords; `changes` are further settings.
    private static func client(
        _ admin: APICaller, pool: JSONValue = .string(APIFixture.pool), _ changes: [String: JSONValue] = [:]
    ) async throws -> (id: String, secret: String?) {
        let settings: [String: JSONValue] = [
            "ClientName": "c", "UserPoolId": pool, "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": [
                "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
            ],
        ]
        let made = try await admin(.createUserPoolClient, settings.merging(changes) { $1 })
        return (
            try #require(made["UserPoolClient.ClientId"]?.string, "\(made)"),
            made["UserPoolClient.ClientSecret"]?.string
        )
    }

    private static func signIn(
        _ caller: APICaller, _ client: String, _ username: String = "admin", _ password: String = PoolFixture.password,
        _ more: [String: JSONValue] = [:]
    ) async throws -> APICaller.Answer {
        let parameters: [String: JSONValue] = ["USERNAME": .string(username), "PASSWORD": .string(password)]
        return try await caller(
            .initiateAuth,
            [
                "ClientId": .string(client), "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": .object(parameters.merging(more) { $1 }),
            ])
    }

    @Test("passwords: tokens for the right one, one text for a wrong one and for nobody; flows that are not allowed")
    func passwords() async throws {
        try await APIFixture().test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            let result = try await Self.signIn(anybody, client)
            #expect(result["AuthenticationResult.TokenType"] == "Bearer", "\(result)")
            #expect(result["AuthenticationResult.ExpiresIn"] == 3600)
            for name in ["AccessToken", "IdToken", "RefreshToken"] {
                #expect(result["AuthenticationResult.\(name)"]?.string?.isEmpty == false)
            }
            for name in ["admin", "nobody"] {
                expect(
                    try await Self.signIn(anybody, client, name, "Wrong-Password-1"), refuses: "NotAuthorizedException",
                    "Incorrect username or password.")
            }
            expect(
                try await anybody(
                    .initiateAuth,
                    [
                        "ClientId": .string(client), "AuthFlow": "USER_SRP_AUTH",
                        "AuthParameters": ["USERNAME": "a", "SRP_A": "5"],
                    ]),
                refuses: "InvalidParameterException", "Auth flow not enabled for this client")
            expect(
                try await Self.signIn(anybody, "nosuchclient"), refuses: "ResourceNotFoundException",
                "User pool client nosuchclient does not exist.")
            let (srp, _) = try await Self.client(admin, ["ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]])
            expect(
                try await Self.signIn(anybody, srp), refuses: "InvalidParameterException",
                "USER_PASSWORD_AUTH flow not enabled for this client")
            _ = try await admin(.adminDisableUser, ["Username": "admin"])
            expect(try await Self.signIn(anybody, client), refuses: "NotAuthorizedException", "User is disabled.")
        }
    }

    @Test("the client's secret: missing, wrong, superfluous")
    func secretHash() async throws {
        try await APIFixture().test { admin, anybody in
            let (id, secret) = try await Self.client(admin, ["GenerateSecret": true])
            expect(
                try await Self.signIn(anybody, id), refuses: "NotAuthorizedException",
                "Client \(id) is configured with secret but SECRET_HASH was not received")
            let wrong = SecretHash.make(secret: "wrong", username: "admin", clientID: id)
            for hash in [wrong, "AAAA", "not base64!"] {
                expect(
                    try await Self.signIn(anybody, id, "admin", PoolFixture.password, ["SECRET_HASH": .string(hash)]),
                    refuses: "NotAuthorizedException", "Unable to verify secret hash for client \(id)")
            }
            let right = SecretHash.make(secret: try #require(secret), username: "admin", clientID: id)
            #expect(
                try await Self.signIn(anybody, id, "admin", PoolFixture.password, ["SECRET_HASH": .string(right)])
                    .status == 200)
            let (open, _) = try await Self.client(admin)
            expect(
                try await Self.signIn(anybody, open, "admin", PoolFixture.password, ["SECRET_HASH": .string(right)]),
                refuses: "NotAuthorizedException",
                "Client \(open) is not configured for secret but secret hash was received")
        }
    }

    @Test("the hash that an independent program makes for a known secret")
    func knownSecretHash() {
        // printf 'annclient1' | openssl dgst -sha256 -hmac secret1 -binary | base64
        #expect(
            SecretHash.make(secret: "secret1", username: "ann", clientID: "client1")
                == "BRP937NwjZV9qJhuGwbZYch/YGsWFlN5RXYJvK6AekI=")
    }

    @Test("a token lets its user see and change what is theirs, until it is revoked, and nothing with another scope")
    func ownAccount() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin, ["ReadAttributes": ["email"], "WriteAttributes": ["name"]])
            func token() async throws -> JSONValue {
                try #require(try await Self.signIn(anybody, client)["AuthenticationResult.AccessToken"])
            }
            let access = try await token()
            let me = try await anybody(.getUser, ["AccessToken": access])
            #expect(me["Username"] == "admin" && me["UserStatus"] == nil, "\(me)")
            let names = (me["UserAttributes"]?.array ?? []).compactMap { $0.object?["Name"]?.string }
            #expect(names == ["email"], "the client reads no more")
            #expect(
                try await anybody(
                    .updateUserAttributes,
                    ["AccessToken": access, "UserAttributes": [["Name": "name", "Value": "A"]]]
                ).status == 200)
            for name in ["email", "email_verified", "sub", "dev:custom:role"] {
                expect(
                    try await anybody(
                        .updateUserAttributes,
                        ["AccessToken": access, "UserAttributes": [["Name": .string(name), "Value": "true"]]]),
                    refuses: "NotAuthorizedException", "A client attempted to write unauthorized attribute")
            }
            expect(
                try await anybody(
                    .changePassword,
                    ["AccessToken": access, "PreviousPassword": "x", "ProposedPassword": "Another-Password-1"]),
                refuses: "NotAuthorizedException", "Incorrect username or password.")
            expect(
                try await anybody(
                    .changePassword,
                    ["AccessToken": access, "PreviousPassword": .string(PoolFixture.password), "ProposedPassword": "x"]),
                refuses: "InvalidPasswordException", "Password does not conform to policy: Password not long enough")
            expect(
                try await anybody(.associateSoftwareToken, ["AccessToken": access]),
                refuses: "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
            for text in ["a.b.c", "x"] {
                expect(
                    try await anybody(.getUser, ["AccessToken": .string(text)]), refuses: "NotAuthorizedException",
                    "Invalid Access Token")
            }
            #expect(try await anybody(.globalSignOut, ["AccessToken": access]).text == "{}")
            expect(
                try await anybody(.getUser, ["AccessToken": access]), refuses: "NotAuthorizedException",
                "Access Token has been revoked")
            let other = try await token()
            fixture.fixture.wait(seconds: 3600)
            expect(
                try await anybody(.getUser, ["AccessToken": other]), refuses: "NotAuthorizedException",
                "Access Token has expired")
        }
    }

    @Test("refresh tokens: renewed, revoked by their client alone, and not what they are not")
    func refreshTokens() async throws {
        try await APIFixture().test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            let (other, _) = try await Self.client(admin)
            let first = try await Self.signIn(anybody, client)
            let refresh = try #require(first["AuthenticationResult.RefreshToken"])
            func renew(_ flow: JSONValue = "REFRESH_TOKEN_AUTH") async throws -> APICaller.Answer {
                try await anybody(
                    .initiateAuth,
                    ["ClientId": .string(client), "AuthFlow": flow, "AuthParameters": ["REFRESH_TOKEN": refresh]])
            }
            for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] as [JSONValue] {
                let renewed = try await renew(flow)
                #expect(
                    renewed["AuthenticationResult.AccessToken"] != nil
                        && renewed["AuthenticationResult.RefreshToken"] == nil)
            }
            expect(
                try await anybody(.revokeToken, ["Token": refresh, "ClientId": .string(other)]),
                refuses: "UnauthorizedException")
            expect(
                try await anybody(
                    .revokeToken,
                    ["Token": first["AuthenticationResult.AccessToken"] ?? "", "ClientId": .string(client)]),
                refuses: "UnsupportedTokenTypeException")
            #expect(try await anybody(.revokeToken, ["Token": "unknown", "ClientId": .string(client)]).text == "{}")
            #expect(try await anybody(.revokeToken, ["Token": refresh, "ClientId": .string(client)]).text == "{}")
            expect(try await renew(), refuses: "NotAuthorizedException", "Refresh Token has been revoked")
            let (fixed, _) = try await Self.client(admin, ["EnableTokenRevocation": false])
            expect(
                try await anybody(.revokeToken, ["Token": "x", "ClientId": .string(fixed)]),
                refuses: "UnsupportedOperationException")
        }
    }

    @Test("rotation: the old way is refused, each refresh gives a new token, an old one is a theft")
    func rotation() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(
                admin, ["RefreshTokenRotation": ["Feature": "ENABLED", "RetryGracePeriodSeconds": 0]])
            let first = try #require(try await Self.signIn(anybody, client)["AuthenticationResult.RefreshToken"])
            expect(
                try await anybody(
                    .initiateAuth,
                    [
                        "ClientId": .string(client), "AuthFlow": "REFRESH_TOKEN_AUTH",
                        "AuthParameters": ["REFRESH_TOKEN": first],
                    ]), refuses: "UnsupportedOperationException")
            func renew(_ token: JSONValue) async throws -> APICaller.Answer {
                try await anybody(.getTokensFromRefreshToken, ["ClientId": .string(client), "RefreshToken": token])
            }
            let second = try #require(try await renew(first)["AuthenticationResult.RefreshToken"])
            #expect(second != first)
            fixture.fixture.wait(seconds: 1)
            expect(try await renew(first), refuses: "RefreshTokenReuseException")
            expect(try await renew("unknown"), refuses: "NotAuthorizedException", "Invalid Refresh Token")
        }
    }

    @Test("sign-up: refused where only administrators make accounts; else the account waits for its confirmation")
    func signUp() async throws {
        try await APIFixture().test { admin, anybody in
            let (closed, _) = try await Self.client(admin)
            func signUp(_ client: String, _ name: String, _ password: String = "Long-Enough-1") async throws
                -> APICaller.Answer
            {
                try await anybody(
                    .signUp,
                    ["ClientId": .string(client), "Username": .string(name), "Password": .string(password)])
            }
            expect(
                try await signUp(closed, "ann"), refuses: "NotAuthorizedException",
                "SignUp is not permitted for this user pool")
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "open"])["UserPool.Id"])
            let (open, _) = try await Self.client(admin, pool: pool)
            expect(
                try await signUp(open, "ann", "short"), refuses: "InvalidPasswordException",
                "Password did not conform with policy: Password not long enough")
            let made = try await signUp(open, "ann")
            #expect(made["UserConfirmed"] == false && made["UserSub"]?.string?.count == 36)
            expect(try await signUp(open, "ann"), refuses: "UsernameExistsException", "User already exists")
            expect(
                try await Self.signIn(anybody, open, "ann", "Long-Enough-1"), refuses: "UserNotConfirmedException",
                "User is not confirmed.")
            expect(
                try await anybody(
                    .confirmSignUp,
                    ["ClientId": .string(open), "Username": "ann", "ConfirmationCode": "000000"]),
                refuses: "ExpiredCodeException", "Invalid code provided, please request a code again.")
            #expect(try await admin(.adminConfirmSignUp, ["UserPoolId": pool, "Username": "ann"]).text == "{}")
            #expect(try await Self.signIn(anybody, open, "ann", "Long-Enough-1").status == 200)
            expect(
                try await anybody(
                    .confirmSignUp, ["ClientId": .string(open), "Username": "ann", "ConfirmationCode": "1"]),
                refuses: "ExpiredCodeException", "Invalid code provided, please request a code again.")
            for operation in [APIOperation.forgotPassword, .resendConfirmationCode] {
                expect(
                    try await anybody(operation, ["ClientId": .string(open), "Username": "ann"]),
                    refuses: "CodeDeliveryFailureException")
            }
        }
    }

    @Test("a code for another password: who exists and who does not are answered alike; the code works once")
    func forgotPassword() async throws {
        let fixture = try await APIFixture {
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
        }
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            func forgot(_ name: String) async throws -> APICaller.Answer {
                try await anybody(.forgotPassword, ["ClientId": .string(client), "Username": .string(name)])
            }
            let known = try await forgot("admin")
            #expect(known["CodeDeliveryDetails.Destination"] == "a***@e***", "\(known)")
            let unknown = try await forgot("nobody")
            #expect(Set(unknown.document.keys) == Set(known.document.keys))
            #expect(unknown["CodeDeliveryDetails.DeliveryMedium"] == "EMAIL")
            #expect(try await forgot("nobody").text == unknown.text, "the same each time")

            let subject = try #require(try await fixture.fixture.pool.store.user(matching: "admin")?.subject)
            guard
                case .code(let code) = try await fixture.fixture.pool.store.issueCode(
                    .resetPassword, for: subject, now: fixture.fixture.pool.now)
            else {
                Issue.record("no code")
                return
            }
            func confirm(_ name: String, _ code: String, _ password: String = "Another-Password-1") async throws
                -> APICaller.Answer
            {
                try await anybody(
                    .confirmForgotPassword,
                    [
                        "ClientId": .string(client), "Username": .string(name), "ConfirmationCode": .string(code),
                        "Password": .string(password),
                    ])
            }
            expect(
                try await confirm("admin", code, "short"), refuses: "InvalidPasswordException",
                "Password does not conform to policy: Password not long enough")
            let wrong = code == "000000" ? "000001" : "000000"
            expect(
                try await confirm("admin", wrong), refuses: "CodeMismatchException",
                "Invalid verification code provided, please try again.")
            expect(
                try await confirm("nobody", wrong), refuses: "CodeMismatchException",
                "Invalid verification code provided, please try again.")
            #expect(try await confirm("admin", code).text == "{}")
            expect(try await confirm("admin", code), refuses: "CodeMismatchException")
            #expect(try await Self.signIn(anybody, client, "admin", "Another-Password-1").status == 200)

            let (telling, _) = try await Self.client(admin, ["PreventUserExistenceErrors": "LEGACY"])
            expect(
                try await anybody(.forgotPassword, ["ClientId": .string(telling), "Username": "nobody"]),
                refuses: "UserNotFoundException", "Username/client id combination not found.")
            expect(
                try await anybody(.forgotPassword, ["ClientId": .string(telling), "Username": "newcomer"]),
                refuses: "NotAuthorizedException", "User password cannot be reset in the current state.")
        }
    }

    @Test("a client of one pool signs nobody of another in")
    func poolsApart() async throws {
        try await APIFixture().test { admin, anybody in
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "other"])["UserPool.Id"])
            let (client, _) = try await Self.client(admin, pool: pool)
            expect(
                try await Self.signIn(anybody, client), refuses: "NotAuthorizedException",
                "Incorrect username or password.")
            expect(
                try await admin(
                    .adminInitiateAuth,
                    [
                        "ClientId": .string(client), "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                        "AuthParameters": ["USERNAME": "admin", "PASSWORD": .string(PoolFixture.password)],
                    ]), refuses: "ResourceNotFoundException", "User pool client \(client) does not exist.")
        }
    }
}
