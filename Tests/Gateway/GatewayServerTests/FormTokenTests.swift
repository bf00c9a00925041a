import Testing

@testable import GatewayServer

@Suite("Forms of the gateway's own pages") struct FormTokenTests {
    private let tokens = FormToken(keyMaterial: Array(repeating: 7, count: 32))

    @Test("a token is good for its session and its key, and for nothing else")
    func binding() {
        let token = tokens.make(for: [1, 2, 3])
        #expect(tokens.isValid(token, for: [1, 2, 3]))
        #expect(!tokens.isValid(token, for: [1, 2, 4]) && !tokens.isValid(token, for: []))
        #expect(!FormToken(keyMaterial: Array(repeating: 8, count: 32)).isValid(token, for: [1, 2, 3]))
        #expect(token.count == 43 && token.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(!tokens.isValid(changed, for: [1, 2, 3]))
        }
        for text in ["", "A", String(token.dropLast()), token + "A", "é"] {
            #expect(!tokens.isValid(text, for: [1, 2, 3]), "\(text)")
        }
    }

    @Test("a form names what is ended, and carries its token; each once")
    func requests() throws {
        let request = try #require(OwnSessions.Request(query: "end=0123abcd&token=x"))
        #expect(request.end == "0123abcd" && request.token == "x")
        #expect(OwnSessions.Request(query: "token=x&end=all")?.end == "all")
        for query in ["", "end=all", "token=x", "end=all&token=x&end=0", "end=all&token=x&token=y", "end&token=x"] {
            #expect(OwnSessions.Request(query: query) == nil, "\(query)")
        }
    }
}
