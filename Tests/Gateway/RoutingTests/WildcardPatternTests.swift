import Glibc
import Testing

@testable import Routing

@Suite("Wildcard patterns: * any number of characters, ? exactly one")
struct WildcardPatternTests {
    private func matches(_ pattern: String, _ text: String, _ comparison: WildcardPattern.Comparison = .path) throws
        -> Bool
    {
        try #require(WildcardPattern(pattern, comparison: comparison)).matches(Array(text.utf8))
    }

    @Test(
        "what matches and what does not",
        arguments: [
            ("", "", true), ("", "a", false), ("a", "", false), ("/a", "/a", true), ("/a", "/ab", false),
            ("/ab", "/a", false),
            ("*", "", true), ("*", "/anything", true), ("/*", "/", true), ("/*", "", false), ("/a*", "/a", true),
            ("/a*", "/abc", true),
            ("/a*", "/b", false), ("*.png", "/x/y.png", true), ("*.png", "/x.png/y", false),
            ("/img/*.png", "/img/a.png", true),
            ("/img/*.png", "/img/.png", true), ("/img/*.png", "/img/a.pngx", false), ("/?", "/a", true),
            ("/?", "/", false),
            ("/?", "/ab", false), ("/a?c", "/abc", true), ("/a?c", "/ac", false), ("?*", "", false), ("?*", "a", true),
            ("*?", "", false),
            ("*?", "ab", true), ("**", "", true), ("**a**", "bab", true), ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("/api/*/status", "/api/1/status", true), ("/api/*/status", "/api/1/2/status", true),
            ("/api/*/status", "/api/status", false),
            ("*aab", "aaab", true), ("*aab", "aaaab", true), ("*ab?d", "xababcd", true), ("a*a", "a", false),
            ("a*a", "aa", true),
            ("/A", "/a", false),
        ])
    func table(pattern: String, text: String, result: Bool) throws {
        #expect(try matches(pattern, text) == result)
    }

    @Test("a path pattern sees encoded characters as the backend will: decoded once")
    func encodedCharacters() throws {
        #expect(try matches("/a$b", "/a%24b"))
        #expect(try matches("/a b", "/a%20b"))
        #expect(try matches("/user@*", "/user%40example.com"))
        #expect(try matches("/a?b", "/a%20b"))
        #expect(try matches("/caf??", "/caf%C3%A9"))
        #expect(try !matches("/a%20b", "/a%20b"), "a pattern is not decoded; the load balancer allows no % in one")
        #expect(try matches("/a%", "/a%"), "a stray % stands for itself")
        #expect(try matches("/a%2", "/a%2"))
        #expect(try matches("/*%zz", "/x%zz"))
    }

    @Test("host patterns ignore letter case and leave % alone")
    func hosts() throws {
        #expect(try matches("*.Example.COM", "www.example.com", .caseInsensitive))
        #expect(try matches("example.com", "EXAMPLE.com", .caseInsensitive))
        #expect(try !matches("*.example.com", "example.com", .caseInsensitive))
        #expect(try !matches("*.example.com", "www.example.com.evil", .caseInsensitive))
        #expect(try matches("a%41", "A%41", .caseInsensitive))
        #expect(try !matches("[x]", "{x}", .caseInsensitive), "only letters have a case")
    }

    @Test("patterns are limited in length, and the longest ones work")
    func limits() throws {
        let longest = String(repeating: "a", count: 128)
        #expect(try matches(longest, longest))
        #expect(try matches("*" + longest.dropFirst(), "xyz" + longest))
        #expect(try matches(String(repeating: "?", count: 127), longest.dropFirst().description))
        #expect(try matches("*" + String(repeating: "?", count: 127), longest))
        #expect(WildcardPattern(longest + "a", comparison: .path) == nil)
        #expect(WildcardPattern(String(repeating: "?", count: 128), comparison: .path) == nil)
        #expect(WildcardPattern("*a?*", comparison: .path)?.wildcardCount == 3)
    }

    /// The textbook definition, exponential and obviously right.
    private func reference(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let symbol = pattern.first else { return text.isEmpty }
        if symbol == UInt8(ascii: "*") {
            return reference(pattern.dropFirst(), text) || !text.isEmpty && reference(pattern, text.dropFirst())
        }
        guard let byte = text.first, symbol == UInt8(ascii: "?") || symbol == byte else { return false }
        return reference(pattern.dropFirst(), text.dropFirst())
    }

    @Test("every pattern of up to four symbols agrees with the definition on every text of up to five")
    func exhaustive() throws {
        func words(_ alphabet: String, upTo length: Int) -> [String] {
            var all = [""]
            var last = [""]
            for _ in 0..<length {
                last = last.flatMap { word in alphabet.map { word + String($0) } }
                all += last
            }
            return all
        }
        let texts = words("ab", upTo: 5).map { Array($0.utf8) }
        for text in words("ab*?", upTo: 4) {
            let pattern = try #require(WildcardPattern(text, comparison: .path))
            for candidate in texts where pattern.matches(candidate) != reference(Array(text.utf8)[...], candidate[...])
            {
                Issue.record("\(text) on \(String(decoding: candidate, as: UTF8.self))")
            }
        }
    }

    @Test("hostile texts take time proportional to their length")
    func linearTime() throws {
        let pattern = try #require(
            WildcardPattern("*" + String(repeating: "a", count: 60) + "*b?*a*b", comparison: .path))
        // The thread's own processor time: what else the machine does meanwhile does not count.
        func nanoseconds() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
        func time(_ length: Int) -> Int {
            let text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            return (0..<3).map { _ in
                let start = nanoseconds()
                #expect(!pattern.matches(text))
                return nanoseconds() - start
            }.min()!
        }
        let short = time(20_000)
        let long = time(200_000)
        #expect(long < short * 40, "10 times the text took \(long / short) times as long")
    }
}
