import Identity
import Testing

@testable import OpenIDConnect

@Suite("Authorisation by claims: each thing that is asked for refuses whoever lacks it (attack 18)")
struct AuthorizationRulesTests {
    private func standing(_ rules: AuthorizationRules, _ claims: String) throws -> AuthorizationStanding {
        rules.standing(of: try #require(JSONValue(json: Array(claims.utf8))?.object))
    }

    private let passes = AuthorizationStanding.allowed(until: .max)

    @Test(arguments: [
        (#"{"cognito:groups":["staff","x"]}"#, true), (#"{"cognito:groups":["x"]}"#, false), (#"{}"#, false),
        (#"{"cognito:groups":[]}"#, false), (#"{"cognito:groups":"staff"}"#, false), (#"{"groups":["staff"]}"#, false),
        (#"{"cognito:groups":["Staff"]}"#, false), (#"{"cognito:groups":["x,staff"]}"#, false),
        (#"{"cognito:groups":[["staff"],{"staff":1},null]}"#, false), (#"{"cognito:groups":[""]}"#, false),
    ])
    func groups(claims: String, isMember: Bool) throws {
        let standing = try standing(AuthorizationRules(groups: ["staff", "admins"]), claims)
        #expect(standing == (isMember ? passes : .refused(.group)))
    }

    @Test func theGroupsMayStandElsewhere() throws {
        let rules = AuthorizationRules(groups: ["staff"], groupsClaim: "roles")
        #expect(try standing(rules, #"{"roles":["staff"]}"#) == passes)
        #expect(try standing(rules, #"{"cognito:groups":["staff"]}"#) == .refused(.group))
    }

    /// Attack 61.
    @Test(arguments: [
        ("a@example.com", "passes"), ("A.b+c@EXAMPLE.com", "passes"), ("a@sub.example.com", "email_domain"),
        ("a@evilexample.com", "email_domain"), ("a@example.com.evil.test", "email_domain"),
        ("a@evil.test@example.com", "email"), ("a@example.com@evil.test", "email"),
        (#"\"a@evil.test\"@example.com"#, "email"),
        ("a@example.com.", "email"), ("@example.com", "email"), ("example.com", "email"), ("a@", "email"),
        ("a b@example.com", "email"), ("a@example.com ", "email"), ("a@exämple.com", "email"),
        ("a@example。com", "email"),
        ("a\\u0000@example.com", "email"), ("a@exa\\u212Aple.com", "email"),
    ])
    func emailDomains(address: String, result: String) throws {
        let rules = AuthorizationRules(emailDomains: [try #require(EmailDomain("example.com"))])
        let standing = try standing(rules, "{\"email\":\"\(address)\",\"email_verified\":true}")
        switch standing {
        case .refused(let refusal): #expect(refusal.reason == result)
        default: #expect(standing == passes && result == "passes")
        }
    }

    @Test(arguments: [
        ("true", true), (#""true""#, true), ("false", false), (#""false""#, false), ("null", false), ("1", false),
        (#""TRUE""#, false), ("[true]", false),
    ])
    func theAddressMustBeVerified(value: String, isVerified: Bool) throws {
        let rules = AuthorizationRules(emailDomains: [try #require(EmailDomain("example.com"))])
        let standing = try standing(rules, #"{"email":"a@example.com","email_verified":\#(value)}"#)
        #expect(standing == (isVerified ? passes : .refused(.emailUnverified)))
        #expect(try self.standing(rules, #"{"email":"a@example.com"}"#) == .refused(.emailUnverified))
    }

    @Test(arguments: ["", ".", "a..b", "-", "example", "exa mple.com", "example.com.", "@example.com", "exämple.com"])
    func domainsThatAreNone(text: String) {
        #expect(EmailDomain(text) == nil)
    }

    @Test(arguments: [
        (ClaimRequirement.Format.singleString, #"{"c":"a"}"#, nil), (.singleString, #"{"c":"b"}"#, nil),
        (.singleString, #"{"c":"ab"}"#, ClaimRequirement.Failure.value), (.singleString, #"{"c":["a"]}"#, .format),
        (.singleString, #"{"c":1}"#, .format), (.singleString, "{}", .absent), (.singleString, #"{"c":null}"#, .absent),
        (.stringArray, #"{"c":["x","a"]}"#, nil), (.stringArray, #"{"c":["x"]}"#, .value),
        (.stringArray, #"{"c":[]}"#, .value),
        (.stringArray, #"{"c":"a"}"#, .format), (.stringArray, #"{"c":["a",1]}"#, .format),
        (.spaceSeparated, #"{"c":"x a y"}"#, nil), (.spaceSeparated, #"{"c":"xa"}"#, .value),
        (.spaceSeparated, #"{"c":""}"#, .value), (.spaceSeparated, #"{"c":["a"]}"#, .format),
        (.spaceSeparated, #"{"c":"x\ta"}"#, .value),
    ])
    func claims(format: ClaimRequirement.Format, claims: String, failure: ClaimRequirement.Failure?) throws {
        let requirement = ClaimRequirement(name: "c", format: format, values: ["a", "b"])
        let members = try #require(JSONValue(json: Array(claims.utf8))?.object)
        #expect(requirement.failure(in: members) == failure)
        let standing = try standing(AuthorizationRules(claims: [requirement]), claims)
        #expect(standing == (failure.map { .refused(.claim("c", $0)) } ?? passes))
    }

    @Test func everythingMustHold() throws {
        let rules = AuthorizationRules(
            groups: ["staff"], claims: [ClaimRequirement(name: "c", format: .singleString, values: ["a"])],
            authentication: AuthenticationDemand(methods: ["mfa"]))
        let full = #"{"cognito:groups":["staff"],"c":"a","amr":["pwd","mfa"]}"#
        #expect(try standing(rules, full) == passes)
        for part in [#""cognito:groups":["staff"],"#, #""c":"a","#, #","amr":["pwd","mfa"]"#] {
            #expect(try standing(rules, full.replacing(part, with: "")) != passes, "\(part)")
        }
    }
}

@Suite("How and when a user signed in")
struct AuthenticationDemandTests {
    private func standing(_ demand: AuthenticationDemand, _ claims: String) throws -> AuthorizationStanding {
        demand.standing(of: try #require(JSONValue(json: Array(claims.utf8))?.object))
    }

    @Test(arguments: [
        (#"{"auth_time":1000}"#, AuthorizationStanding.allowed(until: 1900)),
        ("{}", .mustAuthenticate(.authenticationAge)),
        (#"{"auth_time":"1000"}"#, .mustAuthenticate(.authenticationAge)),
        (#"{"auth_time":-1}"#, .mustAuthenticate(.authenticationAge)),
        (#"{"auth_time":1000.5}"#, .mustAuthenticate(.authenticationAge)),
        (#"{"auth_time":9223372036854775807}"#, .mustAuthenticate(.authenticationAge)),
    ])
    func age(claims: String, expected: AuthorizationStanding) throws {
        #expect(try standing(AuthenticationDemand(maximumAge: 900), claims) == expected)
    }

    @Test func contextsAndMethods() throws {
        let contexts = AuthenticationDemand(contexts: ["gold", "silver"])
        #expect(try standing(contexts, #"{"acr":"silver"}"#) == .allowed(until: .max))
        #expect(try standing(contexts, #"{"acr":"bronze"}"#) == .mustAuthenticate(.authenticationContext))
        #expect(try standing(contexts, #"{"acr":["gold"]}"#) == .mustAuthenticate(.authenticationContext))
        let methods = AuthenticationDemand(methods: ["mfa", "hwk"])
        #expect(try standing(methods, #"{"amr":["pwd","mfa"]}"#) == .allowed(until: .max))
        #expect(try standing(methods, #"{"amr":"mfa"}"#) == .mustAuthenticate(.authenticationMethod))
        #expect(try standing(methods, "{}") == .mustAuthenticate(.authenticationMethod))
    }

    @Test func theProviderIsAskedForIt() {
        func query(_ demand: AuthenticationDemand) -> String {
            demand.parameters.map { "\($0)=\($1)" }.joined(separator: "&")
        }
        #expect(query(AuthenticationDemand()) == "")
        #expect(query(AuthenticationDemand(maximumAge: 60, contexts: ["a", "b"])) == "max_age=60&acr_values=a b")
        #expect(query(AuthenticationDemand(methods: ["mfa"])) == "prompt=login")
        #expect(query(AuthenticationDemand(contexts: ["a"], methods: ["mfa"])) == "acr_values=a")
    }

    @Test(arguments: [
        AuthenticationDemand(), AuthenticationDemand(maximumAge: 0),
        AuthenticationDemand(maximumAge: 900, contexts: ["a"]),
        AuthenticationDemand(contexts: ["a", "b"], methods: ["c"]), AuthenticationDemand(methods: ["c", "d"]),
    ])
    func itTravelsInTheState(demand: AuthenticationDemand) {
        #expect(AuthenticationDemand(encoded: demand.encoded) == demand)
        for length in 0..<demand.encoded.count {
            let cut = AuthenticationDemand(encoded: Array(demand.encoded.prefix(length)))
            #expect(cut != demand)
        }
    }

    @Test func aMinuteIsForgiven() throws {
        let demand = AuthenticationDemand(maximumAge: 10)
        let claims: [String: JSONValue] = ["auth_time": .integer(1000)]
        #expect(demand.failure(in: claims, now: 1070) == nil)
        #expect(demand.failure(in: claims, now: 1071) == .authenticationAge)
    }
}

@Suite("What a user is judged by")
struct SessionClaimsTests {
    private func merge(idToken: String, userInfo: String) throws -> [String: JSONValue] {
        let token = "e30." + Base64URL.encode(Array(idToken.utf8)) + ".c2ln"
        return SessionClaims.merge(idToken: token, userInfo: try IdentityClaims(json: Array(userInfo.utf8)))
    }

    @Test func groupsThatOnlyTheIDTokenHasCount() throws {
        let claims = try merge(idToken: #"{"sub":"u","cognito:groups":["a"]}"#, userInfo: #"{"sub":"u","email":"x"}"#)
        #expect(claims["cognito:groups"] == .array([.string("a")]) && claims["email"] == .string("x"))
    }

    @Test func userInfoIsNewerButSaysNothingAboutTheSignIn() throws {
        let claims = try merge(
            idToken: #"{"sub":"u","groups":["old"],"auth_time":5}"#,
            userInfo: #"{"sub":"u","groups":["new"],"auth_time":9,"acr":"gold","amr":["mfa"]}"#)
        #expect(claims["groups"] == .array([.string("new")]))
        #expect(claims["auth_time"] == .integer(5) && claims["acr"] == nil && claims["amr"] == nil)
    }
}
