import Accounts
import Testing

@testable import UserPoolStore

@Suite("Second factors")
struct SecondFactorTests {
    let fixture: StoreFixture
    var store: UserPoolStore { fixture.store }

    init() throws {
        fixture = try StoreFixture()
    }

    /// RFC 6238, appendix B, the SHA-1 rows; their codes have eight digits, of which ours are the last six.
    @Test(
        "Codes are those of the standard",
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ])
    func standard(time: Int, code: String) {
        let token = SoftwareToken(secret: Array("12345678901234567890".utf8))
        #expect(token.code(at: time / 30) == code)
        for offset in [-30, 0, 30] { #expect(token.step(of: code, now: time + offset) == time / 30) }
        for offset in [-60, 60] where time + offset > 0 { #expect(token.step(of: code, now: time + offset) == nil) }
        #expect(token.step(of: "", now: time) == nil)
    }

    /// Sets an app up for `ada` and gives what makes its codes.
    private func setUp(_ ada: User, enabling: Bool = true, at now: Int = 3000) async throws -> SoftwareToken {
        let secret = try #require(try await store.newSoftwareToken(for: ada.subject, now: now))
        let token = SoftwareToken(secret: base32(secret))
        #expect(
            try await store.verifySoftwareToken(
                token.code(at: now / 30), of: ada.subject, deviceName: "Phone", enabling: enabling,
                nowMilliseconds: now * 1000) == .right)
        return token
    }

    private func base32(_ text: String) -> [UInt8] {
        var (bits, value, bytes) = (0, 0, [UInt8]())
        for character in text.utf8 {
            value = (value << 5 | Int(character >= 65 ? character - 65 : character - 24)) & 0xFFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> bits))
            }
        }
        return bytes
    }

    private func challenge(at now: Int, mode: MFAMode = .optional) async throws -> String {
        let outcome = try await store.signIn(
            username: "ada", password: "right", mfa: mode, from: .address("a"), nowMilliseconds: now * 1000)
        return try #require(outcome.challenge(.softwareToken))
    }

    @Test("An app counts once it has shown a code; then signing in takes one more")
    func setUpAndSignIn() async throws {
        let ada = try await fixture.makeAda()
        let secret = try #require(try await store.newSoftwareToken(for: ada.subject, now: 3000))
        #expect(secret.count == 32)
        #expect(try await store.user(subject: ada.subject)?.mfa == MFAState())
        #expect(
            try await store.verifySoftwareToken(
                "000000", of: ada.subject, enabling: true, nowMilliseconds: 3_000_000) == .wrong)
        let token = try await setUp(ada)
        #expect(
            try await store.user(subject: ada.subject)?.mfa
                == MFAState(hasVerifiedToken: true, isEnabled: true, isPreferred: true, deviceName: "Phone"))

        let challenge = try await challenge(at: 3600)
        #expect(
            try await store.completeChallenge(challenge, code: "123", nowMilliseconds: 3_600_000) == .wrongCode)
        let outcome = try await store.completeChallenge(
            challenge, code: token.code(at: 120), nowMilliseconds: 3_601_000)
        guard case .passed(.browser(let user, let session)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(user.subject == ada.subject)
        #expect(try await store.browserSession(session.text, now: 3602)?.usedMFA == true)
        #expect(
            try await store.completeChallenge(challenge, code: token.code(at: 121), nowMilliseconds: 3_602_000)
                == .over(.used))
    }

    @Test("A code works once, and none before it does either")
    func replay() async throws {
        let token = try await setUp(try await fixture.makeAda())
        let first = try await challenge(at: 3600)
        #expect(
            try await store.completeChallenge(first, code: token.code(at: 121), nowMilliseconds: 3_600_000).user != nil)
        let second = try await challenge(at: 3610)
        for step in [121, 120] {
            #expect(
                try await store.completeChallenge(second, code: token.code(at: step), nowMilliseconds: 3_610_000)
                    == .usedCode)
        }
        #expect(
            try await store.completeChallenge(second, code: token.code(at: 122), nowMilliseconds: 3_660_000).user != nil
        )
    }

    @Test("The fifth wrong code locks, the right one too, and a new challenge does not help")
    func lockout() async throws {
        let token = try await setUp(try await fixture.makeAda())
        let challenge = try await challenge(at: 3600)
        for _ in 1...5 {
            #expect(
                try await store.completeChallenge(challenge, code: "x", nowMilliseconds: 3_600_000) == .wrongCode)
        }
        let another = try await self.challenge(at: 3600)
        #expect(
            try await store.completeChallenge(another, code: token.code(at: 120), nowMilliseconds: 3_600_500)
                == .locked(seconds: 1))
        #expect(
            try await store.completeChallenge(another, code: token.code(at: 120), nowMilliseconds: 3_601_000).user
                != nil)
    }

    @Test("A challenge ends after three minutes, and with another password")
    func challengeEnds() async throws {
        let ada = try await fixture.makeAda()
        let token = try await setUp(ada)
        let late = try await challenge(at: 3600)
        #expect(
            try await store.completeChallenge(late, code: token.code(at: 126), nowMilliseconds: 3_780_000)
                == .over(.expired))
        let early = try await challenge(at: 3800)
        #expect(try await store.setPassword(of: ada.subject, .permanent("right"), now: 3801))
        #expect(
            try await store.completeChallenge(early, code: token.code(at: 127), nowMilliseconds: 3_810_000)
                == .over(.used))
    }

    @Test("A recovery code stands in for the app once, however it is written")
    func recovery() async throws {
        let ada = try await fixture.makeAda()
        _ = try await setUp(ada)
        let codes = try await store.makeRecoveryCodes(for: ada.subject)
        #expect(Set(codes).count == 10)
        let code = codes[3]
        #expect(
            try await store.completeChallenge(
                challenge(at: 3600), code: " \(code.uppercased().replacing("-", with: " "))", nowMilliseconds: 3_600_000
            )
            .user != nil)
        #expect(try await store.recoveryCodesLeft(of: ada.subject) == 9)
        #expect(
            try await store.completeChallenge(challenge(at: 3600), code: code, nowMilliseconds: 3_600_000) == .wrongCode
        )
        #expect(try await store.makeRecoveryCodes(for: "nobody").isEmpty)
    }

    @Test("Codes of another user's app are wrong")
    func otherUser() async throws {
        let token = try await setUp(try await fixture.makeAda())
        let bob = try await store.createUser(
            try Username("bob"), password: .permanent("b"), attributes: [:], groups: [], now: 1)
        _ = try await setUp(bob)
        let outcome = try await store.signIn(
            username: "bob", password: "b", mfa: .required, from: .address("a"), nowMilliseconds: 3_600_000)
        let challenge = try #require(outcome.challenge(.softwareToken))
        #expect(
            try await store.completeChallenge(challenge, code: token.code(at: 120), nowMilliseconds: 3_600_000)
                == .wrongCode)
    }

    @Test("Where the pool requires a factor, who has none sets one up while signing in")
    func required() async throws {
        try await fixture.makeAda()
        let outcome = try await store.signIn(
            username: "ada", password: "right", mfa: .required, from: .address("a"), nowMilliseconds: 3_600_000)
        let challenge = try #require(outcome.challenge(.softwareTokenSetup))
        #expect(
            try await store.completeSetup(challenge, code: "123456", nowMilliseconds: 3_600_000) == .over(.unknown),
            "there is no secret yet")
        let user = try #require(try await store.user(matching: "ada"))
        let secret = try #require(try await store.newSoftwareToken(for: user.subject, now: 3600))
        #expect(try await store.pendingSoftwareToken(of: user.subject) == secret)
        let token = SoftwareToken(secret: base32(secret))
        #expect(try await store.completeSetup(challenge, code: "x", nowMilliseconds: 3_600_000) == .wrongCode)
        #expect(
            try await store.completeChallenge(challenge, code: token.code(at: 120), nowMilliseconds: 3_600_000)
                == .over(.unknown), "this challenge is for setting up")
        #expect(
            try await store.completeSetup(challenge, code: token.code(at: 120), nowMilliseconds: 3_600_000).user != nil)
        #expect(try await store.user(matching: "ada")?.mfa.settingList == ["SOFTWARE_TOKEN_MFA"])
    }

    @Test("A factor is switched on only when there is one; switched off, it is not asked for")
    func preference() async throws {
        let ada = try await fixture.makeAda()
        #expect(
            try await store.setMFAPreference(of: ada.subject, isEnabled: true, isPreferred: true, now: 1) == .noToken)
        #expect(
            try await store.setMFAPreference(of: "nobody", isEnabled: false, isPreferred: false, now: 1) == .noSuchUser)
        _ = try await setUp(ada, enabling: false)
        func signIn(_ mode: MFAMode) async throws -> SignInOutcome {
            try await store.signIn(
                username: "ada", password: "right", mfa: mode, from: .address("a"), nowMilliseconds: 3_600_000)
        }
        #expect(try await signIn(.optional).user != nil)
        guard
            case .changed(let user) = try await store.setMFAPreference(
                of: ada.subject, isEnabled: true, isPreferred: false, now: 3601)
        else {
            Issue.record("not changed")
            return
        }
        #expect(user.mfa.isEnabled && !user.mfa.isPreferred && user.modifiedAt == 3601)
        #expect(try await signIn(.optional).challenge(.softwareToken) != nil)
        #expect(try await signIn(.off).user != nil)
        _ = try await store.setMFAPreference(of: ada.subject, isEnabled: false, isPreferred: true, now: 3602)
        #expect(try await store.user(matching: "ada")?.mfa.isPreferred == false)
        #expect(try await signIn(.required).challenge(.softwareTokenSetup) != nil, "the phone is lost")
    }

    @Test("Secrets lie encrypted, and another key opens none")
    func encrypted() async throws {
        let ada = try await fixture.makeAda()
        _ = try await setUp(ada)
        let other = try UserPoolStore(
            path: "\(fixture.folder)/userpool.sqlite", secretsKey: Array(repeating: 2, count: 32),
            passwordCost: StoreFixture.cheap)
        defer { try? other.close() }
        await #expect(throws: (any Error).self) { try await other.srpCredentials(matching: "ada") }
        let challenge = try await challenge(at: 3600)
        await #expect(throws: (any Error).self) {
            try await other.completeChallenge(challenge, code: "123456", nowMilliseconds: 3_600_000)
        }
    }
}
