import Crypto
import Foundation
import Identity
import Testing

/// A folder of public keys and the gateway that signs with one of them.
struct Gateway {
    static let arn = "arn:aws:elasticloadbalancing:local:000000000000:loadbalancer/app/gatehouse/0123456789abcdef"
    static let issuer = "https://issuer.example/pool"
    static let client = "client-1"

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("identity-\(UUID().uuidString)").path
    let privateKeyPEM = IdentitySigner.makePrivateKeyPEM()
    let signer: IdentitySigner

    init() throws {
        signer = try IdentitySigner(privateKeyPEM: privateKeyPEM, signer: Self.arn)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try publish(signer.publicKeyPEM, as: signer.keyID)
    }

    func publish(_ pem: String, as keyID: String) throws {
        try Data(pem.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(keyID).pem"))
    }

    var verifier: IdentityVerifier {
        IdentityVerifier(keysDirectory: folder, signer: Self.arn, issuer: Self.issuer, client: Self.client)
    }

    func token(_ claims: String = #"{"sub":"u-1","email":"a@example.com"}"#, expiry: Int = 1120) throws -> String {
        try signer.sign(
            claims: Array(claims.utf8), issuer: Self.issuer, client: Self.client, expiry: expiry, issuedAt: 1000)
    }

    /// A token of free choice, correctly signed with the gateway's key.
    func forged(header: String, payload: String, padded: Bool = true) throws -> String {
        let key = try P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM)
        let text = Base64URL.encode(header.utf8, padded: padded) + "." + Base64URL.encode(payload.utf8, padded: padded)
        let signature = try key.signature(for: Data(text.utf8)).rawRepresentation
        return text + "." + Base64URL.encode(signature, padded: padded)
    }

    func header(_ changes: [String: JSONValue?] = [:]) -> String {
        var members: [String: JSONValue] = [
            "typ": .string("JWT"), "alg": .string("ES256"), "kid": .string(signer.keyID), "signer": .string(Self.arn),
            "iss": .string(Self.issuer), "client": .string(Self.client), "exp": .integer(1120),
        ]
        for (name, value) in changes { members[name] = value }
        return String(decoding: JSONValue.object(members).json, as: UTF8.self)
    }

    static let payload = #"{"sub":"u-1","exp":1120,"iss":"https://issuer.example/pool"}"#
}

func expect(
    _ error: IdentityError, _ body: () throws -> VerifiedIdentity, _ location: SourceLocation = #_sourceLocation
) {
    #expect(throws: error, sourceLocation: location) { try body() }
}

@Suite struct IdentityTests {
    @Test func whatIsSignedVerifies() throws {
        let gateway = try Gateway()
        let identity = try gateway.verifier.verify(gateway.token(), now: 1000)
        #expect(identity.subject == "u-1")
        #expect(identity.text("email") == "a@example.com")
        #expect(identity.expiry == 1120)
        #expect(identity.claims["iss"] == .string(Gateway.issuer))
    }

