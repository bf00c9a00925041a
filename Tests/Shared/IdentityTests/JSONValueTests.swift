import Identity
import Testing

@Suite struct JSONValueTests {
    @Test func readsAndWritesEveryKind() throws {
        let text = #"{"a":[1,-2,2.5,true,false,null,"x/\"\u0001é"],"b":{"c":9007199254740993}}"#
        let value = try #require(JSONValue(json: Array(text.utf8)))
        #expect(value.object?["a"]?.array?.count == 7)
        #expect(value.object?["b"]?.object?["c"]?.integer == 9_007_199_254_740_993)
        #expect(value.object?["a"]?.array?[3].bool == true)
        #expect(String(decoding: value.json, as: UTF8.self) == text)
    }

    @Test(arguments: ["", "{", "{}x", "nul", "[,]", #"{"a":1e400}"#, "{'a':1}", #""\ud800""#])
    func refuses(text: String) {
        #expect(JSONValue(json: Array(text.utf8)) == nil)
    }

    @Test func refusesInvalidUTF8AndBottomlessNesting() {
        #expect(JSONValue(json: [0x22, 0xFF, 0x22]) == nil)
        #expect(JSONValue(json: [UInt8](repeating: UInt8(ascii: "["), count: 100_000)) == nil)
    }

    @Test(arguments: ["1e300", "1.5", "-0.25"])
    func aNumberThatIsNotWholeIsNoInteger(text: String) {
        #expect(JSONValue(json: Array(text.utf8))?.integer == nil)
        #expect(JSONValue(json: Array(text.utf8)) != nil)
    }
}
