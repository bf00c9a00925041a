import Conversations
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("  around \n", "around"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("tab\tinside", "tab\tinside"),
        ("e\u{301}", "\u{E9}"),
        ("a\u{FEFF}b", "ab"),
        ("a\u{202E}b\u{202C}c", "abc"),
        ("a\u{2066}b\u{2069}c", "abc"),
        ("a\u{E0001}\u{E0041}b", "ab"),
        ("👩🏽‍🚀 stays", "👩🏽‍🚀 stays"),
        ("क्षत्रिय", "क्षत्रिय"),
        ("x" + String(repeating: "\u{20D7}", count: 30), "x" + String(repeating: "\u{20D7}", count: 8)),
    ])
    func messagesAreNormalised(written: String, stored: String) throws {
        let text = try MessageText(written).value
        #expect(Array(text.unicodeScalars) == Array(stored.unicodeScalars))
    }

    @Test(arguments: ["", " ", "\n\t ", "\u{200B}", "\u{FEFF}\u{202E}", "\u{3000}\u{200D}"])
    func whatCannotBeSeenIsEmpty(text: String) {
        #expect(throws: TextProblem.empty(.message)) { try MessageText(text) }
        #expect(throws: TextProblem.empty(.title)) { try ConversationTitle(text) }
    }

    @Test func everyControlCharacterButTabAndLineEndsIsRefused() {
        for value in Array(0...0x1F) + Array(0x7F...0x9F) as [UInt32] where ![9, 10, 13].contains(value) {
            let text = "a" + String(Unicode.Scalar(UInt8(value))) + "b"
            #expect(throws: TextProblem.controlCharacter(.message, codePoint: value)) { try MessageText(text) }
        }
    }

    @Test(arguments: [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF] as [UInt32])
    func noncharactersAreRefused(codePoint: UInt32) throws {
        let text = "a" + String(try #require(Unicode.Scalar(codePoint)))
        #expect(throws: TextProblem.noncharacter(.message, codePoint: codePoint)) { try MessageText(text) }
    }

    @Test func theCharacterLimitIsExact() throws {
        #expect(try MessageText(String(repeating: "x", count: 8_000)).value.count == 8_000)
        #expect(throws: TextProblem.tooManyCharacters(.message, limit: 8_000, actual: 8_001)) {
            try MessageText(String(repeating: "x", count: 8_001))
        }
    }

    @Test func theByteLimitIsExact() throws {
        // Four bytes each: within the character limit, at and over the byte limit.
        let family = String(repeating: "𐍈", count: 8_000)
        #expect(try MessageText(family).value.utf8.count == 32_000)
        let longer = String(repeating: "👨‍👩‍👧‍👦", count: 1_281)
        #expect(throws: TextProblem.tooManyBytes(.message, limit: 32_000, actual: 32_025)) { try MessageText(longer) }
    }

    @Test func problemsSayLimitAndActual() {
        let problem = TextProblem.tooManyCharacters(.message, limit: 8_000, actual: 12_345)
        #expect(problem.description.contains("8,000") && problem.description.contains("12,345"))
        #expect(TextProblem.controlCharacter(.title, codePoint: 7).description.contains("U+0007"))
    }

    @Test(arguments: ["two\nlines", "a\tb", "a\u{2028}b"])
    func aTitleIsOneLine(text: String) {
        #expect(throws: TextProblem.notOneLine(.title)) { try ConversationTitle(text) }
    }

    @Test func aTitleHasItsOwnLimit() throws {
        #expect(try ConversationTitle(String(repeating: "t", count: 120)).value.count == 120)
        #expect(throws: TextProblem.tooManyCharacters(.title, limit: 120, actual: 121)) {
            try ConversationTitle(String(repeating: "t", count: 121))
        }
    }

    @Test func theFirstMessageGivesTheTitle() throws {
        #expect(ConversationTitle(firstMessage: try MessageText("Hello\nsecond line")).value == "Hello")
        let long = try MessageText(String(repeating: "seven77 ", count: 20))
        let title = ConversationTitle(firstMessage: long).value
        #expect(title.hasSuffix("seven77…") && title.count <= 61)
        let endless = try MessageText(String(repeating: "x", count: 500))
        #expect(ConversationTitle(firstMessage: endless).value.count == 61)
        let heavy = try MessageText(String(repeating: "👨‍👩‍👧‍👦", count: 100))
        #expect(ConversationTitle(firstMessage: heavy).value.utf8.count <= ConversationTitle.byteLimit)
    }
}
