import Sessions
import Testing

func values(of name: String, in header: String) -> [String] {
    let (name, bytes) = (Array(name.utf8), Array(header.utf8))
    var found: [String] = []
    var position = 0
    while let range = CookieHeader.nextValue(of: name.span, in: bytes.span, from: &position) {
        found.append(String(decoding: bytes[range], as: UTF8.self))
    }
    return found
}

@Suite struct CookieHeaderTests {
    @Test(
        arguments: [
            ("a=1", ["1"]), ("a=1; b=2", ["1"]), ("b=2; a=1", ["1"]), ("b=2;a=1;c=3", ["1"]), ("a=1;a=2", ["1", "2"]),
            ("a=", [""]),
            (" \t a \t=\t 1 \t ; b=2", ["1"]), ("a=b=c", ["b=c"]), ("a=\"1\"", ["\"1\""]), ("a=x y", ["x y"]),
            ("", []), (";", []), (";;;", []), ("=", []), ("=a", []), ("a", []), ("a;a;a", []), ("A=1", []),
            ("aa=1", []), ("b=a=1", []),
            (";;;a=1;;;", ["1"]), ("=;a=1", ["1"]), ("a;a=1", ["1"]), ("b=\"; a=1", ["1"]), ("a=\0", ["\0"]),
        ] as [(String, [String])])
    func finds(header: String, expected: [String]) {
        #expect(values(of: "a", in: header) == expected)
    }

    @Test func anEmptyNameFindsNothing() {
        #expect(values(of: "", in: "=1; =2; x=3").isEmpty)
    }

    @Test func everyCutIsTolerated() {
        let header = "x=1; a=first; =; ;; a ; a=\"q;a=second; zz=a=3"
        for end in 0...header.utf8.count {
            let cut = String(decoding: Array(header.utf8)[..<end], as: UTF8.self)
            let found = values(of: "a", in: cut)
            if end >= 12 { #expect(found.first == "first") }
            #expect(found.count <= 3)
        }
        #expect(values(of: "a", in: header) == ["first", "\"q", "second"])
    }

    @Test func a64KilobyteHeaderIsReadOnce() {
        #expect(values(of: "a", in: String(repeating: ";", count: 65_536) + "a=1") == ["1"])
        #expect(values(of: "a", in: String(repeating: "a", count: 65_536)).isEmpty)
        #expect(values(of: "a", in: String(repeating: "b=1;", count: 16_384) + "a=1").count == 1)
    }

    @Test func theFirstValueIsTheFirst() {
        let header = Array("a=1; a=2".utf8)
        #expect(CookieHeader.firstValue(of: Array("a".utf8).span, in: header.span) == 2..<3)
    }
}

@Suite struct SessionCookieLookupTests {
    let first = SessionID(random: [UInt8](repeating: 1, count: 32))
    let second = SessionID(random: [UInt8](repeating: 2, count: 32))

    func look(_ headers: String...) -> SessionCookieLookup.Result {
        var lookup = SessionCookieLookup()
        for header in headers {
            let bytes = Array(header.utf8)
            lookup.read(bytes.span, name: Array("S-0".utf8).span)
        }
        return lookup.result
    }

    @Test func oneIDIsFoundHoweverOften() {
        #expect(look("S-0=\(first.cookieValue)") == .found(first))
        #expect(look("S-0=\(first.cookieValue); S-0=\(first.cookieValue)", "S-0=\(first.cookieValue)") == .found(first))
        #expect(look("x=1", "S-0=\(first.cookieValue)") == .found(first))
    }

    @Test func strayValuesDoNotLockTheUserOut() {
        #expect(look("S-0=; S-0=rubbish; S-0=\(first.cookieValue); S-0=\(first.cookieValue)=") == .found(first))
        #expect(look("S-0=\"\(first.cookieValue)\"") == .absent)
        #expect(look("S-1=\(first.cookieValue)") == .absent)
    }

    @Test func aPlantedSecondIDIsRefused() {
        #expect(look("S-0=\(first.cookieValue); S-0=\(second.cookieValue)") == .ambiguous)
        #expect(look("S-0=\(second.cookieValue)", "S-0=\(first.cookieValue); S-0=\(second.cookieValue)") == .ambiguous)
    }
}
