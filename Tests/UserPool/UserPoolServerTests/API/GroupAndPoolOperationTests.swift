import Identity
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// Groups, pools, app clients, domains and tags.
@Suite struct GroupAndPoolOperationTests {
    @Test("groups: made, changed, joined, left, deleted, with Cognito's refusals")
    func groups() async throws {
        try await APIFixture().test { admin, _ in
            let group: [String: JSONValue] = ["GroupName": "staff"]
            expect(try await admin(.getGroup, group), refuses: "ResourceNotFoundException", "Group not found.")
            let made = try await admin(.createGroup, ["GroupName": "staff", "Description": "d", "Precedence": 5])
            #expect(made["Group.UserPoolId"] == .string(APIFixture.pool) && made["Group.Precedence"] == 5)
            expect(
                try await admin(.createGroup, group), refuses: "GroupExistsException",
                "A group with the name already exists.")
            let changed = try await admin(.updateGroup, ["GroupName": "staff", "Precedence": 0])
            #expect(changed["Group.Precedence"] == 0 && changed["Group.Description"] == "d")
            for _ in 1...2 {
                let added = try await admin(.adminAddUserToGroup, ["Username": "admin", "GroupName": "staff"])
                #expect(added.status == 200 && added.text.isEmpty)
            }
            expect(
                try await admin(.adminAddUserToGroup, ["Username": "admin", "GroupName": "none"]),
                refuses: "ResourceNotFoundException", "Group not found.")
            let groups = try await admin(.adminListGroupsForUser, ["Username": "admin"])["Groups"]?.array ?? []
            #expect(groups.compactMap { $0.object?["GroupName"]?.string } == ["staff", "admin"], "by precedence")
            let first = try await admin(.adminListGroupsForUser, ["Username": "admin", "Limit": 1])
            let token = try #require(first["NextToken"])
            let second = try await admin(
                .adminListGroupsForUser, ["Username": "admin", "Limit": 1, "NextToken": token])
            #expect(second["Groups"]?.array?.first?.object?["GroupName"] == "admin" && second["NextToken"] == nil)
            #expect(try await admin(.listUsersInGroup, group)["Users"]?.array?.count == 1)
            #expect(try await admin(.listGroups)["Groups"]?.array?.count == 2)
            #expect(
                try await admin(.adminRemoveUserFromGroup, ["Username": "admin", "GroupName": "staff"]).text.isEmpty)
            #expect(try await admin(.listUsersInGroup, group)["Users"]?.array?.isEmpty == true)
            #expect(try await admin(.deleteGroup, group).text.isEmpty)
            for operation in [APIOperation.getGroup, .updateGroup, .deleteGroup, .listUsersInGroup] {
                expect(try await admin(operation, group), refuses: "ResourceNotFoundException", "Group not found.")
            }
        }
    }

    @Test("the configured pool is described with what Terraform reads, and cannot be deleted")
    func configuredPool() async throws {
        try await APIFixture().test { admin, _ in
            let pool = try await admin(.describeUserPool)
            #expect(pool["UserPool.Policies.PasswordPolicy.MinimumLength"] == 12)
            #expect(pool["UserPool.CreationDate"]?.integer != nil && pool["UserPool.LastModifiedDate"]?.integer != nil)
            #expect(pool["UserPool.Arn"] == "arn:aws:cognito-idp:local:000000000000:userpool/local_Test12345")
            #expect(pool["UserPool.EstimatedNumberOfUsers"] == 2 && pool["UserPool.MfaConfiguration"] == "OFF")
            #expect(pool["UserPool.SchemaAttributes"]?.array?.count == 20)
            expect(
                try await admin(.deleteUserPool), refuses: "InvalidParameterException",
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first."
            )
            _ = try await admin(.updateUserPool, ["DeletionProtection": "INACTIVE"])
            expect(try await admin(.deleteUserPool), refuses: "InvalidParameterException")
            expect(
                try await admin(.updateUserPoolClient, ["ClientId": "app1"]), refuses: "InvalidParameterException")
            let client = try await admin(.describeUserPoolClient, ["ClientId": "app1"])
            #expect(client["UserPoolClient.ClientSecret"] == .string(PoolFixture.secret))
        }
    }

    @Test("second factors of a pool: what contradicts itself is refused")
    func mfaConfiguration() async throws {
        try await APIFixture().test { admin, _ in
            let token: JSONValue = ["Enabled": true]
            expect(
                try await admin(
                    .setUserPoolMfaConfig, ["MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": token]),
                refuses: "InvalidParameterException",
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
            for mode in ["ON", "OPTIONAL"] as [JSONValue] {
                expect(
                    try await admin(.setUserPoolMfaConfig, ["MfaConfiguration": mode]),
                    refuses: "InvalidParameterException")
                let set = try await admin(
                    .setUserPoolMfaConfig, ["MfaConfiguration": mode, "SoftwareTokenMfaConfiguration": token])
                #expect(set["MfaConfiguration"] == mode && set["SoftwareTokenMfaConfiguration.Enabled"] == true)
                #expect(try await admin(.getUserPoolMfaConfig)["MfaConfiguration"] == mode)
            }
            expect(
                try await admin(
                    .setUserPoolMfaConfig,
                    [
                        "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": token,
                        "EmailMfaConfiguration": ["Subject": "s"],
                    ]), refuses: "InvalidParameterException")
            _ = try await admin(.setUserPoolMfaConfig, ["MfaConfiguration": "OFF"])
            expect(
                try await admin(
                    .adminSetUserMFAPreference, ["Username": "admin", "SoftwareTokenMfaSettings": ["Enabled": true]]),
                refuses: "InvalidParameterException",
                "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
            expect(
                try await admin(
                    .adminSetUserMFAPreference, ["Username": "admin", "SMSMfaSettings": ["Enabled": true]]),
                refuses: "InvalidParameterException", "User does not have delivery config set to turn on SMS_MFA")
        }
    }

    @Test("what the configuration file says wins when it is changed after the API was")
    func lastWord() async throws {
        let fixture = try await APIFixture()
        let pool = fixture.fixture.pool
        try await fixture.test { admin, _ in
            _ = try await admin(
                .setUserPoolMfaConfig,
                ["MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": ["Enabled": true]])
            try await pool.takeOverConfiguration()
            #expect(try await pool.rules().mfa == .required, "the same file as before changes nothing")
        }
        var changed = pool.configuration
        changed.temporaryPasswordDays = 3
        let restarted = Pool(
            configuration: changed, clientSecret: pool.clientSecret, store: pool.store, tokens: pool.tokens,
            seal: pool.seal, knownBrowser: pool.knownBrowser, pages: pool.pages, errands: pool.errands,
            secretBlockKey: pool.secretBlockKey, clock: pool.clock)
        try await restarted.takeOverConfiguration()
        #expect(try await restarted.rules() == changed.rules)
        #expect(try await restarted.settings().mfaMode == .off)
    }

    @Test("all pools of a process have their passwords hashed in the same places")
    func oneHasher() async throws {
        let fixture = try await APIFixture()
        let hasher = fixture.fixture.pool.store.hasher
        try await fixture.test { admin, _ in
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "other"])["UserPool.Id"])
            let held = await HeldPlaces(of: hasher)
            async let made = admin(.adminCreateUser, ["UserPoolId": pool, "Username": "ann"])
            while await hasher.waiters < 1 { await Task.yield() }
            try await held.release()
            #expect(try await made.status == 200)
        }
    }

    @Test("a pool made, its users apart from others', changed, and deleted with all it had")
    func madePool() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, _ in
            let made = try await admin(
                .createUserPool,
                [
                    "PoolName": "people", "UserPoolTags": ["team": "a"],
                    "Policies": ["PasswordPolicy": ["MinimumLength": 8, "RequireNumbers": true]],
                ])
            let id = try #require(made["UserPool.Id"])
            #expect(id.string?.wholeMatch(of: /local_[0-9A-Za-z]{9}/) != nil)
            #expect(made["UserPool.DeletionProtection"] == "INACTIVE" && made["UserPool.Name"] == "people")
            #expect(
                try await admin(
                    .adminCreateUser, ["UserPoolId": id, "Username": "ann", "TemporaryPassword": "longer12"]
                )
                .status == 200)
            expect(try await admin(.adminGetUser, ["Username": "ann"]), refuses: "UserNotFoundException")
            #expect(try await admin(.listUserPools, ["MaxResults": 60])["UserPools"]?.array?.count == 2)
            let page = try await admin(.listUserPools, ["MaxResults": 1])
            #expect(page["UserPools"]?.array?.count == 1 && page["NextToken"] != nil)
            _ = try await admin(
                .updateUserPool, ["UserPoolId": id, "PoolName": "renamed", "DeletionProtection": "ACTIVE"])
            let changed = try await admin(.describeUserPool, ["UserPoolId": id])
            #expect(changed["UserPool.Name"] == "renamed" && changed["UserPool.UserPoolTags.team"] == "a")
            #expect(
                changed["UserPool.Policies.PasswordPolicy.RequireSymbols"] == true, "left out, it is the default again")
            expect(
                try await admin(.deleteUserPool, ["UserPoolId": id]), refuses: "InvalidParameterException",
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first."
            )
            _ = try await admin(.updateUserPool, ["UserPoolId": id])
            #expect(try await admin(.deleteUserPool, ["UserPoolId": id]).text.isEmpty)
            expect(
                try await admin(.describeUserPool, ["UserPoolId": id]), refuses: "ResourceNotFoundException",
                "User pool \(id.string ?? "") does not exist.")
        }
    }

    @Test(
        "what a pool here cannot do is refused, not kept",
        arguments: [
            ["LambdaConfig": ["PreSignUp": "arn:aws:lambda:local:000000000000:function:f"]],
            ["Policies": ["SignInPolicy": ["AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]]]],
            ["UsernameConfiguration": ["CaseSensitive": true]], ["MfaConfiguration": "ON"],
            ["AliasAttributes": ["email"], "UsernameAttributes": ["email"]],
            ["Schema": [["Name": "team", "Required": true]]], ["Schema": [["AttributeDataType": "String"]]],
        ] as [[String: JSONValue]])
    func unavailable(members: [String: JSONValue]) async throws {
        try await APIFixture().test { admin, _ in
            expect(
                try await admin(.createUserPool, members.merging(["PoolName": "p"]) { $1 }),
                refuses: "InvalidParameterException")
        }
    }

    @Test("domains: one a pool, one of a name, an unknown one is described as nothing")
    func domains() async throws {
        try await APIFixture().test { admin, _ in
            #expect(try await admin(.describeUserPoolDomain, ["Domain": "people"]).text == #"{"DomainDescription":{}}"#)
            #expect(try await admin(.createUserPoolDomain, ["Domain": "people"]).status == 200)
            let described = try await admin(.describeUserPoolDomain, ["Domain": "people"])
            for member in ["AWSAccountId", "S3Bucket", "CloudFrontDistribution", "Version", "UserPoolId"] {
                #expect(described["DomainDescription.\(member)"]?.string?.isEmpty == false, "\(member)")
            }
            #expect(described["DomainDescription.Status"] == "ACTIVE")
            expect(try await admin(.createUserPoolDomain, ["Domain": "other"]), refuses: "InvalidParameterException")
            expect(
                try await admin(.createUserPoolDomain, ["Domain": "my-aws-login"]), refuses: "InvalidParameterException"
            )
            let other = try #require(try await admin(.createUserPool, ["PoolName": "other"])["UserPool.Id"])
            expect(
                try await admin(.createUserPoolDomain, ["Domain": "people", "UserPoolId": other]),
                refuses: "InvalidParameterException", "Domain already associated with another user pool.")
            expect(
                try await admin(.deleteUserPoolDomain, ["Domain": "people", "UserPoolId": other]),
                refuses: "InvalidParameterException", "No such domain or user pool exists.")
            #expect(try await admin(.deleteUserPoolDomain, ["Domain": "people"]).text == "{}")
        }
    }

    @Test("app clients: echoed as sent, checked, changed back to defaults, deleted")
    func clients() async throws {
        try await APIFixture().test { admin, _ in
            let settings: [String: JSONValue] = [
                "ClientName": "web", "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
                "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
                "CallbackURLs": ["https://a.example/cb", "http://localhost:3000/cb", "app://cb"],
                "AccessTokenValidity": 20, "TokenValidityUnits": ["AccessToken": "minutes"],
                "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"], "RefreshTokenRotation": ["Feature": "ENABLED"],
            ]
            let made = try await admin(.createUserPoolClient, settings)
            let id = try #require(made["UserPoolClient.ClientId"])
            #expect(id.string?.wholeMatch(of: /[0-9a-z]{26}/) != nil)
            #expect(made["UserPoolClient.ClientSecret"]?.string?.count == 52)
            for (name, value) in settings where name != "GenerateSecret" {
                #expect(made["UserPoolClient.\(name)"] == value, "\(name)")
            }
            #expect(
                made["UserPoolClient.RefreshTokenValidity"] == 30
                    && made["UserPoolClient.EnableTokenRevocation"] == true)
            let changed = try await admin(.updateUserPoolClient, ["ClientId": id, "RefreshTokenValidity": 5])
            #expect(
                changed["UserPoolClient.ClientName"] == "web" && changed["UserPoolClient.RefreshTokenValidity"] == 5)
            #expect(
                changed["UserPoolClient.CallbackURLs"] == nil && changed["UserPoolClient.TokenValidityUnits"] == nil)
            #expect(changed["UserPoolClient.ClientSecret"] == made["UserPoolClient.ClientSecret"])
            let list = try await admin(.listUserPoolClients)["UserPoolClients"]?.array ?? []
            #expect(Set(list.compactMap { $0.object?["ClientName"]?.string }) == ["web", "Chat & <Co>"])
            #expect(list.allSatisfy { Set($0.object?.keys ?? [:].keys) == ["ClientId", "UserPoolId", "ClientName"] })
            #expect(try await admin(.deleteUserPoolClient, ["ClientId": id]).text.isEmpty)
            for operation in [APIOperation.describeUserPoolClient, .updateUserPoolClient, .deleteUserPoolClient] {
                expect(
                    try await admin(operation, ["ClientId": id]), refuses: "ResourceNotFoundException",
                    "User pool client \(id.string ?? "") does not exist.")
            }
        }
    }

    @Test(
        "what contradicts itself in a client is refused",
        arguments: [
            ("InvalidOAuthFlowException", ["AllowedOAuthFlowsUserPoolClient": true]),
            (
                "InvalidOAuthFlowException",
                ["AllowedOAuthFlows": ["client_credentials", "code"], "GenerateSecret": true]
            ),
            ("InvalidOAuthFlowException", ["AllowedOAuthFlows": ["client_credentials"]]),
            ("InvalidOAuthFlowException", ["AllowedOAuthScopes": ["email"]]),
            ("ScopeDoesNotExistException", ["AllowedOAuthScopes": ["openid", "api/read"]]),
            ("InvalidParameterException", ["CallbackURLs": ["http://a.example/cb"]]),
            ("InvalidParameterException", ["CallbackURLs": ["https://a.example/cb#x"]]),
            ("InvalidParameterException", ["CallbackURLs": ["cb"]]),
            ("InvalidParameterException", ["DefaultRedirectURI": "https://a.example/cb"]),
            ("InvalidParameterException", ["SupportedIdentityProviders": ["Google"]]),
            ("InvalidParameterException", ["ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]]),
            (
                "InvalidParameterException",
                ["AccessTokenValidity": 2, "TokenValidityUnits": ["AccessToken": "minutes"]]
            ),
            ("InvalidParameterException", ["AccessTokenValidity": 25]),
            ("InvalidParameterException", ["RefreshTokenValidity": 315_360_000]),
            ("InvalidParameterException", ["GenerateSecret": true, "ClientSecret": "abcdefghijklmnopqrstuvwx"]),
            ("InvalidParameterException", ["ReadAttributes": ["custom:none"]]),
            ("InvalidParameterException", ["WriteAttributes": ["email_verified"]]),
        ] as [(String, [String: JSONValue])])
    func badClients(type: String, members: [String: JSONValue]) async throws {
        try await APIFixture().test { admin, _ in
            expect(
                try await admin(.createUserPoolClient, members.merging(["ClientName": "c"]) { $1 }), refuses: type)
        }
    }

    @Test("tags by ARN")
    func tags() async throws {
        try await APIFixture().test { admin, _ in
            let arn = JSONValue.string(PoolSettings.arn(ofPool: APIFixture.pool))
            #expect(try await admin(.tagResource, ["ResourceArn": arn, "Tags": ["a": "1", "b": "2"]]).text == "{}")
            #expect(try await admin(.untagResource, ["ResourceArn": arn, "TagKeys": ["a", "none"]]).text == "{}")
            #expect(try await admin(.listTagsForResource, ["ResourceArn": arn]).text == #"{"Tags":{"b":"2"}}"#)
            expect(
                try await admin(.tagResource, ["ResourceArn": arn, "Tags": ["aws:a": "1"]]),
                refuses: "InvalidParameterException")
            for other in ["local_Nowhere12", "local_Test12345x"] {
                expect(
                    try await admin(
                        .listTagsForResource, ["ResourceArn": .string(PoolSettings.arn(ofPool: other))]),
                    refuses: "ResourceNotFoundException")
            }
            expect(
                try await admin(
                    .listTagsForResource,
                    ["ResourceArn": "arn:aws:cognito-idp:eu-west-2:000000000000:userpool/local_Test12345"]),
                refuses: "ResourceNotFoundException")
        }
    }
}
