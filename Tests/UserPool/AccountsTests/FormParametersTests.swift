import Testing

@testable import Accounts

@Suite("Queries and form bodies are decoded strictly")
struct FormParametersTests {
    private func pairs(_ text: String) -> [String]? {
        FormParameters(text.utf8).map { $0.pairs.map { "\($0.name)→\($0.value)" } }
    }

    @Test(
        "Decoding",
        arguments: [
            ("", []), ("a=1&b=2", ["a→1", "b→2"]), ("a", ["a→"]), ("a=", ["a→"]), ("=1", ["→1"]), ("&&a=1&", ["a→1"]),
            ("a=1=2", ["a→1=2"]), ("a+b=c+d", ["a b→c d"]), ("a=%2B%20%26%3D", ["a→+ &="]), ("a=%C3%A9", ["a→é"]),
            ("a=%c3%a9", ["a→é"]), ("a=1&a=2", ["a→1", "a→2"]),
        ] as [(String, [String])])
    func decoding(text: String, expected: [String]) {
        #expect(pairs(text) == expected)
    }

    @Test(
        "Malformed escapes and text are refused",
        arguments: ["a=%", "a=%2", "a=%zz", "%g0=1", "a=%C3", "a=%FF", "a=%C0%80"])
    func malformed(text: String) {
        #expect(pairs(text) == nil)
    }

    @Test("Every cut of a query is decoded or refused, never misread")
    func cuts() throws {
        let text = "state=a%2Fb&redirect_uri=https%3A%2F%2Flocalhost"
        for length in 0...text.utf8.count {
            let cut = String(text.prefix(length))
            guard let parameters = FormParameters(cut.utf8) else {
                #expect(cut.hasSuffix("%") || cut.dropLast().hasSuffix("%"))
                continue
            }
            #expect("a/b".hasPrefix(parameters["state"] ?? ""))
            #expect("https://localhost".hasPrefix(parameters["redirect_uri"] ?? ""))
        }
    }

    @Test("There is a limit to their number")
    func limit() {
        #expect(pairs(String(repeating: "a=1&", count: 100))?.count == 100)
        #expect(pairs(String(repeating: "a=1&", count: 101)) == nil)
    }

    @Test("Repeated names are noticed, and have no unique value")
    func repeated() throws {
        let parameters = try #require(FormParameters("a=1&b=2&a=3".utf8))
        #expect(parameters.repeatedName == "a")
        #expect(parameters.unique("a") == nil)
        #expect(parameters.unique("b") == "2")
        #expect(parameters.unique("c") == nil)
    }

    @Test("What is encoded decodes to the same")
    func roundTrip() throws {
        let value = "a b&c=d+e%/?#é\u{1F600}~-._"
        let encoded = FormParameters.encode([("k", value)])
        #expect(!encoded.dropFirst(2).contains { "&=+ ?#/".contains($0) })
        #expect(try #require(FormParameters(encoded.utf8))["k"] == value)
    }

    @Test(
        "Parameters are added to a URL with and without a query",
        arguments: [
            ("https://a/b", "https://a/b?k=v%26"), ("https://a/b?x=1", "https://a/b?x=1&k=v%26"),
        ])
    func addition(url: String, expected: String) {
        #expect(FormParameters.url(url, adding: [("k", "v&")]) == expected)
        #expect(FormParameters.url(url, adding: []) == url)
    }
}
