import Testing

@testable import Identity

@Suite("Forged identities: each is refused by our verifier for what it forges (attack 31)") struct IdentityProbeTests {
    @Test(arguments: [true, false])
    func refusals(padded: Bool) throws {
        let gateway = try Gateway()
        let prober = try IdentityProber(
            privateKeyPEM: gateway.privateKeyPEM, signer: Gateway.arn, issuer: Gateway.issuer, client: Gateway.client,
            padded: padded)
        let expected: [IdentityProbe: IdentityError] = [
            .expired: .expired, .foreignKey: .badSignature, .unknownKey: .unknownKey, .wrongSigner: .wrongSigner,
            .wrongIssuer: .wrongIssuer, .wrongClient: .wrongClient, .unsigned: .wrongAlgorithm,
            .hmacWithPublicKey: .wrongAlgorithm, .tampered: .badSignature,
        ]
        for probe in IdentityProbe.allCases {
            let headers = try prober.headers(probe, now: 1000)
            let token = headers.first { $0.name == IdentityHeader.data }?.value
            let subject = headers.first { $0.name == IdentityHeader.identity }?.value
            #expect(headers.allSatisfy { $0.value.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
            switch probe {
            case .absent: #expect(headers.isEmpty)
            case .unsignedHeaderOnly: #expect(token == nil && subject == IdentityProbe.subject)
            case .genuine, .otherSubject:
                let identity = try gateway.verifier.verify(try #require(token), now: 1000)
                #expect(identity.subject == IdentityProbe.subject)
                #expect((identity.subject == subject) == (probe == .genuine))
            default:
                let error = try #require(expected[probe], "\(probe)")
                expect(error) { try gateway.verifier.verify(try #require(token), now: 1000) }
            }
        }
        #expect(throws: IdentityError.unusablePrivateKey) {
            try IdentityProber(privateKeyPEM: "", signer: "", issuer: "", client: "", padded: true)
        }
    }
}