    @Test func theTokenHasTheLoadBalancersForm() throws {
        let gateway = try Gateway()
        let parts = try gateway.token(#"{"sub":"u"}"#).split(separator: ".", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        #expect(parts.allSatisfy { $0.utf8.count % 4 == 0 }, "padding is kept")
        let header = try #require(Base64URL.decode(parts[0].utf8))
        #expect(
            String(decoding: header, as: UTF8.self)
                == #"{"typ":"JWT","alg":"ES256","kid":"\#(gateway.signer.keyID)","signer":"\#(Gateway.arn)","#
                + #""iss":"https://issuer.example/pool","client":"client-1","exp":1120}"#)
        let payload = try #require(Base64URL.decode(parts[1].utf8))
        #expect(
            String(decoding: payload, as: UTF8.self)
                == #"{"sub":"u","aud":"client-1","iat":1000,"exp":1120,"iss":"https://issuer.example/pool"}"#)
        #expect(Base64URL.decode(parts[2].utf8)?.count == 64)
    }

    @Test func theUsersOwnIssAudIatAndExpAreReplaced() throws {
        let gateway = try Gateway()
        let token = try gateway.token(
            #"{"sub":"u","exp":9999999999,"iss":"https://evil.example","aud":["evil"],"iat":1}"#)
        let identity = try gateway.verifier.verify(token, now: 1000)
        #expect(identity.expiry == 1120)
        #expect(identity.claims["iss"] == .string(Gateway.issuer))
        #expect(identity.claims["aud"] == .string(Gateway.client) && identity.claims["iat"] == .integer(1000))
    }

    @Test func claimsCannotBreakOutOfTheirPlace() throws {
        let gateway = try Gateway()
        let name = #"\",\"sub\":\"root\u0000\r\nx-evil: 1"#
        let token = try gateway.token(#"{"sub":"u","name":"\#(name)"}"#)
        #expect(token.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        let identity = try gateway.verifier.verify(token, now: 1000)
        #expect(identity.subject == "u")
        #expect(identity.text("name") == "\",\"sub\":\"root\0\r\nx-evil: 1")
    }

    @Test(arguments: [
        ("[]", IdentityError.malformedClaims), ("", .malformedClaims), ("{", .malformedClaims), ("{}", .missingSubject),
        (#"{"sub":""}"#, .missingSubject), (#"{"sub":7}"#, .missingSubject), (#"{"sub":null}"#, .missingSubject),
    ])
    func unusableClaimsAreNotSigned(claims: String, error: IdentityError) throws {
        let gateway = try Gateway()
        #expect(throws: error) { try gateway.token(claims) }
    }

    /// Made and signed with Python's `cryptography`; spaces after the colons and all.
    @Test func aTokenOfAnotherImplementationVerifies() throws {
        let gateway = try Gateway()
        try gateway.publish(
            """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjFZpb/64kwiDWHNLuOUKSMdu76Yh
            ddJjxVjKG3QynPxH0/in4gSx98I7CjXPHzP2fY+HMICvdeBQAZOV47V1WQ==
            -----END PUBLIC KEY-----
            """, as: "6a1e5f0e-24c5-4b0e-9d57-3c1f2b7a9e44")
        let token =
            "eyJ0eXAiOiAiSldUIiwgImtpZCI6ICI2YTFlNWYwZS0yNGM1LTRiMGUtOWQ1Ny0zYzFmMmI3YTllNDQiLCAiYWxnIjogIkVTMjU2IiwgImlz"
            + "cyI6ICJodHRwczovL2lzc3Vlci5leGFtcGxlL3Bvb2wiLCAiY2xpZW50IjogImNsaWVudC0xIiwgInNpZ25lciI6ICJhcm46YXdzOmVsYXN0"
            + "aWNsb2FkYmFsYW5jaW5nOmxvY2FsOjAwMDAwMDAwMDAwMDpsb2FkYmFsYW5jZXIvYXBwL2dhdGVob3VzZS8wMTIzNDU2Nzg5YWJjZGVmIiwg"
            + "ImV4cCI6IDIwMDAwMDAwMDB9.eyJzdWIiOiAiMGYzYjFjN2UiLCAiZW1haWwiOiAiasO2cmdAZXhhbXBsZS5jb20iLCAiZXhwIjogMjAwMDAw"
            + "MDAwMCwgImlzcyI6ICJodHRwczovL2lzc3Vlci5leGFtcGxlL3Bvb2wifQ==.8nKipU-_bHyXsdAoqF8nOC-3nEk24SSa1WQQpq2lA5_ySXBH"
            + "ayMkDpan2SCj6xhp4GZ4YX-8LqBXlhfOWoLc9g=="
        #expect(try gateway.verifier.verify(token, now: 1_999_999_999).text("email") == "jörg@example.com")
        let unpadded = token.replacing("=", with: "")
        expect(.badSignature) { try gateway.verifier.verify(unpadded, now: 1_999_999_999) }
    }

    @Test func everyChangedByteIsNoticed() throws {
        let gateway = try Gateway()
        let verifier = gateway.verifier
        let token = Array(try gateway.token().utf8)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: IdentityError.self) {
                try verifier.verify(String(decoding: changed, as: UTF8.self), now: 1000)
            }
        }
        // The padding of the signature itself is not signed; without it the token is the same.
        for end in token.indices where end != token.count - 2 {
            #expect(throws: IdentityError.self) {
                try verifier.verify(String(decoding: token[..<end], as: UTF8.self), now: 1000)
            }
        }
    }

    @Test func theExpiryHasNoGrace() throws {
        let gateway = try Gateway()
        let token = try gateway.token()
        #expect(try gateway.verifier.verify(token, now: 1119).subject == "u-1")
        expect(.expired) { try gateway.verifier.verify(token, now: 1120) }
    }

    @Test func anotherGatewayIssuerOrClientIsRefused() throws {
        let gateway = try Gateway()
        let token = try gateway.token()
        func verifier(signer: String = Gateway.arn, issuer: String = Gateway.issuer, client: String = Gateway.client)
            -> IdentityVerifier
        {
            IdentityVerifier(keysDirectory: gateway.folder, signer: signer, issuer: issuer, client: client)
        }
        expect(.wrongSigner) { try verifier(signer: Gateway.arn + "0").verify(token, now: 1000) }
        expect(.wrongIssuer) { try verifier(issuer: Gateway.issuer + "/").verify(token, now: 1000) }
        let twin = try gateway.forged(header: gateway.header(["signer": .string("\u{212A}")]), payload: Gateway.payload)
        expect(.wrongSigner) { try verifier(signer: "K").verify(twin, now: 1000) }
        expect(.wrongClient) { try verifier(client: "client-2").verify(token, now: 1000) }
    }

    @Test func correctlySignedButWrong() throws {
        let gateway = try Gateway()
        func verify(_ changes: [String: JSONValue?], _ payload: String = Gateway.payload) throws -> VerifiedIdentity {
            try gateway.verifier.verify(gateway.forged(header: gateway.header(changes), payload: payload), now: 1000)
        }
        #expect(try verify([:]).subject == "u-1")
        expect(.wrongAlgorithm) { try verify(["alg": .string("none")]) }
        expect(.wrongAlgorithm) { try verify(["alg": .string("HS256")]) }
        expect(.wrongAlgorithm) { try verify(["alg": .string("es256")]) }
        expect(.wrongAlgorithm) { try verify(["alg": nil]) }
        expect(.wrongAlgorithm) { try verify(["crit": .array([])]) }
        for keyID in [
            "", "../../../etc/passwd", "..", gateway.signer.keyID.uppercased(), gateway.signer.keyID + "\0", "a/b",
        ] {
            expect(.malformedKeyID) { try verify(["kid": .string(keyID)]) }
        }
        expect(.unknownKey) { try verify(["kid": .string("00000000-0000-8000-8000-000000000000")]) }
        expect(.wrongIssuer) { try verify([:], #"{"sub":"u-1","exp":1120,"iss":"https://other.example"}"#) }
        expect(.malformedExpiry) { try verify([:], #"{"sub":"u-1","exp":9120,"iss":"https://issuer.example/pool"}"#) }
        expect(.malformedExpiry) { try verify(["exp": .string("1120")]) }
        expect(.malformedExpiry) { try verify(["exp": .number(1e300)]) }
        expect(.malformedExpiry) { try verify(["exp": nil]) }
        for (audience, isRight) in [
            (#""client-1""#, true), (#"["x","client-1"]"#, true), (#""client-2""#, false), ("[]", false), ("7", false),
            (#"["client-11"]"#, false), ("null", false), (#"{"client-1":1}"#, false),
        ] {
            let payload = #"{"sub":"u-1","exp":1120,"iss":"https://issuer.example/pool","aud":\#(audience)}"#
            if isRight {
                #expect(try verify([:], payload).subject == "u-1")
            } else {
                expect(.wrongAudience) { try verify([:], payload) }
            }
        }
        expect(.missingSubject) { try verify([:], #"{"exp":1120,"iss":"https://issuer.example/pool"}"#) }
        expect(.malformed) { try verify([:], "[]") }
    }

    @Test func paddingIsLeftOutWhereThatIsAskedFor() throws {
        let gateway = try Gateway()
        let plain = try IdentitySigner(privateKeyPEM: gateway.privateKeyPEM, signer: Gateway.arn, padded: false)
        // Every length of a subject, so that each part needs each padding.
        for subject in ["u", "us", "use", "user"] {
            let token = try plain.sign(
                claims: Array(#"{"sub":"\#(subject)"}"#.utf8), issuer: Gateway.issuer, client: Gateway.client,
                expiry: 1120)
            #expect(!token.contains("="))
            let identity = try gateway.verifier.verify(token, now: 1000)
            #expect(identity.subject == subject && identity.claims["iat"] == nil)
        }
    }

    @Test func theKeyIsAJSONWebKeyToo() throws {
        let signer = try Gateway().signer
        let key = try #require(JSONValue(json: Array(signer.publicKeyJWK.utf8))?.object)
        #expect(key["kty"] == .string("EC") && key["crv"] == .string("P-256") && key["alg"] == .string("ES256"))
        #expect(key["kid"] == .string(signer.keyID) && key["use"] == .string("sig"))
        let point = try [key["x"], key["y"]].flatMap {
            try #require(Base64URL.decode(Array($0?.string?.utf8 ?? "".utf8)))
        }
        let same = try P256.Signing.PublicKey(rawRepresentation: point)
        #expect(same.pemRepresentation == signer.publicKeyPEM)
    }

    @Test func anUnpaddedTokenIsReadAsItIsSigned() throws {
        let gateway = try Gateway()
        let token = try gateway.forged(header: gateway.header(), payload: Gateway.payload, padded: false)
        #expect(!token.contains("="))
        #expect(try gateway.verifier.verify(token, now: 1000).subject == "u-1")
    }

    @Test(arguments: ["", ".", "..", "...", "a.b.c", "e30=.e30=.", "e30=.e30=.AAAA", "e30=.e30=.AAAA.AAAA"])
    func rubbishIsRefused(token: String) throws {
        let gateway = try Gateway()
        #expect(throws: IdentityError.self) { try gateway.verifier.verify(token, now: 1000) }
    }

    @Test func anOverlongTokenIsNotLookedAt() throws {
        let gateway = try Gateway()
        expect(.tooLong) { try gateway.verifier.verify(String(repeating: ".", count: 16 * 1024 + 1), now: 1000) }
    }

    @Test func aKeyThatAppearsIsFoundAndOneThatGoesIsForgotten() throws {
        let gateway = try Gateway()
        let verifier = gateway.verifier
        _ = try verifier.verify(gateway.token(), now: 1000)
        let second = try IdentitySigner(privateKeyPEM: IdentitySigner.makePrivateKeyPEM(), signer: Gateway.arn)
        let token = try second.sign(
            claims: Array(#"{"sub":"u-2"}"#.utf8), issuer: Gateway.issuer, client: Gateway.client, expiry: 5000)
        try gateway.publish(second.publicKeyPEM, as: second.keyID)
        expect(.unknownKey) { try verifier.verify(token, now: 1000) }  // read in this second already
        #expect(try verifier.verify(token, now: 1001).subject == "u-2")
        try FileManager.default.removeItem(atPath: "\(gateway.folder)/\(second.keyID).pem")
        #expect(try verifier.verify(token, now: 1002).subject == "u-2")
        expect(.unknownKey) { try verifier.verify(token, now: 1061) }
    }

    @Test func theKeyIDIsAUUIDOfTheKey() throws {
        let gateway = try Gateway()
        let again = try IdentitySigner(privateKeyPEM: gateway.privateKeyPEM, signer: "another")
        #expect(again.keyID == gateway.signer.keyID)
        let keyID = try #require(UUID(uuidString: again.keyID)).uuidString.lowercased()
        #expect(keyID == again.keyID)
        #expect(try Gateway().signer.keyID != keyID)
    }

    @Test func aBrokenPrivateKeyIsRefused() {
        #expect(throws: IdentityError.unusablePrivateKey) { try IdentitySigner(privateKeyPEM: "nonsense", signer: "a") }
    }
}
