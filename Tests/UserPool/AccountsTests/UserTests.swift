import Testing

@testable import Accounts

@Suite("Users: names, status, attributes by scope")
struct UserTests {
    @Test(
        "Names the service model allows",
        arguments: ["a", "admin", "ada@example.org", "Ærøskøbing", "用户", "x+y=z", String(repeating: "a", count: 128)])
    func goodNames(name: String) throws {
        #expect(try Username(name).text == name)
    }

    @Test(
        "Names it refuses",
        arguments: [
            ("", .empty), (String(repeating: "a", count: 129), .tooLong), ("a b", .forbiddenCharacter),
            ("a\u{0}", .forbiddenCharacter), ("a\n", .forbiddenCharacter), ("a\u{00A0}b", .forbiddenCharacter),
            ("a\u{200B}", .forbiddenCharacter), ("a\u{202E}b", .forbiddenCharacter),
        ] as [(String, UsernameProblem)])
    func badNames(name: String, problem: UsernameProblem) {
        #expect(throws: problem) { try Username(name) }
    }

    @Test("Case makes no difference")
    func caseInsensitive() throws {
        #expect(try Username("Admin") == Username("aDMIN"))
        #expect(try Username("Admin").text == "Admin")
    }

    @Test("The status machine of section 3.11, all pairs")
    func statusMachine() {
        typealias Event = UserStatus.Event
        let allowed: [UserStatus: [Event: UserStatus]] = [
            .unconfirmed: [
                .signUpConfirmed: .confirmed, .permanentPasswordSet: .confirmed,
                .temporaryPasswordSet: .forceChangePassword,
            ],
            .forceChangePassword: [
                .newPasswordChosen: .confirmed, .permanentPasswordSet: .confirmed,
                .temporaryPasswordSet: .forceChangePassword,
            ],
            .confirmed: [
                .passwordReset: .resetRequired, .resetConfirmed: .confirmed, .permanentPasswordSet: .confirmed,
                .temporaryPasswordSet: .forceChangePassword,
            ],
            .resetRequired: [
                .resetConfirmed: .confirmed, .permanentPasswordSet: .confirmed,
                .temporaryPasswordSet: .forceChangePassword,
            ],
        ]
        for status in UserStatus.allCases {
            for event in Event.allCases {
                #expect(status.after(event) == allowed[status]?[event], "\(status) \(event)")
            }
        }
    }

    @Test(
        "Scopes decide which attributes are seen",
        arguments: [
            ([.openid], ["email", "email_verified", "name", "custom:team", "phone_number"]),
            ([.openid, .email], ["email", "email_verified"]),
            ([.openid, .profile], ["name", "custom:team"]),
            ([.openid, .phone, .profile], ["phone_number", "name", "custom:team"]),
        ] as [(Set<Scope>, Set<String>)])
    func attributes(scopes: Set<Scope>, names: Set<String>) throws {
        let user = User(
            subject: "s", username: try Username("ada"), status: .confirmed,
            attributes: [
                "email": "a@b", "email_verified": "true", "name": "Ada", "custom:team": "x", "phone_number": "+1",
            ])
        #expect(Set(user.attributes(for: scopes).keys) == names)
        #expect(Set(user.attributes(for: scopes, readable: ["name"]).keys) == names.intersection(["name"]))
    }
}
