import Testing

@testable import ChatServer

@Suite struct RequestFormTests {
    @Test(
        arguments: [
            (#"{"text":"hi"}"#, "hi"),
            (" { \"text\" : \"a\\n\\\"\\u00e9\\ud83d\\ude00\" }\n", "a\n\"é😀"),
            (#"{"retry":true,"text":"x"}"#, "x"),
            ("{}", nil),
        ] as [(String, String?)])
    func flatObjectsAreRead(json: String, text: String?) throws {
        let form = try RequestForm(bytes: Array(json.utf8), allowing: ["text", "retry"])
        #expect(try form.string("text") == text)
        #expect(try form.bool("retry") == json.contains("true"))
    }

    @Test(arguments: [
        "", "null", "[]", "{", #"{"text"}"#, #"{"text":1}"#, #"{"text":null}"#, #"{"text":{}}"#, #"{"text":["a"]}"#,
        #"{"text":"a","text":"b"}"#, #"{"other":"a"}"#, #"{"text":"a",}"#, #"{"text":"a"}x"#, #"{"text":"\ud800"}"#,
        #"{"text":"\udc00\ud800"}"#, #"{"text":"\ud800\u0041"}"#, #"{"text":"\x"}"#, #"{"text":"\u12"}"#,
        "{\"text\":\"a\nb\"}", #"{"text":"a"#, #"{'text':'a'}"#,
    ])
    func everythingElseIsRefused(json: String) {
        let problem = #expect(throws: Problem.self) {
            try RequestForm(bytes: Array(json.utf8), allowing: ["text", "retry"])
        }
        #expect(problem?.status == .badRequest)
    }

    @Test func everyTruncationIsRefused() {
        let whole = Array(#"{"text":"a\u00e9\ud83d\ude00","retry":false}"#.utf8)
        for length in 0..<whole.count {
            #expect(throws: Problem.self) {
                try RequestForm(bytes: Array(whole[..<length]), allowing: ["text", "retry"])
            }
        }
    }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        let body = Array(#"{"text":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(throws: Problem.self) { try RequestForm(bytes: body, allowing: ["text"]) }
    }

    @Test func typesAreKept() throws {
        let form = try RequestForm(bytes: Array(#"{"text":true,"retry":"x"}"#.utf8), allowing: ["text", "retry"])
        #expect(throws: Problem.self) { try form.string("text") }
        #expect(throws: Problem.self) { try form.bool("retry") }
    }
}
