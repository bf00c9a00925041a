import Testing
import Wire

@Suite("Character classes agree with RFC 9110 for every byte")
struct ASCIITests {
    @Test("token characters")
    func token() {
        let punctuation = Array("!#$%&'*+-.^_`|~".utf8)
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        let expected = Set(punctuation + letters)
        for byte in UInt8.min...UInt8.max {
            #expect(ASCII.isTokenCharacter(byte) == expected.contains(byte), "byte \(byte)")
        }
    }

    @Test("field value characters: no control character but tab")
    func fieldValue() {
        for byte in UInt8.min...UInt8.max {
            let isControl = byte < 32 || byte == 127
            #expect(ASCII.isFieldValueCharacter(byte) == (!isControl || byte == 9), "byte \(byte)")
        }
    }

    @Test("lower case and folding change letters and underscores only")
    func cases() {
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            let lower = scalar.isASCII ? Array(String(Character(scalar)).lowercased().utf8)[0] : byte
            #expect(ASCII.lowercased(byte) == lower, "byte \(byte)")
            #expect(ASCII.folded(byte) == (scalar == "_" ? UInt8(ascii: "-") : lower), "byte \(byte)")
        }
    }

    @Test("digits of both radixes")
    func digits() {
        for byte in UInt8.min...UInt8.max {
            let character = Character(Unicode.Scalar(byte))
            let value = character.isASCII ? character.hexDigitValue : nil
            #expect(ASCII.hexValue(byte).map(Int.init) == value, "byte \(byte)")
            #expect(ASCII.isDigit(byte) == (character.isASCII && character.isNumber), "byte \(byte)")
        }
    }

    @Test("named bytes are the bytes of their names")
    func names() {
        let named = [
            ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn, ASCII.space, ASCII.colon, ASCII.semicolon, ASCII.comma,
        ]
        #expect(named == Array("\t\n\r :;,".utf8))
    }
}
