import Testing
import UserPoolStore

@testable import UserPoolServer

/// The filter of ListUsers.
@Suite struct UserFilterTests {
    @Test func conditions() throws {
        let rows: [(String, UserFilter?)] = [
            ("", nil), ("   ", nil),
            (#"username = "ann""#, UserFilter(attribute: .username, value: "ann", isPrefix: false)),
            (#"email^="ann@""#, UserFilter(attribute: .attribute("email"), value: "ann@", isPrefix: true)),
            (
                #""given_name"="A\"n\\n""#,
                UserFilter(attribute: .attribute("given_name"), value: #"A"n\n"#, isPrefix: false)
            ),
            (
                #"cognito:user_status = "confirmed""#,
                UserFilter(attribute: .status, value: "confirmed", isPrefix: false)
            ),
            (#"status = "Enabled""#, UserFilter(attribute: .isEnabled, value: "Enabled", isPrefix: false)),
            (#" sub  ^=  "" "#, UserFilter(attribute: .subject, value: "", isPrefix: true)),
        ]
        for (text, wanted) in rows { #expect(try UserFilterParser.parse(text) == wanted, "\(text)") }
    }

    @Test(
        "what is malformed, and what cannot be searched",
        arguments: [
            "email", "email =", "email = ann", #"email = "ann"#, #"email = "ann" or name = "b""#, #"email != "a""#,
            #"= "a""#,
            #"email ^ = "a""#, #"email = "a\n""#, #"email == "a""#, #"email = 'a'"#,
        ])
    func malformed(text: String) {
        #expect(throws: APIError.invalidParameter("Error while parsing filter.")) { try UserFilterParser.parse(text) }
    }

    @Test(arguments: ["custom:x", "email_verified", "password", "EMAIL"])
    func unsearchable(name: String) {
        #expect(throws: APIError.invalidParameter("Invalid search attribute: \(name)")) {
            try UserFilterParser.parse("\(name) = \"a\"")
        }
    }

    @Test("a filter cut at any byte is refused or empty")
    func cuts() throws {
        let whole = #"email = "a\"b""#
        for length in 0..<whole.count {
            guard let filter = try? UserFilterParser.parse(String(whole.prefix(length))) else { continue }
            Issue.record("\(length) characters were read as \(filter)")
        }
    }
}
