import Accounts
import Foundation
import Testing

@testable import Tokens

@Suite("Tokens have Cognito's shape and are checked by key, issuer, use and time")
struct TokenIssuerTests {
    private static let issuerName = "https://localhost:8444/local_AbCdEfGhI"
    private static let idKey = Result { try SigningKey(pem: SigningKey.makePEM()) }
    private static let accessKey = Result { try SigningKey(pem: SigningKey.makePEM()) }

    private func issuer(_ name: String = issuerName, swapped: Bool = false) async throws -> TokenIssuer {
        let keys = (id: try Self.idKey.get(), access: try Self.accessKey.get())
        return try await TokenIssuer(
            issuer: name, idTokenKey: swapped ? keys.access : keys.id, accessTokenKey: swapped ? keys.id : keys.access)
    }

    private func grant(scopes: [Scope] = [.openid, .email]) throws -> TokenGrant {
        let user = User(
            subject: "6f1ad1c5-2f4b-4b0c-9d5f-0d9f9a8a3a11", username: try Username("Ada"), status: .confirmed,
            attributes: ["email": "ada@example.org", "email_verified": "true", "name": "Ada L.", "sub": "spoofed"],
            groups: ["admin"])
        return TokenGrant(
            user: user, clientID: "client1", scopes: scopes, nonce: "n-1", authenticatedAt: 900, originID: "origin-1")
    }

    /// The decoded header or payload of a token.
    private func part(_ index: Int, of token: String) throws -> NSDictionary {
        var text = token.split(separator: ".", omittingEmptySubsequences: false)[index]
            .replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: String(text)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
    }

    @Test("The ID token carries what section 2.2 lists, and the header kid and alg only")
    func idToken() async throws {
        let tokens = try await issuer().issue(try grant(), now: 1000)
        let token = try #require(tokens.idToken)
        let header = try part(0, of: token)
        #expect(Set(header.allKeys.compactMap { $0 as? String }) == ["alg", "kid"])
        let claims = try part(1, of: token)
        #expect(claims["iss"] as? String == Self.issuerName)
        #expect(claims["aud"] as? String == "client1")
        #expect(claims["sub"] as? String == "6f1ad1c5-2f4b-4b0c-9d5f-0d9f9a8a3a11")
        #expect(claims["token_use"] as? String == "id")
        #expect(claims["cognito:username"] as? String == "Ada")
        #expect(claims["cognito:groups"] as? [String] == ["admin"])
        #expect(claims["nonce"] as? String == "n-1")
        #expect(claims["email_verified"] as? Bool == true)
        #expect(claims["name"] == nil, "profile was not asked for")
        #expect(claims["auth_time"] as? Int == 900)
        #expect(claims["iat"] as? Int == 1000)
        #expect(claims["exp"] as? Int == 4600)
        #expect((claims["at_hash"] as? String)?.count == 22)
    }

    @Test("The access token carries what section 2.3 lists, no audience and no attributes")
    func accessTokenClaims() async throws {
        let claims = try part(1, of: try await issuer().issue(try grant(), now: 1000).accessToken)
        #expect(claims["client_id"] as? String == "client1")
        #expect(claims["scope"] as? String == "openid email")
        #expect(claims["username"] as? String == "Ada")
        #expect(claims["version"] as? Int == 2)
        #expect(claims["token_use"] as? String == "access")
        #expect(claims["aud"] == nil)
        #expect(claims["email"] == nil)
    }

    @Test("Without openid there is no ID token")
    func withoutOpenID() async throws {
        #expect(try await issuer().issue(try grant(scopes: [.userAdministration]), now: 1000).idToken == nil)
    }

    @Test("An access token is accepted until it expires, and not after")
    func expiry() async throws {
        let issuer = try await issuer()
        let token = try await issuer.issue(try grant(), now: 1000).accessToken
        let accepted = try #require(await issuer.accessToken(token, now: 4599))
        #expect(accepted.scopes == [.openid, .email])
        #expect(accepted.originID == "origin-1")
        #expect(await issuer.accessToken(token, now: 4600) == nil)
    }

    @Test("An ID token, a token of another issuer, of another key or a changed one is no access token")
    func refused() async throws {
        let issuer = try await issuer()
        let tokens = try await issuer.issue(try grant(), now: 1000)
        #expect(await issuer.accessToken(try #require(tokens.idToken), now: 1001) == nil)
        let foreign = try await self.issuer("https://other.example/pool").issue(try grant(), now: 1000)
        #expect(await issuer.accessToken(foreign.accessToken, now: 1001) == nil)
        let swapped = try await self.issuer(swapped: true).issue(try grant(), now: 1000)
        #expect(await issuer.accessToken(swapped.accessToken, now: 1001) == nil)
        // alg none, as a forger would send it
        let parts = tokens.accessToken.split(separator: ".")
        let none = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + parts[1] + "."
        #expect(await issuer.accessToken(none, now: 1001) == nil)
        let changed = Base64URL.encode(Array(#"{"iss":"\#(Self.issuerName)","token_use":"access"}"#.utf8))
        #expect(await issuer.accessToken("\(parts[0]).\(changed).\(parts[2])", now: 1001) == nil)
        for text in ["", ".", "..", "a.b.c", "a.b.c.d.e"] { #expect(await issuer.accessToken(text, now: 1001) == nil) }
    }

    @Test("An expired ID token still says which client it was for; an access token does not")
    func hint() async throws {
        let issuer = try await issuer()
        let tokens = try await issuer.issue(try grant(), now: 1000)
        #expect(await issuer.client(ofIDTokenHint: try #require(tokens.idToken)) == "client1")
        #expect(await issuer.client(ofIDTokenHint: tokens.accessToken) == nil)
        #expect(await issuer.client(ofIDTokenHint: "x") == nil)
    }

    @Test("The key set has two different RSA keys, public parts only")
    func keySet() async throws {
        let set = try #require(
            try JSONSerialization.jsonObject(with: Data(try await issuer().keySet.utf8))
                as? [String: [[String: String]]])
        let keys = try #require(set["keys"])
        #expect(keys.count == 2)
        #expect(keys[0]["kid"] != keys[1]["kid"])
        for key in keys {
            #expect(Set(key.keys) == ["alg", "e", "kid", "kty", "n", "use"])
            #expect(key["e"] == "AQAB")
            #expect(key["n"]?.count == 342)
        }
    }

    @Test("A key read again has the same id")
    func stableKeyID() throws {
        let pem = try SigningKey.makePEM()
        #expect(try SigningKey(pem: pem).keyID == SigningKey(pem: pem).keyID)
        #expect(throws: (any Error).self) { try SigningKey(pem: "no key") }
    }
}
