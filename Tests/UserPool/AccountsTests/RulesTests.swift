import Accounts
import Testing

@Suite("What a sign-in comes to, and what attributes may be")
struct RulesTests {
    @Test(
        "The steps after a right password",
        arguments: [
            (UserStatus.confirmed, nil, false, MFAMode.off, SignInStep.done),
            (.confirmed, nil, true, .off, .done),
            (.confirmed, nil, false, .optional, .done),
            (.confirmed, nil, true, .optional, .softwareToken),
            (.confirmed, nil, true, .required, .softwareToken),
            (.confirmed, nil, false, .required, .softwareTokenSetup),
            (.forceChangePassword, 101, true, .required, .newPassword),
            (.forceChangePassword, 100, false, .off, .temporaryPasswordExpired),
            (.forceChangePassword, nil, false, .off, .newPassword),
            (.resetRequired, nil, true, .required, .resetRequired),
            (.unconfirmed, nil, true, .required, .notConfirmed),
        ] as [(UserStatus, Int?, Bool, MFAMode, SignInStep)])
    func steps(status: UserStatus, expiry: Int?, hasFactor: Bool, mode: MFAMode, step: SignInStep) {
        let mfa = MFAState(hasVerifiedToken: hasFactor, isEnabled: hasFactor)
        #expect(
            SignInStep(status: status, temporaryPasswordExpiresAt: expiry, mfa: mfa, mode: mode, now: 100) == step)
    }

    /// RFC 4648 §10, without padding.
    @Test(
        "Base 32 is that of the standard",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func base32(text: String, encoded: String) {
        #expect(Base32.encode(text.utf8) == encoded)
    }

    @Test("The role that counts is that of the lowest precedence, unless two differ")
    func roles() {
        func group(_ precedence: Int?, _ role: String?) -> UserGroup {
            UserGroup(name: "g", roleARN: role, precedence: precedence, createdAt: 0)
        }
        #expect(UserGroup.preferredRole(of: [group(0, nil), group(1, "a"), group(2, "b")]) == "a")
        #expect(UserGroup.preferredRole(of: [group(1, "a"), group(1, "b")]) == nil)
        #expect(UserGroup.preferredRole(of: [group(1, "a"), group(1, "a")]) == "a")
        #expect(UserGroup.preferredRole(of: [group(nil, "a")]) == nil)
        #expect(UserGroup.roles(of: [group(0, nil), group(1, "a"), group(2, "b"), group(3, "a")]) == ["a", "b"])
    }

    @Test(
        "Attributes that cannot be",
        arguments: [
            (["nickname2": "x"], Attributes.Problem.unknown("nickname2")), (["custom:": "x"], .unknown("custom:")),
            (["custom:aaaaaaaaaaaaaaaaaaaaa": "x"], .unknown("custom:aaaaaaaaaaaaaaaaaaaaa")),
            (["sub": "x"], .immutable("sub")), (["name": String(repeating: "x", count: 2049)], .tooLong("name")),
            (["email": "a"], .email), (["email": "a@b@c"], .email), (["email": "@b"], .email),
            (["email": "a b@c"], .email), (["email": "a@b\r\nBcc: x@y"], .email), (["email": "a@b,c"], .email),
            (["phone_number": "123"], .phoneNumber), (["phone_number": "+1"], .phoneNumber),
            (["phone_number": "+1234567890123456"], .phoneNumber), (["phone_number": "+12a"], .phoneNumber),
            (["email_verified": "yes"], .boolean("email_verified")), (["birthdate": "2000"], .birthdate),
        ])
    func problems(attributes: [String: String], problem: Attributes.Problem) {
        #expect(Attributes.problem(in: attributes) == problem)
    }

    @Test(
        "Attributes that can be",
        arguments: [
            ["email": "a.b+c@d.example", "email_verified": "True"], ["phone_number": "+491234567"], ["email": ""],
            ["custom:a": "x", "dev:custom:b": "y", "birthdate": "2000-01-31"],
            ["name": String(repeating: "ß", count: 2048)],
        ])
    func good(attributes: [String: String]) {
        #expect(Attributes.problem(in: attributes) == nil)
    }

    @Test("A changed address is not verified, unless the same change says so")
    func verification() {
        let old = ["email": "a@b", "email_verified": "true", "name": "A"]
        func changed(_ new: [String: String], removing: [String] = []) -> [String: String] {
            Attributes.changed(old, setting: new, removing: removing)
        }
        #expect(changed(["email": "c@d"])["email_verified"] == "false")
        #expect(changed(["email": "a@b"])["email_verified"] == "true")
        #expect(changed(["email": "c@d", "email_verified": "TRUE"])["email_verified"] == "true")
        #expect(changed([:], removing: ["email"]) == ["name": "A"])
        #expect(changed(["email": ""]) == ["name": "A"])
        #expect(changed(["name": ""]) == ["email": "a@b", "email_verified": "true"])
    }

    @Test("Only verified addresses are aliases")
    func aliases() {
        #expect(AliasAttribute.email.key(in: ["email": "A@b", "email_verified": "true"]) == "a@b")
        #expect(AliasAttribute.email.key(in: ["email": "A@b", "email_verified": "false"]) == nil)
        #expect(AliasAttribute.email.key(in: ["email": "A@b", "phone_number_verified": "true"]) == nil)
        #expect(AliasAttribute.phoneNumber.key(in: ["phone_number": "+1"]) == nil)
        #expect(AliasAttribute.preferredUsername.key(in: ["preferred_username": "Q"]) == "q")
        #expect(AliasAttribute.preferredUsername.key(in: ["preferred_username": ""]) == nil)
    }

    @Test(
        "Times of SRP signatures",
        arguments: [
            ("Thu Jan 1 00:00:00 UTC 1970", 0), ("Tue Mar 4 09:05:07 UTC 2025", 1_741_079_107),
            ("Thu Feb 29 23:59:59 UTC 2024", 1_709_251_199), ("Tue Mar 04 09:05:07 UTC 2025", 1_741_079_107),
            ("Wed Dec 31 00:00:00 UTC 2099", 4_102_358_400),
        ])
    func times(text: String, seconds: Int) {
        #expect(SRPTimestamp.seconds(text) == seconds)
    }

    @Test(
        "Texts that are no such time",
        arguments: [
            "", "Tue Mar 4 09:05:07 UTC", "Tue Mar 4 09:05:07 CET 2025", "Tue Mar 4 9:05:07 UTC 2025",
            "Tue Mär 4 09:05:07 UTC 2025", "Die Mar 4 09:05:07 UTC 2025", "Wed Feb 29 09:05:07 UTC 2023",
            "Tue Mar 0 09:05:07 UTC 2025", "Tue Mar 32 09:05:07 UTC 2025", "Tue Mar 4 24:05:07 UTC 2025",
            "Tue Mar 4 09:60:07 UTC 2025", "Tue Mar  4 09:05:07 UTC 2025", "Tue Mar 4 09:05:07 UTC 20255",
            "Tue Mar 4 +9:05:07 UTC 2025", "Tue Mar 4 09:05:07 UTC 1969",
        ])
    func noTimes(text: String) {
        #expect(SRPTimestamp.seconds(text) == nil)
    }

    @Test("What clients keep of a pool's settings can be read again")
    func client() {
        #expect(PoolRules().temporaryPasswordExpiry(now: 100) == 100 + 7 * 86_400)
        #expect(MFAState(hasVerifiedToken: true, isEnabled: true).settingList == ["SOFTWARE_TOKEN_MFA"])
        #expect(MFAState().settingList == [])
    }
}
