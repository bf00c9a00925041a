import Identity
import Testing

@testable import UserPoolServer

/// Cognito's CSV of users.
@Suite struct UserTableTests {
    @Test("names and attributes by the header's columns; empty values and the second factor are left out")
    func reading() throws {
        let text = """
            cognito:username,email,email_verified,name,cognito:mfa_enabled,custom:team\r
            ann,ann@example.org,TRUE,"Ann ""A"" Archer, née Baker",FALSE,\r
            bob,,FALSE,"two
            lines",TRUE,blue

            """
        #expect(
            try UserTable.records(in: text) == [
                [
                    "username": "ann",
                    "attributes": [
                        "email": "ann@example.org", "email_verified": "true", "name": "Ann \"A\" Archer, née Baker",
                    ],
                ],
                [
                    "username": "bob",
                    "attributes": ["email_verified": "false", "name": "two\nlines", "custom:team": "blue"],
                ],
            ])
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let records: [JSONValue] = [
            ["username": "a,b", "attributes": ["name": "\"q\"", "email": "x@example.org", "email_verified": "true"]],
            ["username": "c", "attributes": ["custom:team": "line\nbreak", "email_verified": "false"]],
        ]
        let text = UserTable.text(of: records, customAttributes: ["custom:team"])
        var read = try UserTable.records(in: text)
        for index in read.indices {
            // Written out for everybody, as Cognito's examples have it.
            var members = read[index].object ?? [:]
            var attributes = members["attributes"]?.object ?? [:]
            if attributes["phone_number_verified"] == "false" { attributes["phone_number_verified"] = nil }
            members["attributes"] = .object(attributes)
            read[index] = .object(members)
        }
        #expect(read == records)
    }

    @Test("the header has a column for the name, the standard attributes, the pool's own and the second factor")
    func header() {
        let columns = UserTable.columns(customAttributes: ["custom:a"])
        #expect(columns.first == "cognito:username" && columns.last == "cognito:mfa_enabled")
        #expect(columns.count == 22 && Set(columns).count == 22 && columns.contains("custom:a"))
    }

    @Test(
        "what cannot be read names its line",
        arguments: [
            ("email\nx@example.org\n", 1), ("", 1), ("cognito:username,cognito:username\na,b\n", 1),
            ("cognito:username,email\nann\n", 2), ("cognito:username,email\nann,a\nbob,b,c\n", 3),
            ("cognito:username,email\n,x@example.org\n", 2), ("cognito:username\n\"ann\n", 2),
            ("cognito:username\nan\"n\n", 2),
            ("cognito:username\n\"ann\"x\n", 2),
        ])
    func problems(text: String, line: Int) {
        do {
            _ = try UserTable.records(in: text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.line == line, "\(error)")
        }
    }
}
