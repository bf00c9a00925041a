import TestSupport
import Testing

@testable import Routing

@Suite("Regular expressions that run in linear time")
struct RegularExpressionTests {
    @Test(
        "what matches and what the groups hold",
        arguments: [
            ("abc", "xabcx", ["abc"]), ("^abc$", "abc", ["abc"]), ("a|bc|d", "xbcd", ["bc"]),
            ("(a+)(b*)", "caab", ["aab", "aa", "b"]), ("(a+?)(a*)", "aaa", ["aaa", "a", "aa"]),
            ("^/dp/([A-Za-z0-9]+)/?$", "/dp/B01/", ["/dp/B01/", "B01"]),
            ("(a|ab)(c|bcd)", "abcd", ["abcd", "a", "bcd"]),
            ("a{2,3}", "aaaa", ["aaa"]), ("a{2,3}?", "aaaa", ["aa"]), ("a{2}", "aaaa", ["aa"]),
            ("a{2,}", "aaaa", ["aaaa"]),
            ("^(?:ab)+$", "ababab", ["ababab"]), ("[^/]+", "/ab/c", ["ab"]), ("[]a]+", "x]a]", ["]a]"]),
            ("[a-]+", "-a-", ["-a-"]), ("[\\d.-]+", "v1.2-3", ["1.2-3"]), ("\\w+\\s\\W", "ab !", ["ab !"]),
            ("\\x41\\.", "xA.", ["A."]), ("(?i)AbC", "xaBc", ["aBc"]), ("\\bcat\\b", "a cat.", ["cat"]),
            ("x*", "aaa", [""]), ("a??b", "ab", ["ab"]), ("(?:)", "a", [""]), ("a||b", "b", [""]), ("^$", "", [""]),
            ("\\Aab\\z", "ab", ["ab"]), ("[\\w-]+\\.test", "a-b.test", ["a-b.test"]), (" ", "a b", [" "]),
            ("}]", "a}]", ["}]"]),
        ] as [(String, String, [String])])
    func matches(pattern: String, subject: String, groups: [String]) throws {
        let expression = try RegularExpression(pattern)
        #expect(expression.groups(in: subject) == groups.map { $0 })
        #expect(expression.matches(subject))
    }

    @Test(
        "what does not match",
        arguments: [
            ("abc", "ab"), ("^abc", "xabc"), ("abc$", "abcx"), ("^a$", "a\n"), ("a.c", "a\nc"), ("[^a]", "aaa"),
            ("ABC", "abc"), ("\\Bcat", "a cat"), ("a{3}", "aa"), ("\\d", "é"), ("^(a|b)+$", "abc"),
        ])
    func doesNotMatch(pattern: String, subject: String) throws {
        #expect(!(try RegularExpression(pattern).matches(subject)))
    }

    @Test("a group without a part in the match is told from an empty one")
    func absentGroups() throws {
        #expect(try RegularExpression("(a)|(b)()").groups(in: "b") == ["b", nil, "b", ""])
    }

    @Test("letter case is ignored in letters, classes and their negations")
    func ignoringCase() throws {
        #expect(try RegularExpression("^[a-c]X\\x79$", ignoresCase: true).matches("BxY"))
        #expect(!(try RegularExpression("^[^a-c]$", ignoresCase: true).matches("B")))
    }

