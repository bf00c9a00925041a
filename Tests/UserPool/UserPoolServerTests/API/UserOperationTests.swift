import Foundation
import Identity
import Testing

@testable import UserPoolServer

/// An administrator's operations on users, each row of Cognito's tables with its refusals.
@Suite struct UserOperationTests {
    private static let password = "SecureAdmin2025!@#"

    private static func attributes(_ pairs: (String, String)...) -> JSONValue {
        .array(pairs.map { ["Name": .string($0.0), "Value": .string($0.1)] })
    }

    private static func names(_ list: JSONValue?) -> [String] {
        (list?.array ?? []).compactMap { $0.object?["Name"]?.string }
    }

    @Test(
        "the three commands that everybody copies: created, given a password, and the third is refused as in production"
    )
    func threeCommands() async throws {
        try await APIFixture().test { admin, _ in
            let created = try await admin(
                .adminCreateUser,
                [
                    "Username": "ann", "MessageAction": "SUPPRESS",
                    "UserAttributes": Self.attributes(("email", "ann@example.com"), ("email_verified", "true")),
                ])
            #expect(created.status == 200, "\(created)")
            #expect(created["User.UserStatus"] == "FORCE_CHANGE_PASSWORD" && created["User.Enabled"] == true)
            #expect(Self.names(created["User.Attributes"]) == ["sub", "email", "email_verified"])
            expect(
                try await admin(.adminConfirmSignUp, ["Username": "ann"]), refuses: "NotAuthorizedException",
                "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD")
            let set = try await admin(
                .adminSetUserPassword, ["Username": "ann", "Password": .string(Self.password), "Permanent": true])
            #expect(set.status == 200 && set.text == "{}")
            expect(
                try await admin(.adminConfirmSignUp, ["Username": "ann"]), refuses: "NotAuthorizedException",
                "User cannot be confirmed. Current status is CONFIRMED")
            let user = try await admin(.adminGetUser, ["Username": "ann"])
            #expect(user["UserStatus"] == "CONFIRMED" && user["Username"] == "ann")
            #expect(user["UserAttributes"] != nil && user["Attributes"] == nil, "another member than AdminCreateUser's")
            #expect(user["UserCreateDate"]?.integer != nil && user["UserLastModifiedDate"]?.integer != nil)
            expect(
                try await admin(.adminCreateUser, ["Username": "ANN", "MessageAction": "SUPPRESS"]),
                refuses: "UsernameExistsException", "User account already exists")
        }
    }

    @Test("a user is found by name, id and verified alias; an unknown one, and an unknown pool, have Cognito's texts")
    func lookUp() async throws {
        try await APIFixture { $0.aliases = [.email] }.test { admin, _ in
            _ = try await admin(
                .adminCreateUser,
                [
                    "Username": "ann",
                    "UserAttributes": Self.attributes(("email", "ann@example.com"), ("email_verified", "true")),
                ])
            let subject = try await admin(.adminGetUser, ["Username": "ann"])["UserAttributes"]?.array?.first?.object?[
                "Value"]
            for name in ["ann", "Ann", "ann@example.com", subject?.string ?? ""] {
                #expect(try await admin(.adminGetUser, ["Username": .string(name)])["Username"] == "ann", "\(name)")
            }
            for operation in APIOperation.allCases
            where operation.name.hasPrefix("Admin") && operation.input.contains(where: { $0.name == "Username" }) {
                guard operation != .adminCreateUser else { continue }
                let members: [String: JSONValue] = [
                    "Username": "nobody", "Password": .string(Self.password), "GroupName": "g",
                    "UserAttributes": [], "UserAttributeNames": [],
                ]
                expect(try await admin(operation, members), refuses: "UserNotFoundException", "User does not exist.")
                expect(
                    try await admin(operation, members.merging(["UserPoolId": "local_Nowhere12"]) { $1 }),
                    refuses: "ResourceNotFoundException", "User pool local_Nowhere12 does not exist.")
            }
        }
    }

