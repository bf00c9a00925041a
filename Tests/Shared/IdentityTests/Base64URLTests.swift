import Identity
import Testing

@Suite struct Base64URLTests {
    @Test(arguments: [
        ("", "", ""), ("f", "Zg", "Zg=="), ("fo", "Zm8", "Zm8="), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg", "Zm9vYg=="), ("fooba", "Zm9vYmE", "Zm9vYmE="), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
    func vectorsOfRFC4648(plain: String, unpadded: String, padded: String) {
        #expect(Base64URL.encode(plain.utf8) == unpadded)
        #expect(Base64URL.encode(plain.utf8, padded: true) == padded)
        #expect(Base64URL.decode(unpadded.utf8) == Array(plain.utf8))
        #expect(Base64URL.decode(padded.utf8) == Array(plain.utf8))
    }

    @Test func everyByteSurvivesAndBothAlphabetsAreRead() {
        let bytes = (0...255).map { UInt8($0) }
        let text = Base64URL.encode(bytes)
        #expect(text.contains("-") && text.contains("_"))
        #expect(Base64URL.decode(text.utf8) == bytes)
        #expect(Base64URL.decode(text.utf8.map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 }) == bytes)
    }

    @Test(arguments: [
        "Z", "Zh", "Zm9", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zm9v=", "Z g", "Zg==\n", "Zm8=Zm8=", "Zmä",
    ])
    func refuses(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
