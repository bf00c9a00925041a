import Identity
import Testing

@testable import OpenIDConnect

@Suite("Bearer tokens: attack 58, claims that are missing, of another kind or of another value")
struct BearerRulesTests {
    private let rules = BearerRules(
        issuer: "https://idp.example", audiences: ["api", "web"],
        claims: [ClaimRequirement(name: "scope", format: .spaceSeparated, values: ["read"])])
    private let good = #"{"iss":"https://idp.example","aud":"api","exp":2000,"scope":"read write"}"#

    private func check(_ claims: String, now: Int = 1000) throws -> Int {
        try rules.expiry(of: try #require(JSONValue(json: Array(claims.utf8))?.object), now: now)
    }

    @Test func theTokenLastsUntilItsEnd() throws {
        #expect(try check(good) == 2000)
        #expect(try check(good, now: 1999) == 2000)
        #expect(throws: BearerFailure.claimValue) { try check(good, now: 2000) }
    }

    @Test(arguments: [
        (#""iss":"https://idp.example","#, "", BearerFailure.claimAbsent),
        ("https://idp.example", "https://idp.example/", .claimValue),
        ("https://idp.example", "HTTPS://idp.example", .claimValue),
        (#""https://idp.example""#, "1", .claimFormat), (#","exp":2000"#, "", .claimAbsent),
        ("2000", #""2000""#, .claimFormat), ("2000", "2000.5", .claimFormat), ("2000", "1e300", .claimFormat),
        ("2000", "-1", .claimFormat), ("2000", "null", .claimFormat), ("2000", "[2000]", .claimFormat),
        ("2000", "999", .claimValue), (#","scope":"read write""#, "", .claimAbsent),
        ("read write", "write", .claimValue),
        (#""read write""#, #"["read"]"#, .claimFormat), (#""aud":"api","#, "", .claimAbsent),
        (#""aud":"api""#, #""aud":"other""#, .claimValue), (#""aud":"api""#, #""aud":"Api""#, .claimValue),
        (#""aud":"api""#, #""aud":["other"]"#, .claimValue), (#""aud":"api""#, #""aud":["api",1]"#, .claimFormat),
        (#""aud":"api""#, #""aud":{"api":1}"#, .claimFormat), (#""exp""#, #""nbf":1061,"exp""#, .claimValue),
        (#""exp""#, #""iat":1061,"exp""#, .claimValue), (#""exp""#, #""nbf":"1","exp""#, .claimFormat),
    ])
    func refused(part: String, changed: String, failure: BearerFailure) {
        #expect(good.contains(part))
        #expect(throws: failure) { try check(good.replacing(part, with: changed)) }
    }

    @Test func oneOfSeveralAudiencesWillDo() throws {
        #expect(try check(good.replacing(#""aud":"api""#, with: #""aud":["other","web"]"#)) == 2000)
        #expect(try check(good.replacing(#""exp""#, with: #""nbf":1060,"iat":900,"exp""#)) == 2000)
    }

    @Test(arguments: BearerFailure.allCases)
    func statuses(failure: BearerFailure) {
        let expected =
            switch failure {
            case .keysTimeout, .keysTooLarge: 500
            case .keysFailed, .keysInvalid: 562
            default: 401
            }
        #expect(failure.status == expected)
    }
}
