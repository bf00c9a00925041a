import Accounts
import Foundation
import GRDB
import Hummingbird
import Identity
import Logging
import NIOEmbedded
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// The error rows of the JSON API that no other suite has; `docs/user-pool-rows.md` lists all.
@Suite("Rows of the JSON API")
struct APIRowTests {
    // MARK: Before and beside the operations

    @Test("InternalErrorException: 500, for what fails inside the pool, and nothing of why")
    func internalError() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, anybody in
            try fixture.fixture.pool.store.close()
            for answer in [
                try await admin(.adminGetUser, ["Username": "admin"]),
                try await anybody(.initiateAuth, ["ClientId": "nobody", "AuthFlow": "USER_PASSWORD_AUTH"]),
            ] {
                expect(answer, refuses: "InternalErrorException", APIError.internalError.message, status: 500)
            }
        }
    }

    @Test("RequestTimeoutException: 408, for a body that does not arrive")
    func slowBody() async throws {
        let fixture = try await APIFixture { $0.limits.requestSeconds = 1 }
        let responder = try UserPoolServer.router(fixture.fixture.pool, pools: fixture.pools).buildResponder()
        let (bytes, end) = AsyncStream.makeStream(of: ByteBuffer.self)
        let request = Request(
            head: .init(
                method: .post, scheme: "https", authority: "localhost", path: "/",
                headerFields: [
                    .contentType: "application/x-amz-json-1.1",
                    .amzTarget: "AWSCognitoIdentityProviderService.GetUser",
                ]),
            body: .init(asyncSequence: bytes))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        logger[metadataKey: "hb.request.id"] = "1"
        let context = PoolContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger))
        let answer = try await responder.respond(to: request, context: context)
        #expect(answer.status == .requestTimeout && answer.headers[.amzErrorType] == "RequestTimeoutException")
        end.finish()
    }

    @Test("TooManyRequestsException: where too many passwords wait to be hashed, for administrators, too")
    func noPlaceAtTheHasher() async throws {
        let fixture = try await APIFixture()
        let store = fixture.fixture.pool.store
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            // All places, and as many in the line as one source may have.
            let held = await HeldPlaces(of: store.hasher)
            var waiters: [Task<Void, any Error>] = []
            for source in [AttemptSource.program, .address("unknown")] {
                for _ in 1...4 { waiters.append(Task { try await store.hasher.withPlace(for: source) { _ in } }) }
            }
            while await store.hasher.waiters < 8 { await Task.yield() }
            for (operation, members) in [
                (.adminSetUserPassword, ["Username": "admin", "Password": .string(PoolFixture.password)]),
                (.adminCreateUser, ["Username": "more"]),
            ] as [(APIOperation, [String: JSONValue])] {
                expect(try await admin(operation, members), refuses: "TooManyRequestsException", "Too many requests")
            }
            expect(
                try await Self.signIn(anybody, client), refuses: "TooManyRequestsException", "Too many requests")
            try await held.release()
            for task in waiters { try await task.value }
            #expect(try await Self.signIn(anybody, client).status == 200)
        }
    }

    @Test("NotAuthorizedException: a token without the scope for the user's own account")
    func scopes() async throws {
        let fixture = try await APIFixture()
        try await fixture.fixture.test { browser in
            let token = try #require(try await browser.redeem(try await browser.code()).member("access_token"))
            try await fixture.test { _, anybody in
                expect(
                    try await anybody(.getUser, ["AccessToken": .string(token)]), refuses: "NotAuthorizedException",
                    "Access Token does not have required scopes")
            }
        }
    }

    // MARK: Pools and clients

    @Test("UserPoolTaggingException at pools, InvalidParameterException at tags themselves")
    func tagging() async throws {
        try await APIFixture().test { admin, _ in
            let bad: JSONValue = ["aws:team": "a"]
            let many = JSONValue.object(Dictionary(uniqueKeysWithValues: (1...51).map { ("tag\($0)", "x") }))
            for tags in [bad, many] {
                expect(
                    try await admin(.createUserPool, ["PoolName": "p", "UserPoolTags": tags]),
                    refuses: "UserPoolTaggingException")
                expect(try await admin(.updateUserPool, ["UserPoolTags": tags]), refuses: "UserPoolTaggingException")
            }
            let arn = JSONValue.string(PoolSettings.arn(ofPool: APIFixture.pool))
            expect(
                try await admin(.tagResource, ["ResourceArn": arn, "Tags": bad]), refuses: "InvalidParameterException")
        }
    }

    @Test("DeleteUserPool: not while the pool has a domain")
    func domainFirst() async throws {
        try await APIFixture().test { admin, _ in
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "p"])["UserPool.Id"])
            _ = try await admin(.createUserPoolDomain, ["Domain": "people", "UserPoolId": pool])
            expect(
                try await admin(.deleteUserPool, ["UserPoolId": pool]), refuses: "InvalidParameterException",
                "User pool cannot be deleted. It has a domain configured that should be deleted first.")
        }
    }

    @Test("UpdateUserPoolClient refuses what CreateUserPoolClient does")
    func clientUpdates() async throws {
        try await APIFixture().test { admin, _ in
            let (client, _) = try await Self.client(admin)
            for (type, members) in [
                ("InvalidOAuthFlowException", ["AllowedOAuthFlows": ["client_credentials"]]),
                ("ScopeDoesNotExistException", ["AllowedOAuthScopes": ["openid", "api/read"]]),
                ("InvalidParameterException", ["AccessTokenValidity": 25]),
            ] as [(String, [String: JSONValue])] {
                expect(
                    try await admin(
                        .updateUserPoolClient, members.merging(["ClientId": .string(client)]) { $1 }), refuses: type)
            }
        }
    }

    @Test("LimitExceededException: groups, app clients, custom attributes")
    func limits() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, _ in
            try await fixture.fixture.pool.store.database.write { database in
                let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %)"
                try database.execute(
                    sql: numbers.replacing("%", with: "10000")
                        + " INSERT INTO userGroup (name, createdAt, modifiedAt) SELECT 'g' || i, 0, 0 FROM n")
                let client = AppClient(id: "", callbackURLs: [], logoutURLs: [], scopes: [])
                let settings = String(decoding: try JSONEncoder().encode(client), as: UTF8.self)
                try database.execute(
                    sql: numbers.replacing("%", with: "1000")
                        + " INSERT INTO client SELECT 'c' || i, ?, NULL, '{}', 0, 0 FROM n", arguments: [settings])
            }
            expect(try await admin(.createGroup, ["GroupName": "more"]), refuses: "LimitExceededException")
            expect(try await admin(.createUserPoolClient, ["ClientName": "more"]), refuses: "LimitExceededException")
            for batch in 0..<2 {
                let attributes = (1...25).map { JSONValue.object(["Name": .string("a\(batch * 25 + $0)")]) }
                _ = try await admin(.addCustomAttributes, ["CustomAttributes": .array(attributes)])
            }
            expect(
                try await admin(.addCustomAttributes, ["CustomAttributes": [["Name": "more"]]]),
                refuses: "LimitExceededException")
        }
    }

    // MARK: Users

    @Test("sub: nobody sets it, and nobody takes another's for a name")
    func subject() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, anybody in
            let subject = try #require(try await fixture.fixture.pool.store.user(matching: "admin")?.subject)
            expect(
                try await admin(
                    .adminCreateUser,
                    ["Username": "x", "UserAttributes": [["Name": "sub", "Value": .string(subject)]]]),
                refuses: "InvalidParameterException")
            for name in [subject, subject.uppercased()] {
                expect(
                    try await admin(.adminCreateUser, ["Username": .string(name)]),
                    refuses: "UsernameExistsException", "User account already exists")
            }
            let record: JSONValue = ["username": .string(subject), "status": "RESET_REQUIRED"]
            let imported = try await admin(.importUsers, ["Users": [record]])
            #expect(imported["Results"]?.array?.first?.object?["result"] == "exists", "\(imported)")
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "open"])["UserPool.Id"])
            let (open, _) = try await Self.client(admin, pool: pool)
            func signUp(_ name: String, _ attributes: JSONValue = []) async throws -> APICaller.Answer {
                try await anybody(
                    .signUp,
                    [
                        "ClientId": .string(open), "Username": .string(name), "Password": "Long-Enough-1",
                        "UserAttributes": attributes,
                    ])
            }
            let made = try #require(try await signUp("ann")["UserSub"]?.string)
            expect(try await signUp(made), refuses: "UsernameExistsException", "User already exists")
            expect(
                try await signUp("bob", [["Name": "sub", "Value": .string(made)]]), refuses: "NotAuthorizedException",
                "A client attempted to write unauthorized attribute")
        }
    }

    @Test(
        "required attributes: SignUp wants them, AdminCreateUser leaves them to the user, the challenge asks for them")
    func requiredAttributes() async throws {
        try await APIFixture().test { admin, anybody in
            let schema: JSONValue = [
                ["Name": "name", "Required": true], ["Name": "email", "Required": true, "Mutable": true],
            ]
            let made = try await admin(.createUserPool, ["PoolName": "p", "Schema": schema])
            let pool = try #require(made["UserPool.Id"])
            let (client, _) = try await Self.client(admin, pool: pool)
            let email: JSONValue = ["Name": "email", "Value": "ann@example.org"]
            expect(
                try await anybody(
                    .signUp,
                    [
                        "ClientId": .string(client), "Username": "bob", "Password": "Long-Enough-1",
                        "UserAttributes": [email],
                    ]), refuses: "InvalidParameterException",
                "Attributes did not conform to the schema: name: The attribute is required")
            let created = try await admin(
                .adminCreateUser,
                [
                    "UserPoolId": pool, "Username": "ann", "TemporaryPassword": "Temporary-1",
                    "UserAttributes": [email],
                ])
            #expect(created.status == 200, "\(created)")
            let challenge = try await Self.signIn(anybody, client, "ann", "Temporary-1")
            #expect(challenge["ChallengeParameters.requiredAttributes"] == #"["userAttributes.name"]"#)
            func respond(_ more: [String: JSONValue]) async throws -> APICaller.Answer {
                let responses: [String: JSONValue] = ["USERNAME": "ann", "NEW_PASSWORD": "Long-Enough-1"]
                return try await anybody(
                    .respondToAuthChallenge,
                    [
                        "ClientId": .string(client), "ChallengeName": "NEW_PASSWORD_REQUIRED",
                        "Session": challenge["Session"] ?? "",
                        "ChallengeResponses": .object(responses.merging(more) { $1 }),
                    ])
            }
            for more in [[:], ["userAttributes.name": ""], ["userAttributes.nickname": "A"]] as [[String: JSONValue]] {
                expect(
                    try await respond(more), refuses: "InvalidParameterException",
                    "Invalid attributes given, name is missing")
            }
            expect(
                try await respond(["userAttributes.email": "other@example.org", "userAttributes.name": "Ann"]),
                refuses: "InvalidParameterException", "Cannot modify an already provided email")
            #expect(try await respond(["userAttributes.name": "Ann"])["AuthenticationResult.IdToken"] != nil)
            let user = try await admin(.adminGetUser, ["UserPoolId": pool, "Username": "ann"])
            let names = (user["UserAttributes"]?.array ?? []).compactMap { $0.object?["Value"]?.string }
            #expect(names.contains("Ann"))
        }
    }

    @Test("AliasExistsException: an address that is somebody's verified one")
    func aliases() async throws {
        try await APIFixture { $0.aliases = [.email] }.test { admin, anybody in
            let taken: JSONValue = [
                ["Name": "email", "Value": "admin@example.org"], ["Name": "email_verified", "Value": "true"],
            ]
            let text = "An account with the given email already exists."
            expect(
                try await admin(.adminCreateUser, ["Username": "x", "UserAttributes": taken]),
                refuses: "UsernameExistsException", text)
            expect(
                try await admin(.adminUpdateUserAttributes, ["Username": "newcomer", "UserAttributes": taken]),
                refuses: "AliasExistsException", text)
            let moved = try await admin(
                .adminCreateUser, ["Username": "x", "UserAttributes": taken, "ForceAliasCreation": true])
            #expect(moved.status == 200, "\(moved)")
            #expect(try await admin(.adminGetUser, ["Username": "admin@example.org"])["Username"] == "x")
        }
    }

    @Test("PasswordHistoryPolicyViolationException: wherever a password is chosen")
    func history() async throws {
        let fixture = try await APIFixture {
            $0.passwordHistorySize = 3
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
        }
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            let type = "PasswordHistoryPolicyViolationException"
            let token = try #require(try await Self.signIn(anybody, client)["AuthenticationResult.AccessToken"])
            expect(
                try await anybody(
                    .changePassword,
                    [
                        "AccessToken": token, "PreviousPassword": .string(PoolFixture.password),
                        "ProposedPassword": .string(PoolFixture.password),
                    ]), refuses: type)
            let code = try await Self.code(fixture, "admin", .resetPassword)
            expect(
                try await anybody(
                    .confirmForgotPassword,
                    [
                        "ClientId": .string(client), "Username": "admin", "ConfirmationCode": .string(code),
                        "Password": .string(PoolFixture.password),
                    ]), refuses: type)
            let challenge = try await Self.signIn(anybody, client, "newcomer", "Temporary-123")
            expect(
                try await anybody(
                    .respondToAuthChallenge,
                    [
                        "ClientId": .string(client), "ChallengeName": "NEW_PASSWORD_REQUIRED",
                        "Session": challenge["Session"] ?? "",
                        "ChallengeResponses": ["USERNAME": "newcomer", "NEW_PASSWORD": "Temporary-123"],
                    ]), refuses: type)
        }
    }

    @Test("LimitExceededException: passwords tried, codes asked for, codes tried, each within an hour")
    func attempts() async throws {
        let fixture = try await APIFixture {
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
        }
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin, ["PreventUserExistenceErrors": "LEGACY"])
            let text = "Attempt limit exceeded, please try after some time."
            let user: [String: JSONValue] = ["ClientId": .string(client), "Username": "admin"]
            let token = try #require(try await Self.signIn(anybody, client)["AuthenticationResult.AccessToken"])
            let change: [String: JSONValue] = [
                "AccessToken": token, "PreviousPassword": "wrong", "ProposedPassword": "Another-Password-1",
            ]
            for _ in 1...5 {
                expect(
                    try await anybody(.changePassword, change), refuses: "NotAuthorizedException",
                    "Incorrect username or password.")
            }
            expect(try await anybody(.changePassword, change), refuses: "LimitExceededException", text)
            for _ in 1...5 { #expect(try await anybody(.forgotPassword, user).status == 200) }
            expect(try await anybody(.forgotPassword, user), refuses: "LimitExceededException", text)
            expect(
                try await admin(.adminResetUserPassword, ["Username": "admin"]), refuses: "LimitExceededException", text
            )
            #expect(try await admin(.adminGetUser, ["Username": "admin"])["UserStatus"] == "CONFIRMED")
            fixture.fixture.wait(seconds: 3600)
            #expect(try await admin(.adminResetUserPassword, ["Username": "admin"]).text == "{}")
            #expect(try await admin(.adminGetUser, ["Username": "admin"])["UserStatus"] == "RESET_REQUIRED")
            let code = try await Self.code(fixture, "admin", .resetPassword)
            let wrong: JSONValue = code == "000000" ? "000001" : "000000"
            let confirm = user.merging(["ConfirmationCode": wrong, "Password": "Another-Password-1"]) { $1 }
            for _ in 1...15 {
                expect(
                    try await anybody(.confirmForgotPassword, confirm), refuses: "CodeMismatchException",
                    "Invalid verification code provided, please try again.")
            }
            expect(try await anybody(.confirmForgotPassword, confirm), refuses: "LimitExceededException", text)
        }
    }

    @Test("codes of a sign-up: mismatch, limits, an address that is taken, and who is confirmed already")
    func signUpCodes() async throws {
        let fixture = try await APIFixture {
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
        }
        try await fixture.test { admin, anybody in
            let pool = try #require(
                try await admin(.createUserPool, ["PoolName": "open", "AliasAttributes": ["email"]])["UserPool.Id"])
            let (client, _) = try await Self.client(admin, pool: pool, ["PreventUserExistenceErrors": "LEGACY"])
            let store = try #require(await fixture.pools.pool(pool.string ?? "")).store
            let ann: [String: JSONValue] = ["ClientId": .string(client), "Username": "ann"]
            let email: JSONValue = [["Name": "email", "Value": "ann@example.org"]]
            let made = try await anybody(
                .signUp, ann.merging(["Password": "Long-Enough-1", "UserAttributes": email]) { $1 })
            #expect(made["CodeDeliveryDetails.Destination"] == "a***@e***", "\(made)")
            for _ in 1...4 { #expect(try await anybody(.resendConfirmationCode, ann).status == 200) }
            let limited = "Attempt limit exceeded, please try after some time."
            expect(try await anybody(.resendConfirmationCode, ann), refuses: "LimitExceededException", limited)
            fixture.fixture.wait(seconds: 3600)
            let subject = try #require(try await store.user(matching: "ann")?.subject)
            guard case .code(let code) = try await store.issueCode(.confirmSignUp, for: subject, now: admin.now())
            else {
                Issue.record("no code")
                return
            }
            func confirm(_ code: String) async throws -> APICaller.Answer {
                try await anybody(.confirmSignUp, ann.merging(["ConfirmationCode": .string(code)]) { $1 })
            }
            let wrong = code == "000000" ? "000001" : "000000"
            for _ in 1...14 {
                expect(
                    try await confirm(wrong), refuses: "CodeMismatchException",
                    "Invalid verification code provided, please try again.")
            }
            let other = try await admin(
                .adminCreateUser,
                [
                    "UserPoolId": pool, "Username": "other",
                    "UserAttributes": [
                        ["Name": "email", "Value": "ann@example.org"], ["Name": "email_verified", "Value": "true"],
                    ],
                ])
            #expect(other.status == 200, "\(other)")
            expect(
                try await confirm(code), refuses: "AliasExistsException",
                "An account with the given email already exists.")
            expect(try await confirm(wrong), refuses: "LimitExceededException", limited)
            #expect(try await admin(.adminConfirmSignUp, ["UserPoolId": pool, "Username": "ann"]).text == "{}")
            expect(
                try await confirm(code), refuses: "NotAuthorizedException",
                "User cannot be confirmed. Current status is CONFIRMED")
            expect(
                try await anybody(.resendConfirmationCode, ann), refuses: "InvalidParameterException",
                "User is already confirmed.")
            expect(
                try await anybody(.resendConfirmationCode, ["ClientId": .string(client), "Username": "nobody"]),
                refuses: "UserNotFoundException", "Username/client id combination not found.")
        }
    }

    @Test("a second factor is not switched off by its user where everybody must have one; a wrong first code")
    func secondFactor() async throws {
        let fixture = try await APIFixture { $0.mfa = .optional }
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin)
            let token = try #require(try await Self.signIn(anybody, client)["AuthenticationResult.AccessToken"])
            expect(
                try await anybody(.verifySoftwareToken, ["AccessToken": token, "UserCode": "123456"]),
                refuses: "SoftwareTokenMFANotFoundException")
            expect(
                try await anybody(
                    .setUserMFAPreference, ["AccessToken": token, "SoftwareTokenMfaSettings": ["Enabled": true]]),
                refuses: "InvalidParameterException",
                "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
            #expect(try await anybody(.associateSoftwareToken, ["AccessToken": token]).status == 200)
            expect(
                try await anybody(.verifySoftwareToken, ["AccessToken": token, "UserCode": "000000"]),
                refuses: "EnableSoftwareTokenMFAException", "Code mismatch")
            _ = try await admin(
                .setUserPoolMfaConfig,
                ["MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": ["Enabled": true]])
            expect(
                try await anybody(
                    .setUserMFAPreference, ["AccessToken": token, "SoftwareTokenMfaSettings": ["Enabled": false]]),
                refuses: "InvalidParameterException", "User pool requires MFA: it cannot be turned off.")
        }
    }

    @Test("ForgotPassword: who is disabled, where existence is told")
    func forgotPassword() async throws {
        let fixture = try await APIFixture {
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
        }
        try await fixture.test { admin, anybody in
            let (client, _) = try await Self.client(admin, ["PreventUserExistenceErrors": "LEGACY"])
            let user: [String: JSONValue] = ["ClientId": .string(client), "Username": "admin"]
            _ = try await admin(.adminDisableUser, ["Username": "admin"])
            expect(
                try await anybody(.forgotPassword, user), refuses: "NotAuthorizedException", "User is disabled.")
            expect(
                try await anybody(
                    .confirmForgotPassword,
                    [
                        "ClientId": .string(client), "Username": "nobody", "ConfirmationCode": "1",
                        "Password": "Long-Enough-1-1",
                    ]), refuses: "UserNotFoundException", "Username/client id combination not found.")
        }
    }

    @Test("ListUsers: a filter that is none", arguments: ["email", #"custom:x = "1""#, #"email = "a" or name = "b""#])
    func filters(filter: String) async throws {
        try await APIFixture().test { admin, _ in
            expect(try await admin(.listUsers, ["Filter": .string(filter)]), refuses: "InvalidParameterException")
        }
    }

    // MARK: Support

    private static func client(
        _ admin: APICaller, pool: JSONValue = .string(APIFixture.pool), _ changes: [String: JSONValue] = [:]
    ) async throws -> (id: String, secret: String?) {
        let settings: [String: JSONValue] = [
            "ClientName": "c", "UserPoolId": pool, "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ]
        let made = try await admin(.createUserPoolClient, settings.merging(changes) { $1 })
        return (
            try #require(made["UserPoolClient.ClientId"]?.string, "\(made)"),
            made["UserPoolClient.ClientSecret"]?.string
        )
    }

    private static func signIn(
        _ caller: APICaller, _ client: String, _ username: String = "admin", _ password: String = PoolFixture.password
    ) async throws -> APICaller.Answer {
        try await caller(
            .initiateAuth,
            [
                "ClientId": .string(client), "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": ["USERNAME": .string(username), "PASSWORD": .string(password)],
            ])
    }

    /// A code as if it had been mailed.
    private static func code(_ fixture: APIFixture, _ username: String, _ purpose: CodePurpose) async throws -> String {
        let store = fixture.fixture.pool.store
        let user = try #require(try await store.user(matching: username))
        let issue = try await store.issueCode(purpose, for: user.subject, now: fixture.fixture.pool.now)
        guard case .code(let code) = issue else {
            Issue.record("no code")
            return ""
        }
        return code
    }
}
