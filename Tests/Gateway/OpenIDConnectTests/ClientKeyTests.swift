import Crypto
import CryptoExtras
import Foundation
import Identity
import Testing

@testable import OpenIDConnect

@Suite("private_key_jwt: a proof good for a minute, once, and at one address (RFC 7523)")
struct ClientKeyTests {
    /// Header and claims of a proof whose signature `verify` accepts.
    func read(_ assertion: String) throws -> (
        header: [String: JSONValue], claims: [String: JSONValue], signed: [UInt8], signature: [UInt8]
    ) {
        let parts = assertion.split(separator: ".")
        try #require(parts.count == 3)
        func part(_ index: Int) throws -> [UInt8] { try #require(Base64URL.decode(parts[index].utf8)) }
        return (
            try #require(JSONValue(json: part(0))?.object), try #require(JSONValue(json: part(1))?.object),
            Array("\(parts[0]).\(parts[1])".utf8), try part(2)
        )
    }

    func assertion(_ key: ClientKey) -> String {
        key.assertion(
            clientID: "client 1", audience: "https://op.example/token", now: 10_000,
            random: [UInt8](repeating: 7, count: 16))
    }

    @Test func es256() throws {
        let key = P256.Signing.PrivateKey()
        let client = try ClientKey(pem: key.pemRepresentation)
        let proof = try read(assertion(client))
        #expect(proof.header == ["alg": .string("ES256"), "kid": .string(client.id), "typ": .string("JWT")])
        #expect(
            proof.claims == [
                "iss": .string("client 1"), "sub": .string("client 1"), "aud": .string("https://op.example/token"),
                "iat": .integer(10_000), "exp": .integer(10_060), "jti": .string("BwcHBwcHBwcHBwcHBwcHBw"),
            ])
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: proof.signature)
        #expect(key.publicKey.isValidSignature(signature, for: Data(proof.signed)))
    }

    @Test func rs256() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        for pem in [key.pemRepresentation, key.pkcs8PEMRepresentation] {
            let proof = try read(assertion(ClientKey(pem: pem, id: "mine")))
            #expect(proof.header["alg"] == .string("RS256") && proof.header["kid"] == .string("mine"))
            #expect(
                key.publicKey.isValidSignature(
                    .init(rawRepresentation: proof.signature), for: SHA256.hash(data: proof.signed),
                    padding: .insecurePKCS1v1_5))
        }
    }

    /// RFC 7638 §3.1.
    @Test func thumbprint() throws {
        let key = P256.Signing.PrivateKey()
        let point = key.publicKey.x963Representation.dropFirst()
        let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
        let members = Data(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)
        #expect(
            try ClientKey(pem: key.pemRepresentation).id == Base64URL.encode(Array(SHA256.hash(data: members))))
    }

    @Test func unusableKeys() throws {
        for pem in [
            "", "x", P384.Signing.PrivateKey().pemRepresentation, P256.Signing.PrivateKey().publicKey.pemRepresentation,
            try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).pemRepresentation,
        ] {
            #expect(throws: ProviderConfigurationError.self) { try ClientKey(pem: pem) }
        }
    }

    @Test func isNeverPrinted() throws {
        let pem = P256.Signing.PrivateKey().pemRepresentation
        let key = try ClientKey(pem: pem)
        var text = "\(key)" + String(reflecting: key)
        dump(key, to: &text)
        #expect(text.contains(key.id) && !text.contains("PRIVATE"))
        #expect(pem.split(separator: "\n").dropFirst().dropLast().allSatisfy { !text.contains($0) })
    }

    @Test("the provider gets a proof for its own token endpoint, a new one each time, and no secret")
    func signsIn() async throws {
        let key = P256.Signing.PrivateKey()
        let client = try ClientKey(pem: key.pemRepresentation)
        try await Fixture.run(change: { $0.authentication = .privateKeyJWT(client) }) { fixture in
            fixture.provider.script { $0.clientKey = key.publicKey }
            _ = try await fixture.signIn()
            _ = try await fixture.signIn()
            let proofs = fixture.provider.assertions
            #expect(proofs.count == 2 && Set(proofs).count == 2)
            for proof in proofs {
                let claims = try read(proof).claims
                #expect(claims["aud"] == .string(fixture.provider.issuer + "/token"))
                #expect(claims["exp"] == .integer(Fixture.now + 60))
            }
            #expect(fixture.provider.authorization == nil)
        }
    }

    @Test("a public client signs in with PKCE alone")
    func publicClient() async throws {
        try await Fixture.run(change: { $0.authentication = .publicClient }) { fixture in
            fixture.provider.script { $0.isPublicClient = true }
            _ = try await fixture.signIn()
            #expect(fixture.provider.authorization == nil)
        }
    }

    @Test("as the load balancer signs in: neither PKCE nor nonce, and an ID token with a nonce is refused")
    func asTheLoadBalancer() async throws {
        try await Fixture.run(change: {
            $0.usesPKCE = false
            $0.usesNonce = false
        }) { fixture in
            let redirect = try await fixture.begin()
            #expect(!redirect.location.contains("nonce=") && !redirect.location.contains("code_challenge"))
            _ = try await fixture.signIn()
            fixture.provider.script { $0.idClaims = { $0["nonce"] = .string("") } }
            await fixture.expectFailure(.invalidIDToken, status: 401) { try await fixture.signIn() }
        }
    }
}