    @Test("passwords that break the policy, in Cognito's words; a temporary one makes the status")
    func passwords() async throws {
        try await APIFixture().test { admin, _ in
            let rows = [
                ("Short1!", "Password not long enough"), ("alllower-case1", "Password must have uppercase characters"),
                ("ALLUPPER-CASE1", "Password must have lowercase characters"),
                ("No-Numbers-Here", "Password must have numeric characters"),
                ("NoSymbolsHere1", "Password must have symbol characters"),
            ]
            for (password, text) in rows {
                expect(
                    try await admin(.adminSetUserPassword, ["Username": "admin", "Password": .string(password)]),
                    refuses: "InvalidPasswordException", "Password did not conform with policy: \(text)")
                expect(
                    try await admin(.adminCreateUser, ["Username": "x", "TemporaryPassword": .string(password)]),
                    refuses: "InvalidPasswordException", "Password did not conform with policy: \(text)")
            }
            #expect(
                try await admin(.adminSetUserPassword, ["Username": "admin", "Password": .string(Self.password)]).status
                    == 200)
            #expect(try await admin(.adminGetUser, ["Username": "admin"])["UserStatus"] == "FORCE_CHANGE_PASSWORD")
        }
    }

    @Test("former passwords are refused where the pool remembers them")
    func history() async throws {
        try await APIFixture { $0.passwordHistorySize = 2 }.test { admin, _ in
            for password in ["First-Password-1", "Second-Password-1"] {
                let set = try await admin(
                    .adminSetUserPassword, ["Username": "admin", "Password": .string(password), "Permanent": true])
                #expect(set.status == 200)
            }
            expect(
                try await admin(
                    .adminSetUserPassword, ["Username": "admin", "Password": "First-Password-1", "Permanent": true]),
                refuses: "PasswordHistoryPolicyViolationException")
        }
    }

    @Test("RESEND is for users with a temporary password alone")
    func resend() async throws {
        try await APIFixture().test { admin, _ in
            #expect(
                try await admin(
                    .adminCreateUser,
                    ["Username": "newcomer", "MessageAction": "RESEND", "TemporaryPassword": "Another-Temp-1"]
                ).status == 200)
            expect(
                try await admin(.adminCreateUser, ["Username": "admin", "MessageAction": "RESEND"]),
                refuses: "UnsupportedUserStateException")
            expect(
                try await admin(.adminCreateUser, ["Username": "nobody", "MessageAction": "RESEND"]),
                refuses: "UserNotFoundException", "User does not exist.")
        }
    }

    @Test("attributes: set, removed, checked against the schema")
    func attributes() async throws {
        try await APIFixture().test { admin, _ in
            let update = { (pairs: JSONValue) in
                try await admin(.adminUpdateUserAttributes, ["Username": "admin", "UserAttributes": pairs])
            }
            #expect(try await update(Self.attributes(("name", "A"), ("locale", "en"))).text == "{}")
            #expect(try await update(Self.attributes(("locale", ""))).status == 200)
            var user = try await admin(.adminGetUser, ["Username": "admin"])
            #expect(Self.names(user["UserAttributes"]) == ["sub", "email", "email_verified", "name"])
            for pairs in [
                Self.attributes(("email", "nonsense")), Self.attributes(("sub", "x")),
                Self.attributes(("nonsense", "x")),
                Self.attributes(("custom:team", "x")), Self.attributes(("name", "a"), ("name", "b")),
                Self.attributes(("email_verified", "maybe")), Self.attributes(("phone_number", "5551234")),
            ] {
                expect(try await update(pairs), refuses: "InvalidParameterException")
            }
            #expect(try await update(Self.attributes(("email", "new@example.org"))).status == 200)
            user = try await admin(.adminGetUser, ["Username": "admin"])
            let verified = user["UserAttributes"]?.array?.first { $0.object?["Name"] == "email_verified" }
            #expect(verified?.object?["Value"] == "false", "a changed address is not verified")
            #expect(
                try await admin(
                    .adminDeleteUserAttributes, ["Username": "admin", "UserAttributeNames": ["name", "locale"]]
                ).text == "{}")
            for name in ["sub", "nonsense"] {
                expect(
                    try await admin(
                        .adminDeleteUserAttributes, ["Username": "admin", "UserAttributeNames": [.string(name)]]),
                    refuses: "InvalidParameterException")
            }
        }
    }

    @Test("custom attributes: declared first, then checked by their constraints")
    func customAttributes() async throws {
        try await APIFixture().test { admin, _ in
            #expect(
                try await admin(
                    .addCustomAttributes,
                    [
                        "CustomAttributes": [
                            [
                                "Name": "team", "AttributeDataType": "String",
                                "StringAttributeConstraints": ["MaxLength": "4"],
                            ],
                            [
                                "Name": "floor", "AttributeDataType": "Number",
                                "NumberAttributeConstraints": ["MinValue": "1"],
                            ],
                            ["Name": "badge", "AttributeDataType": "String", "Mutable": false],
                        ]
                    ]
                ).text == "{}")
            expect(
                try await admin(.addCustomAttributes, ["CustomAttributes": [["Name": "team"]]]),
                refuses: "InvalidParameterException")
            func set(_ name: String, _ value: String) async throws -> APICaller.Answer {
                try await admin(
                    .adminUpdateUserAttributes, ["Username": "admin", "UserAttributes": Self.attributes((name, value))])
            }
            #expect(try await set("custom:team", "blue").status == 200)
            #expect(try await set("custom:floor", "3").status == 200)
            for (name, value) in [
                ("custom:team", "green"), ("custom:floor", "0"), ("custom:floor", "x"), ("custom:badge", "1"),
                ("custom:x", "1"),
            ] {
                expect(try await set(name, value), refuses: "InvalidParameterException")
            }
            #expect(
                try await admin(
                    .adminCreateUser, ["Username": "ann", "UserAttributes": Self.attributes(("custom:badge", "7"))]
                ).status == 200)
        }
    }

    @Test("disabled, enabled, signed out, deleted: the answers of each")
    func states() async throws {
        try await APIFixture().test { admin, _ in
            #expect(try await admin(.adminDisableUser, ["Username": "admin"]).text == "{}")
            #expect(try await admin(.adminGetUser, ["Username": "admin"])["Enabled"] == false)
            #expect(try await admin(.adminEnableUser, ["Username": "admin"]).text == "{}")
            #expect(try await admin(.adminGetUser, ["Username": "admin"])["Enabled"] == true)
            #expect(try await admin(.adminUserGlobalSignOut, ["Username": "admin"]).text == "{}")
            let deleted = try await admin(.adminDeleteUser, ["Username": "admin"])
            #expect(deleted.status == 200 && deleted.text.isEmpty)
            expect(try await admin(.adminDeleteUser, ["Username": "admin"]), refuses: "UserNotFoundException")
        }
    }

    @Test("a reset needs a status, a verified address and a mailer, and says which is missing")
    func reset() async throws {
        try await APIFixture().test { admin, _ in
            expect(
                try await admin(.adminResetUserPassword, ["Username": "newcomer"]), refuses: "NotAuthorizedException",
                "User password cannot be reset in the current state.")
            expect(
                try await admin(.adminResetUserPassword, ["Username": "admin"]), refuses: "InvalidParameterException",
                "Cannot reset password for the user: this user pool sends no mail. Set one with AdminSetUserPassword.")
            _ = try await admin(
                .adminUpdateUserAttributes,
                ["Username": "admin", "UserAttributes": Self.attributes(("email_verified", "false"))])
            expect(
                try await admin(.adminResetUserPassword, ["Username": "admin"]), refuses: "InvalidParameterException",
                "Cannot reset password for the user as there is no registered/verified email or phone_number")
        }
    }

    @Test("lists: pages, filters, the attributes asked for")
    func lists() async throws {
        try await APIFixture().test { admin, _ in
            for number in 1...5 {
                _ = try await admin(
                    .adminCreateUser,
                    [
                        "Username": .string("user\(number)"),
                        "UserAttributes": Self.attributes(("email", "u\(number)@example.org")),
                    ])
            }
            var names: [String] = []
            var token: JSONValue?
            repeat {
                var members: [String: JSONValue] = ["Limit": 3]
                members["PaginationToken"] = token
                let page = try await admin(.listUsers, members)
                #expect((page["Users"]?.array?.count ?? 9) <= 3)
                names += (page["Users"]?.array ?? []).compactMap { $0.object?["Username"]?.string }
                token = page["PaginationToken"]
            } while token != nil
            #expect(names == ["admin", "newcomer", "user1", "user2", "user3", "user4", "user5"])

            func found(_ filter: String) async throws -> [String] {
                let answer = try await admin(.listUsers, ["Filter": .string(filter)])
                return (answer["Users"]?.array ?? []).compactMap { $0.object?["Username"]?.string }
            }
            #expect(try await found(#"username = "user1""#) == ["user1"])
            #expect(try await found(#"username = "USER1""#) == [])
            #expect(try await found(#"email ^= "u2""#) == ["user2"])
            #expect(try await found(#"cognito:user_status = "confirmed""#) == ["admin"])
            #expect(try await found(#"status = "Disabled""#) == [])
            let shown = try await admin(.listUsers, ["Filter": #"email ^= "u""#, "AttributesToGet": ["email"]])
            #expect(Self.names(shown["Users"]?.array?.first?.object?["Attributes"]) == ["email"])
            expect(try await admin(.listUsers, ["AttributesToGet": ["email"]]), refuses: "InvalidParameterException")
            expect(try await admin(.listUsers, ["PaginationToken": "x"]), refuses: "InvalidParameterException")
        }
    }

    @Test("a page's token is good for its list alone, and for an hour")
    func pageTokens() async throws {
        let fixture = try await APIFixture()
        try await fixture.test { admin, _ in
            let token = try #require(try await admin(.listUsers, ["Limit": 1])["PaginationToken"])
            expect(
                try await admin(.listUsers, ["PaginationToken": token, "Filter": #"status = "Enabled""#]),
                refuses: "InvalidParameterException")
            #expect(try await admin(.listUsers, ["PaginationToken": token]).status == 200)
            fixture.fixture.wait(seconds: 3600)
            expect(try await admin(.listUsers, ["PaginationToken": token]), refuses: "InvalidParameterException")
        }
    }
}
