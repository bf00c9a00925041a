import Identity
import Testing

@testable import OpenIDConnect

@Suite("Signed user-info (application/jwt): verified with the provider's keys, for this issuer and client, or refused")
struct SignedUserInfoTests {
    @Test func isVerified() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.signsUserInfo = true }
            let done = try await fixture.signIn()
            #expect(String(decoding: done.claims.json, as: UTF8.self) == #"{"email":"a@example.com","sub":"user-1"}"#)
        }
    }

    @Test(
        arguments: [
            ("iss", JSONValue.string("https://evil.example")), ("iss", nil), ("aud", .string("another")), ("aud", nil),
            ("exp", .integer(9_000)), ("exp", .string("x")), ("nbf", .integer(20_000)), ("sub", .string("user-2")),
            ("sub", nil),
        ] as [(String, JSONValue?)])
    func wrongClaims(claim: String, value: JSONValue?) async throws {
        try await Fixture.run { fixture in
            fixture.provider.script {
                $0.signsUserInfo = true
                $0.signedUserInfoClaims = { $0[claim] = value }
            }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
        }
    }

    @Test func anotherKey() async throws {
        try await Fixture.run { fixture in
            fixture.provider.script {
                $0.signsUserInfo = true
                $0.signsUserInfoWithAnotherKey = true
            }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
        }
    }

    @Test(
        "what is no JWS although it says so, encrypted or not, is refused",
        arguments: [
            "", "e30.e30.", "e30.e30.e30.e30.e30", #"{"sub":"user-1"}"#, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEifQ.",
        ])
    func noJWS(text: String) async throws {
        try await Fixture.run { fixture in
            fixture.provider.script { $0.userInfo = .typed("application/jwt;charset=utf-8", text) }
            await fixture.expectFailure(.invalidUserInfoResponse, status: 561) { try await fixture.signIn() }
        }
    }
}
