import Identity
import Testing

@testable import OpenIDConnect

@Suite struct StateSealTests {
    let seal = StateSeal(keyMaterial: [UInt8](repeating: 7, count: 32))
    let origin = RequestOrigin("https://app.example")!
    let state = SignInState(
        provider: ProviderID(
            ProviderConfiguration(issuer: "https://i.example", clientID: "c", authentication: .secret("s"))),
        startedAt: 1_800_000_000, verifier: "verifier", nonce: "nonce", cookieHash: [UInt8](repeating: 9, count: 32),
        target: OriginalTarget("/deep?x=1")!)
    let random = [UInt8](repeating: 3, count: 12)

    @Test func opensWhatItSealed() {
        let text = seal.seal(state, origin: origin, random: random)
        #expect(text.utf8.allSatisfy { (0x2D...0x7A).contains($0) })
        #expect(!text.contains("="))
        #expect(seal.open(text, origin: origin) == state)
    }

    @Test func everyChangedByteAndEveryCutIsRefused() throws {
        let bytes = try #require(Base64URL.decode(seal.seal(state, origin: origin, random: random).utf8))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(seal.open(Base64URL.encode(changed), origin: origin) == nil)
            }
            #expect(seal.open(Base64URL.encode(bytes[..<index]), origin: origin) == nil)
        }
        #expect(seal.open(Base64URL.encode(bytes + [0]), origin: origin) == nil)
    }

    @Test func isBoundToHostAndKey() {
        let text = seal.seal(state, origin: origin, random: random)
        for other in ["https://app.example:8443", "https://app.exampl", "https://b.example"] {
            #expect(seal.open(text, origin: RequestOrigin(other)!) == nil)
        }
        #expect(StateSeal(keyMaterial: [UInt8](repeating: 8, count: 32)).open(text, origin: origin) == nil)
    }

    @Test("every setting by which two rules may differ makes another sign-in of it, and no byte slides between them")
    func providerIDs() {
        func id(_ change: (inout ProviderConfiguration) -> Void) -> ProviderID {
            var configuration = ProviderConfiguration(
                issuer: "https://i.example", clientID: "c", authentication: .secret("s"), extraParameters: [("a", "b")])
            change(&configuration)
            return ProviderID(configuration)
        }
        let changes: [(inout ProviderConfiguration) -> Void] = [
            { _ in }, { $0.issuer = "https://i.examplec" }, { $0.clientID = "d" },
            {
                $0.issuer = "https://i.exampl"
                $0.clientID = "ec"
            }, { $0.scope = "openid email" }, { $0.sessionCookieName = "Mine" }, { $0.sessionTimeout = 60 },
            { $0.extraParameters = [] }, { $0.extraParameters = [("ab", "")] }, { $0.extraParameters = [("a", "c")] },
            { $0.extraParameters += [("a", "b")] }, { $0.usesPKCE = false }, { $0.usesNonce = false },
            { $0.heals = false },
        ]
        #expect(Set(changes.map(id)).count == changes.count)
        #expect(id { $0.authentication = .secret("another") } == id { _ in }, "a new secret ends no sign-in under way")
    }

    @Test(arguments: ["", "A", "AAAA", "!", String(repeating: "A", count: 100), String(repeating: "A", count: 100_000)])
    func rubbishIsRefused(text: String) {
        #expect(seal.open(text, origin: origin) == nil)
    }

    @Test func theTargetIsCheckedAgainWhenOpened() {
        // Only a gateway with a bug could seal this; the browser must not pay for it.
        var fields = ByteFields()
        fields.append(Array("//evil.example".utf8))
        var reader = ByteFields.Reader(fields.bytes)
        #expect(reader.text().flatMap(OriginalTarget.init) == nil)
    }

    @Test("a sign-in without PKCE and nonce stays one")
    func neither() {
        var bare = state
        bare.verifier = nil
        bare.nonce = nil
        bare.baggage = SignInBaggage(restarts: 1, keepsFragment: true, heldRequest: "abc")
        #expect(seal.open(seal.seal(bare, origin: origin, random: random), origin: origin) == bare)
    }

    @Test func fifteenMinutes() {
        #expect(state.isTimely(at: 1_800_000_000))
        #expect(state.isTimely(at: 1_800_000_900))
        #expect(!state.isTimely(at: 1_800_000_901))
        #expect(state.isTimely(at: 1_799_999_940))
        #expect(!state.isTimely(at: 1_799_999_939))
    }

    @Test(arguments: [0, 2_147_483_648, 4_102_444_800])
    func theClockMayBeAnywhere(time: Int) {
        var late = state
        late.startedAt = time
        #expect(seal.open(seal.seal(late, origin: origin, random: random), origin: origin)?.startedAt == time)
    }

    @Test func theLongestTargetFits() {
        var long = state
        long.target = OriginalTarget("/" + String(repeating: "a", count: OriginalTarget.maximumLength - 1))!
        #expect(seal.open(seal.seal(long, origin: origin, random: random), origin: origin) == long)
    }

    @Test func fieldsDoNotRunTogether() {
        var reader = ByteFields.Reader([0, 0, 0, 2, 65])
        #expect(reader.next() == nil)
        reader = ByteFields.Reader([0, 0, 0, 1, 65, 0])
        #expect(reader.text() == "A")
        #expect(!reader.isAtEnd)
        #expect(reader.next() == nil)
        reader = ByteFields.Reader([255, 255, 255, 255, 1])
        #expect(reader.next() == nil)
    }
}

@Suite struct ConstantTimeTests {
    @Test func comparesWhole() {
        #expect(ConstantTime.areEqual([1, 2], [1, 2]))
        #expect(!ConstantTime.areEqual([1, 2], [1, 3]))
        #expect(!ConstantTime.areEqual([1, 2], [3, 2]))
        #expect(!ConstantTime.areEqual([1, 2], [1]))
        #expect(ConstantTime.areEqual([] as [UInt8], []))
    }
}
