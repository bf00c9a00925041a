import Identity
import Testing

@testable import OpenIDConnect

@Suite struct SignedTokenTests {
    let keys: KeySet

    init() throws {
        keys = try KeySet(json: Array(TokenVectors.keySet.utf8))
    }

    @Test(arguments: [TokenVectors.rs256, TokenVectors.ps256, TokenVectors.es256])
    func anotherImplementationsTokensVerify(token: String) throws {
        let claims = try SignedToken(token).claims(signedBy: keys)
        #expect(claims["sub"] == .string("u-1"))
    }

    @Test(arguments: [TokenVectors.rs256, TokenVectors.ps256, TokenVectors.es256])
    func aChangedByteIsNoticed(token: String) {
        let bytes = Array(token.utf8)
        for index in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            #expect(throws: IDTokenProblem.self) {
                try SignedToken(String(decoding: changed, as: UTF8.self)).claims(signedBy: keys)
            }
        }
    }

    /// A token with that header and the RS256 vector's payload and signature.
    func token(header: String) -> String {
        let parts = TokenVectors.rs256.split(separator: ".")
        return Base64URL.encode(header.utf8) + "." + parts[1] + "." + parts[2]
    }

    @Test(arguments: [
        (#"{"alg":"none"}"#, IDTokenProblem.algorithm), (#"{"alg":"None"}"#, .algorithm),
        (#"{"alg":"HS256","kid":"rsa-1"}"#, .algorithm),
        (#"{"alg":"RS512","kid":"rsa-1"}"#, .algorithm), (#"{"kid":"rsa-1"}"#, .algorithm),
        (#"{"alg":["RS256"]}"#, .algorithm),
        (#"{"alg":"RS256","kid":"rsa-1","crit":["b64"],"b64":false}"#, .foreignKey),
        (#"{"alg":"RS256","kid":"rsa-1","jwk":{}}"#, .foreignKey),
        (#"{"alg":"RS256","kid":"rsa-1","jku":"https://evil.example"}"#, .foreignKey),
        (#"{"alg":"RS256","kid":"rsa-1","x5u":"https://evil.example"}"#, .foreignKey),
        (#"{"alg":"RS256","x5c":[]}"#, .foreignKey),
        (#"{"alg":"RS256","zip":"DEF"}"#, .foreignKey),
        (#"{"alg":"PBES2-HS256+A128KW","enc":"A128CBC-HS256"}"#, .algorithm),
        (#"{"alg":"RS256","kid":7}"#, .malformed), ("[]", .malformed), ("", .malformed),
        (#"{"alg":"RS256","kid":"ec-1"}"#, .unknownKey), (#"{"alg":"ES256","kid":"rsa-1"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":"other"}"#, .unknownKey), (#"{"alg":"RS256","kid":"rsa-1"}"#, .signature),
        (#"{"alg":"PS256","kid":"rsa-1"}"#, .signature),
    ])
    func hostileHeaders(header: String, problem: IDTokenProblem) {
        #expect(throws: problem) { try SignedToken(token(header: header)).claims(signedBy: keys) }
    }

    @Test func aSharedSecretIsNeverAPublicKey() {
        #expect(throws: IDTokenProblem.algorithm) { try SignedToken(TokenVectors.hs256WithPublicKey) }
    }

    @Test(arguments: [
        "", ".", "..", "...", "a.b", "e30.e30.", "e30.e30.e30.e30.e30", String(repeating: ".", count: 30_000),
    ])
    func rubbish(text: String) {
        #expect(throws: IDTokenProblem.self) { try SignedToken(text) }
    }

    @Test func tooLong() {
        #expect(throws: IDTokenProblem.tooLong) { try SignedToken(String(repeating: "a", count: 32 * 1024 + 1)) }
    }
}

@Suite struct KeySetTests {
    func keySet(_ json: String) throws -> KeySet { try KeySet(json: Array(json.utf8)) }

    @Test func withoutAKeyIDTheOnlyKeyThatFitsIsIt() throws {
        let both = try keySet(TokenVectors.keySet)
        #expect(both.hasKey(id: nil, algorithm: .rs256))
        #expect(both.hasKey(id: nil, algorithm: .es256))
        let key = try #require(JSONValue(json: Array(TokenVectors.keySet.utf8))?.object?["keys"]?.array?[0])
        let twice = try KeySet(json: JSONValue.object(["keys": .array([key, key])]).json)
        #expect(!twice.hasKey(id: nil, algorithm: .rs256))
        #expect(twice.hasKey(id: "rsa-1", algorithm: .rs256))
    }

    /// The RSA key of the vectors with changes.
    func changed(_ changes: [String: JSONValue]) throws -> KeySet {
        var key = try #require(JSONValue(json: Array(TokenVectors.keySet.utf8))?.object?["keys"]?.array?[0].object)
        for (name, value) in changes { key[name] = value }
        return try KeySet(json: JSONValue.object(["keys": .array([.object(key)])]).json)
    }

    @Test func keysForOtherPurposesArePassedOver() throws {
        #expect(try changed([:]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try changed(["alg": .string("RS256")]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try !changed(["alg": .string("RS512")]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try !changed(["alg": .string("RS256")]).hasKey(id: "rsa-1", algorithm: .ps256))
        #expect(try !changed(["use": .string("enc")]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try !changed(["key_ops": .array([.string("encrypt")])]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try !changed(["kty": .string("oct")]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try !changed(["kty": .string("EC")]).hasKey(id: "rsa-1", algorithm: .rs256))
    }

    @Test func weakAndMonstrousKeysArePassedOver() throws {
        for length in [1, 128, 255, 513, 100_000] {
            let modulus = Base64URL.encode([UInt8](repeating: 0xFF, count: length))
            #expect(try !changed(["n": .string(modulus)]).hasKey(id: "rsa-1", algorithm: .rs256))
        }
        #expect(try !changed(["n": .string("")]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(
            try !changed(["e": .string(Base64URL.encode([UInt8](repeating: 0xFF, count: 9)))]).hasKey(
                id: "rsa-1", algorithm: .rs256))
    }

    @Test func pointsOffTheCurveArePassedOver() throws {
        let zero = Base64URL.encode([UInt8](repeating: 0, count: 32))
        let keys = try keySet(#"{"keys":[{"kty":"EC","crv":"P-256","kid":"e","x":"\#(zero)","y":"\#(zero)"}]}"#)
        #expect(!keys.hasKey(id: "e", algorithm: .es256))
    }

    @Test("an RSA key beyond 4096 bits is passed over: verifying with it would cost more than it adds (attack 107)")
    func largeKeys() throws {
        // Moduli of ones only, in base64url: 512, 513 and 8192 bytes.
        for (modulus, isTaken) in [
            (String(repeating: "_", count: 682) + "8", true), (String(repeating: "_", count: 684), false),
            (String(repeating: "_", count: 10_922) + "8", false),
        ] {
            let keys = try KeySet(
                json: Array(#"{"keys": [{"kty": "RSA", "kid": "k", "e": "AQAB", "n": "\#(modulus)"}]}"#.utf8))
            #expect(keys.hasKey(id: "k", algorithm: .rs256) == isTaken, "\(modulus.count) digits")
        }
    }

    @Test("an RSA key of a faulty chip (ROCA) is passed over; one of its primes beside a sound one makes no such key")
    func keysOfFaultyChips() throws {
        let faulty =
            "-K-YsaqwwE04vBCvMI51XYlpufgo4T-DLkS6JOeLSeF7EKB-Zt3P4jydvZxSzG5rFid6RpdShkz4Hb8Ecy6joGCaXxMsrXpp6jia"
            + "568ys856Jo9ym0oPjPK780byAJ9dgMo0sjeSpVRgOKUxh5r1x-CuP1hun_jbbj1zEhkFtbGVnguMpHU7mNs63fhNLm0fo2MQ1m3a"
            + "pf11EygTufHHBcVNuNpU0i67QoaxNYsDZ7Tq-H1KLalIwEIG_vtA2OyQI0Vj93ViRp9vqza6lZ0phRhksjPN8jMbPxwmkGvkCjfz"
            + "oGkmska3WGsAdGvMnFdSvfwLhP03RFEzYCuXL2M6BQ"
        let mixed =
            "hySm4alNsTOwAmaOlDEaShyIs8y00ALzI8Ea0y0KZvpK1dnWJfeWED4wnAQ1RToJWk2hLM_lO8n9YUQT6rG27GpWvtnUnBoX90N5"
            + "0Im8Ig8S-rpYBgjrObbIi5lH9yoE5Q5OtZE6kSEpBOm15LpHe-6l6Ts10myZPjn_VRSGwB4ZrrvE-KBAMrsqFQiX0yB8CrKDHDgN"
            + "A1NkSDm8Qf6TkJ8TYAdj5_BnGveUW1FsZKN8DpuIKt4octLCvZ5urFJpDBj9-3INws2EM6C-iJl_uA65Wt8btx0Tbd6ILv5IxtFL"
            + "SUrxhAaikVpMj02YxxrMPzOFcJRFslqkDiBTuSj92w"
        #expect(try !changed(["n": .string(faulty)]).hasKey(id: "rsa-1", algorithm: .rs256))
        #expect(try changed(["n": .string(mixed)]).hasKey(id: "rsa-1", algorithm: .rs256))
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":"x"}"#])
    func noKeySet(json: String) {
        #expect(throws: KeySet.Problem.notAKeySet) { try keySet(json) }
    }

    @Test func moreThanTenKeysAreTooMany() throws {
        #expect(throws: Never.self) { try keySet(#"{"keys":[1,2,3,4,5,6,7,8,9,10]}"#) }
        #expect(throws: KeySet.Problem.tooManyKeys) { try keySet(#"{"keys":[1,2,3,4,5,6,7,8,9,10,11]}"#) }
    }
}

@Suite struct IDTokenRulesTests {
    static let good: [String: JSONValue] = [
        "iss": .string("https://i.example"), "aud": .string("c"), "sub": .string("u"), "iat": .integer(10_000),
        "exp": .integer(10_100),
        "nonce": .string("n"),
    ]

    func check(_ changes: [String: JSONValue?], now: Int = 10_000) throws(IDTokenProblem) {
        var claims = Self.good
        for (name, value) in changes { claims[name] = value }
        let rules = IDTokenRules(
            issuer: "https://i.example", clientID: "c", nonce: "n", accessToken: "access", now: now)
        #expect(try rules.check(claims) == "u")
    }

    @Test func accepts() throws {
        try check([:])
        try check(["aud": .array([.string("c")])])
        try check(["aud": .array([.string("d"), .string("c")]), "azp": .string("c")])
        try check(["nbf": .integer(10_060), "iat": .integer(10_060)])
        try check([:], now: 10_159)
        try check(["token_use": .string("id")])
        try check(["at_hash": .string(IDTokenRules.hash(of: "access"))])
        try check(["exp": .integer(4_102_444_800)])
    }

    @Test("where no nonce was sent, a token with one answers another request: the load balancer refuses it, too")
    func noNonce() throws {
        let rules = IDTokenRules(
            issuer: "https://i.example", clientID: "c", nonce: nil, accessToken: "access", now: 10_000)
        for nonce in ["n", ""] {
            var claims = Self.good
            claims["nonce"] = .string(nonce)
            #expect(throws: IDTokenProblem.unexpectedNonce) { try rules.check(claims) }
        }
        var claims = Self.good
        claims["nonce"] = nil
        #expect(try rules.check(claims) == "u")
    }

    @Test(
        arguments: [
            ("iss", nil, IDTokenProblem.issuer), ("iss", .string("https://i.example/"), .issuer),
            ("iss", .array([.string("https://i.example")]), .issuer),
            ("aud", nil, .audience), ("aud", .string("d"), .audience), ("aud", .array([]), .audience),
            ("aud", .array([.string("c"), .integer(1)]), .audience),
            ("aud", .array([.string("c"), .string("d")]), .authorizedParty),
            ("aud", .object(["c": .bool(true)]), .audience),
            ("azp", .string("d"), .authorizedParty), ("azp", .null, .authorizedParty),
            ("exp", nil, .expiry), ("exp", .integer(9_940), .expiry), ("exp", .integer(-1), .expiry),
            ("exp", .string("10100"), .expiry),
            ("exp", .number(1e300), .expiry), ("exp", .number(10_100.5), .expiry), ("exp", .bool(true), .expiry),
            ("nbf", .integer(10_061), .notBefore), ("nbf", .string("0"), .notBefore),
            ("nbf", .number(1e300), .notBefore),
            ("iat", nil, .issuedAt), ("iat", .integer(10_061), .issuedAt), ("iat", .string("0"), .issuedAt),
            ("nonce", nil, .nonce), ("nonce", .string(""), .nonce), ("nonce", .string("m"), .nonce),
            ("nonce", .string("nn"), .nonce),
            ("nonce", .array([.string("n")]), .nonce),
            ("at_hash", .string(""), .accessTokenHash),
            ("at_hash", .string("AAAAAAAAAAAAAAAAAAAAAA"), .accessTokenHash), ("at_hash", .null, .accessTokenHash),
            ("token_use", .string("access"), .use), ("token_use", .integer(1), .use),
            ("sub", nil, .subject), ("sub", .string(""), .subject), ("sub", .integer(1), .subject),
            ("sub", .string("a\r\nX: y"), .subject),
            ("sub", .string("ü"), .subject), ("sub", .string(" a"), .subject), ("sub", .string("a\0"), .subject),
            ("sub", .string(String(repeating: "a", count: 256)), .subject),
        ] as [(String, JSONValue?, IDTokenProblem)])
    func refuses(claim: String, value: JSONValue?, problem: IDTokenProblem) {
        #expect(throws: problem) { try check([claim: value]) }
    }

    /// For Swift the Kelvin sign equals K; for identities it must not.
    @Test func twinsOfCharactersAreOthers() {
        let rules = IDTokenRules(issuer: "https://K", clientID: "K", nonce: "n", accessToken: "", now: 10_000)
        func check(_ changes: [String: JSONValue]) throws(IDTokenProblem) {
            var claims = Self.good
            claims["iss"] = .string("https://K")
            claims["aud"] = .string("K")
            claims.merge(changes) { $1 }
            _ = try rules.check(claims)
        }
        #expect(throws: Never.self) { try check([:]) }
        #expect(throws: IDTokenProblem.issuer) { try check(["iss": .string("https://\u{212A}")]) }
        #expect(throws: IDTokenProblem.audience) { try check(["aud": .string("\u{212A}")]) }
        #expect(throws: IDTokenProblem.authorizedParty) { try check(["azp": .string("\u{212A}")]) }
    }

    /// OpenID Connect Core, appendix A.4 has this pair of access token and `at_hash`.
    @Test func theAccessTokensHashIsTheSpecifications() {
        #expect(IDTokenRules.hash(of: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ")
    }
}
