import Testing

@testable import Accounts

@Suite("The password policy names every rule that is broken")
struct PasswordPolicyTests {
    @Test(
        "Rules, one by one",
        arguments: [
            ("SecureAdmin2025!@#", []),
            ("Abcdefgh123!", []),
            ("Abcdefgh12!", [.minimumLength(12)]),
            ("abcdefgh1234!", [.contains(.uppercase)]),
            ("ABCDEFGH1234!", [.contains(.lowercase)]),
            ("Abcdefghijkl!", [.contains(.number)]),
            ("Abcdefgh12345", [.contains(.symbol)]),
            ("Correct horse 42 battery", []),
            (" Abcdefgh 123!", [.noOuterSpaces]),
            ("Abcdefgh12345 ", [.contains(.symbol), .noOuterSpaces]),
            ("Abcdefgh-123\u{00A0}", [.noOuterSpaces]),
            ("Somebody-0001", [.differsFromUsername]),
            ("sOMEBODY-0001", [.differsFromUsername]),
            ("ÄÖÜÄÖÜÄÖÜ123!", [.contains(.lowercase), .contains(.uppercase)]),
            (
                "",
                [
                    .minimumLength(12), .contains(.lowercase), .contains(.uppercase), .contains(.number),
                    .contains(.symbol),
                ]
            ),
            (String(repeating: "Aa1!", count: 65), [.maximumLength(256)]),
            (String(repeating: "Aa1!", count: 64), []),
        ] as [(String, [PasswordRule])])
    func rules(password: String, broken: [PasswordRule]) {
        let assessment = PasswordPolicy().assess(password, username: "somebody-0001")
        #expect(assessment.brokenRules == broken)
        #expect(assessment.isAcceptable == broken.isEmpty)
        #expect(assessment.results.count == 8)
    }

    @Test("Every symbol of Cognito's list counts, and no other ASCII character does")
    func symbols() {
        let symbols = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"
        for code in UInt8(0x21)...0x7E {
            let character = Character(Unicode.Scalar(code))
            let broken = PasswordPolicy().assess("Abcdefgh1234\(character)", username: "x").brokenRules
            #expect(broken.contains(.contains(.symbol)) != symbols.contains(character), "\(character)")
        }
    }
}
