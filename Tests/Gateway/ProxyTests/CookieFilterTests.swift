import Proxy
import TestSupport
import Testing
import Wire

@Suite("The gateway's own cookies never reach a backend, and all others do")
struct CookieFilterTests {
    private func filtered(_ value: String, prefixes: [String] = ["Session-", "Nonce="]) -> String {
        let bytes = Array("Cookie: \(value)\r\n".utf8)
        var output = ByteQueue()
        CookieFilter(prefixes: prefixes).write(bytes.span, ByteRange(8, bytes.count - 2), into: &output)
        return text(output)
    }

    @Test(
        "own cookies are left out",
        arguments: [
            ("a=b", "a=b"), ("a=b; c=d", "a=b; c=d"), ("Session-0=x", nil), ("Session-0=x; a=b", "a=b"),
            ("a=b; Session-0=x", "a=b"), ("a=b; Session-0=x; Session-1=y; c=d", "a=b; c=d"), ("Nonce=n; a=b", "a=b"),
            ("Nonce =n; a=b", "a=b"), ("Nonce \t =n", nil), ("\tSession-0=x; a=b", "a=b"),
            ("a=b;\t Session-0=x", "a=b"),
            ("a=b;Session-0=x;c=d", "a=b; c=d"), ("Session-", nil), ("Session-0", nil), ("", nil), (" ;; ; ", nil),
            (";a=b;;c=d;", "a=b; c=d"), ("a=\"x; Session-0=y\"", "a=\"x"), ("novalue; =x", "novalue; =x"),
        ] as [(String, String?)])
    func own(value: String, kept: String?) {
        #expect(filtered(value) == (kept.map { "Cookie: \($0)\r\n" } ?? ""))
    }

    @Test(
        "names that only resemble the gateway's stay",
        arguments: ["session-0=x", "Session=x", "XSession-0=x", "Nonces=x", "Nonc e=x", "a=Session-0=x"])
    func similar(value: String) {
        #expect(filtered(value) == "Cookie: \(value)\r\n")
    }

    @Test("without prefixes nothing is left out")
    func none() {
        #expect(filtered("Session-0=x; a=b", prefixes: []) == "Cookie: Session-0=x; a=b\r\n")
    }

    @Test("no random list lets an own cookie through")
    func random() {
        var random = SplitMix64(seed: 5)
        let pieces = ["Session-0", "Nonce", "a", "=", "=", ";", ";", " ", "\t", "b", "\"", "\u{e9}"]
        for _ in 0..<20_000 {
            let value = (0..<random.below(14)).map { _ in pieces[random.below(pieces.count)] }.joined()
            let output = filtered(value)
            for pair in output.dropFirst("Cookie: ".count).split(whereSeparator: { $0 == ";" || $0 == "\r\n" }) {
                let name = pair.prefix { $0 != "=" }
                var trimmed = name[...]
                while let first = trimmed.first, " \t".contains(first) { trimmed.removeFirst() }
                while let last = trimmed.last, " \t".contains(last) { trimmed.removeLast() }
                if trimmed.hasPrefix("Session-") || trimmed == "Nonce" && pair.contains("=") {
                    Issue.record("\(value.debugDescription) lets \(pair.debugDescription) through")
                    return
                }
            }
        }
    }
}
