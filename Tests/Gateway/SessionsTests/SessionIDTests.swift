import Sessions
import Testing

@Suite struct SessionIDTests {
    func parse(_ text: String) -> SessionID? {
        let bytes = Array(text.utf8)
        return SessionID(cookieValue: bytes.span)
    }

    @Test func everyByteSurvivesTheCookie() {
        for start in stride(from: 0, to: 256, by: 8) {
            let id = SessionID(random: (0..<32).map { UInt8(truncatingIfNeeded: start + $0 * 7) })
            #expect(id.cookieValue.utf8.count == 43)
            #expect(parse(id.cookieValue) == id)
            #expect(id.bytes == (0..<32).map { UInt8(truncatingIfNeeded: start + $0 * 7) })
        }
    }

    @Test func knownAnswer() {
        let id = SessionID(random: Array(0..<32))
        #expect(id.cookieValue == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    }

    @Test func everythingElseIsRefused() {
        let good = Array(SessionID(random: Array(0..<32)).cookieValue)
        for end in 0..<good.count { #expect(parse(String(good[..<end])) == nil) }
        #expect(parse(String(good) + "=") == nil)
        #expect(parse(String(good) + "A") == nil)
        for character in ["+", "/", "=", " ", "\0", ".", "%", "\""] as [Character] {
            for index in good.indices {
                var changed = good
                changed[index] = character
                #expect(parse(String(changed)) == nil)
            }
        }
        // The last character has two bits more than there are: they must be zero, or one session had four names.
        #expect(parse(String(good.dropLast()) + "9") == nil)
    }

    @Test func everyChangedCharacterIsAnotherSession() {
        let id = SessionID(random: Array(0..<32))
        let good = Array(id.cookieValue)
        for index in good.indices.dropLast() {
            var changed = good
            changed[index] = changed[index] == "Z" ? "Y" : "Z"
            #expect(parse(String(changed)) != id)
        }
    }

    @Test func randomOnesDiffer() {
        var generator = SystemRandomNumberGenerator()
        #expect(Set((0..<100_000).map { _ in SessionID(using: &generator) }).count == 100_000)
    }

    @Test func itDoesNotShowItself() {
        let id = SessionID(random: Array(0..<32))
        var dumped = ""
        dump([id], to: &dumped)
        for text in ["\(id)", String(reflecting: id), String(describing: [id]), dumped] {
            #expect(!text.contains(id.cookieValue.prefix(8)))
            #expect(!text.contains("283686952306183"))  // the first word as a number
        }
        #expect("\(id)" == "630dcd29")  // SHA-256 of 00…1f begins so
    }
}