    @Test(
        "what is wrong or needs another engine is refused, with its place",
        arguments: [
            ("", .empty, 0), ("é", .notASCII, 1), ("a\tb", .notASCII, 2), ("a(?=b)", .lookAround, 2),
            ("(?!b)", .lookAround, 1), ("(?<=b)", .lookAround, 1), ("(?<!b)", .lookAround, 1),
            ("(?>a)", .atomicGroup, 1),
            ("(a)\\1", .backReference, 4), ("(a)\\k<x>", .backReference, 4), ("(?P=x)", .backReference, 1),
            ("a*+", .possessive, 3), ("a++", .possessive, 3), ("a?+", .possessive, 3), ("a{1}+", .possessive, 5),
            ("a**", .possessive, 3), ("a{2}{3}", .possessive, 5), ("(?R)", .recursion, 1), ("(?1)", .recursion, 1),
            ("(?&x)", .recursion, 1), ("(?P>x)", .recursion, 1), ("\\g1", .recursion, 1), ("\\p{L}", .unicodeClass, 1),
            ("\\PL", .unicodeClass, 1), ("[\\p{L}]", .unicodeClass, 2), ("(?<n>a)", .namedGroup, 1),
            ("(?P<n>a)", .namedGroup, 1), ("a(?i)b", .flags, 2), ("(?x)a", .flags, 1), ("(?#c)", .flags, 1),
            ("(?", .flags, 1), ("\\q", .unknownEscape, 1), ("\\x4", .unknownEscape, 1), ("a\\", .unfinishedEscape, 2),
            ("[\\", .unfinishedEscape, 2), ("(a", .unclosedGroup, 1), ("a)", .unopenedGroup, 2),
            ("[a", .unclosedClass, 1),
            ("[]", .unclosedClass, 1), ("[a[b]", .nestedClass, 3), ("[[:alpha:]]", .nestedClass, 2),
            ("[a&&b]", .nestedClass, 3), ("[z-a]", .rangeOrder, 3), ("[a-\\d]", .rangeOrder, 3),
            ("*a", .nothingToRepeat, 1),
            ("a|*", .nothingToRepeat, 3), ("(+)", .nothingToRepeat, 2), ("^*", .nothingToRepeat, 2),
            ("{2}", .badRepetition, 1),
            ("a{", .badRepetition, 2), ("a{,3}", .badRepetition, 2), ("a{3,2}", .badRepetition, 2),
            ("a{2x", .badRepetition, 2),
            ("a{256}", .repetitionTooLarge, 5), ("a{1,99999999999999999999}", .repetitionTooLarge, 7),
            ("(?:a{32}){32}", .tooComplex, 0), ("(((a{250}){250}){250}){250}", .tooComplex, 0),
            (String(repeating: "a", count: 1025), .tooLong, 0),
            (String(repeating: "()", count: 21), .tooManyGroups, 41),
            (String(repeating: "(?:", count: 33) + "a", .tooDeep, 97),
        ] as [(String, RegularExpressionError.Code, Int)])
    func refused(pattern: String, code: RegularExpressionError.Code, position: Int) {
        #expect(throws: RegularExpressionError(code, at: position)) { try RegularExpression(pattern) }
    }

    @Test("repetitions of nothing are not counted out")
    func repeatedNothing() throws {
        let nested = (0..<20).reduce("(?:)") { text, _ in "(?:\(text){255})" }
        #expect(try RegularExpression(nested).matches(""))
    }

    @Test("each reason is a sentence of its own")
    func sentences() {
        let sentences = RegularExpressionError.Code.allCases.map { RegularExpressionError($0).description }
        #expect(Set(sentences).count == sentences.count)
        #expect(RegularExpressionError(.lookAround, at: 3).description.hasSuffix("(character 3)"))
        #expect(RegularExpressionError(.lookAround).isUnsupported && !RegularExpressionError(.rangeOrder).isUnsupported)
    }
}

@Suite("The work of matching is bounded by program times subject, whatever the pattern", .ownThread)
struct RegularExpressionWorkTests {
    /// Patterns that take exponential or quadratic time in engines that backtrack.
    static let hostile = [
        "^(a+)+$", "^(a*)*$", "^(a|a)*$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)x", "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:a?){60}a{60}", "(x+x+)+y", "(.{0,100}){4}y", "([a-zA-Z0-9]+)*\\.b", "(a{0,20}){0,20}z", "((a*)+)+b",
        "(|a)*b", "(a|b|ab)*c", "(.*)*.*=.*",
    ]

    @Test("long subjects", arguments: hostile, [false, true])
    func bounded(_ pattern: String, keepsGroups: Bool) throws {
        let program = try RegularExpression(pattern).program
        // Steps, not seconds, are what is bounded: the longest programs get shorter subjects.
        let length = 150_000 / program.instructions.count
        for subject in [String(repeating: "a", count: length), String(repeating: "xa", count: length / 2) + "!"] {
            let bytes = Array(subject.utf8)
            var matcher = RegularExpressionMatcher(program, keepsGroups: keepsGroups)
            _ = matcher.run(bytes.span)
            // Each instruction is entered once at a position, from at most two places, and looked at once when a byte is taken.
            #expect(matcher.steps <= 3 * program.instructions.count * (bytes.count + 1))
        }
    }

    @Test("each further byte costs what the one before did", arguments: hostile)
    func linear(_ pattern: String) throws {
        let program = try RegularExpression(pattern).program
        func steps(_ count: Int) -> Int {
            var matcher = RegularExpressionMatcher(program, keepsGroups: true)
            _ = matcher.run([UInt8](repeating: UInt8(ascii: "a"), count: count).span)
            return matcher.steps
        }
        // From the 500th byte on, every counted repetition above has reached its end.
        let (first, second) = (steps(650) - steps(500), steps(800) - steps(650))
        #expect(second <= first + first / 20 + program.instructions.count)
    }

    @Test("a pattern bound to the beginning gives up at once")
    func anchored() throws {
        var matcher = RegularExpressionMatcher(try RegularExpression("^/api/").program, keepsGroups: false)
        let hasMatched = matcher.run([UInt8](repeating: UInt8(ascii: "x"), count: 16_000).span)
        #expect(!hasMatched)
        #expect(matcher.steps < 10)
    }
}
