import Testing

@testable import AWSSignature

/// No signature is taken twice, but by the client that made it.
@Suite struct SignatureMemoryTests {
    private func claim(_ number: Int) throws -> SignatureClaim {
        var request = SignableRequest(
            method: "POST", path: "/", headers: [("Host", "localhost")], body: .bytes(Array("\(number)".utf8)))
        request.headers += RequestSigner(region: "local", service: "cognito-idp")
            .headers(for: request, with: SigningTests.credentials, at: SigningTests.time)
        return try SignatureClaim(of: request)
    }

    @Test("the same signature passes for two seconds, then it is a replay until its date refuses it")
    func grace() throws {
        var memory = SignatureMemory(allowedSkew: 300)
        let one = try claim(1)
        #expect(memory.use(one, at: 1000) == .new)
        #expect(memory.use(one, at: 1002) == .new)
        #expect(memory.use(one, at: 1003) == .replayed)
        #expect(memory.use(try claim(2), at: 1003) == .new)
        #expect(memory.use(one, at: 1600) == .replayed)
        // Signed 300 seconds ahead and used at once, its date would still pass 600 seconds later, not 601.
        #expect(memory.use(one, at: 1601) == .new)
    }

    @Test("the first use counts: repeating it does not prolong it")
    func firstUseCounts() throws {
        var memory = SignatureMemory(grace: 2)
        let one = try claim(1)
        for second in 0...2 { #expect(memory.use(one, at: second) == .new) }
        #expect(memory.use(one, at: 3) == .replayed)
    }

    @Test("where there is no room, nothing new passes, and what is known is still told apart")
    func capacity() throws {
        var memory = SignatureMemory(capacity: 2)
        #expect(memory.use(try claim(1), at: 0) == .new)
        #expect(memory.use(try claim(2), at: 0) == .new)
        #expect(memory.use(try claim(3), at: 1) == .full)
        #expect(memory.use(try claim(1), at: 9) == .replayed)
        #expect(memory.use(try claim(3), at: 601) == .new)
        #expect(memory.count == 1)
    }

    @Test("what is forgotten takes no room, however long it goes on")
    func memoryStaysBounded() throws {
        var memory = SignatureMemory(allowedSkew: 5, grace: 0)
        for second in 0..<5000 {
            #expect(memory.use(try claim(second), at: second) == .new)
            #expect(memory.count <= 11)
        }
    }
}
