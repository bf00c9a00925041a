import Testing

@testable import OpenIDConnect

@Suite struct OriginalTargetTests {
    @Test(arguments: [
        "/", "/deep/link?x=1", "/a%20b/c", "/?next=https://elsewhere.example//x", "/a.b/../c", "/%C3%BC?q=%0A",
        "/a?b=c?d", "/@evil.example",
        "/a:b", "/;a", "/%2e", "/a%2Fb",
    ])
    func keeps(text: String) { #expect(OriginalTarget(text)?.text == text) }

    /// The families of peers' open redirects: every one must not be a target.
    @Test(arguments: [
        "", "a", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
        "/\\/evil.example",
        "/a//b", "/%2Fevil.example", "/%2f/evil.example", "/%5Cevil.example", "/%5cevil", "/a%5c..", "/\tevil",
        "/\t/evil.example",
        "/%09/evil.example", "/%0a/evil.example", "/%0d%0aLocation:%20x", "/%00", "/a%00b", "/%7f", "/ /evil.example",
        "/%20/evil.example", "/%20evil.example", "https://evil.example", "http:evil.example", "javascript:alert(1)",
        "@evil.example",
        ";@evil.example", "/a b", "/a#b", "/\r\nX: y", "/é", "/%", "/%zz", "/%2", "/a?b\\c", "/a?\n", "/\u{2028}/x",
        "?a", "#", "./a",
        "[::1]", "/a?b c",
    ])
    func refuses(text: String) { #expect(OriginalTarget(text) == nil) }

    @Test func theLengthIsBounded() {
        #expect(OriginalTarget("/" + String(repeating: "a", count: 4095)) != nil)
        #expect(OriginalTarget("/" + String(repeating: "a", count: 4096)) == nil)
    }

    /// Whatever is let through: a browser that strips, unescapes and normalises never finds another host in it.
    @Test func generatedTargetsStayHere() throws {
        let pieces = [
            "/", "\\", "%2f", "%5c", "%09", "\t", " ", "%20", ".", "..", "@", ":", "evil.example", "?", "http:", "%0a",
            ";",
        ]
        var kept = 0
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    for fourth in pieces {
                        guard let target = OriginalTarget("/" + first + second + third + fourth) else { continue }
                        kept += 1
                        let path = target.text.prefix { $0 != "?" }
                        let decoded = try #require(PercentEncoding.decode(Array(path.utf8), plusIsSpace: false))
                        let seen = decoded.filter { $0 > 0x20 }.map { $0 == 0x5C ? 0x2F : $0 }
                        #expect(!seen.starts(with: [0x2F, 0x2F]), "\(target.text)")
                    }
                }
            }
        }
        #expect(kept > 1000)
    }
}
