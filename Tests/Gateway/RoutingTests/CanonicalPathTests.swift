import Routing
import Testing

@Suite("A path has one form; what two servers could read differently is refused")
struct CanonicalPathTests {
    @Test(
        "clean targets pass as they stand",
        arguments: [
            "/", "/a", "/a/", "/a/b.c", "/.well-known/openid-configuration", "/a/.b", "/a/b..c", "/a/...", "/a/..b",
            "/a..",
            "/-._~!$&'()*+,;=:@", "/a%20b", "/caf%C3%A9", "/%F0%9F%98%80", "/user%40example.com", "/a;v=1/b", "/a%2Bb",
            "/?x=1", "/a?", "/a?b?c", "/a?x=%2f%zz%00//..", "/a?%41", "/a?\"<>\\^`{|}", "/0-9A-Za-z",
            "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D",
        ])
    func clean(_ target: String) {
        #expect(target.canonicalised == "=")
    }

    @Test("the path's length excludes the query")
    func pathLength() {
        #expect(CanonicalPath("/ab?c") == .unchanged(pathLength: 3))
        #expect(CanonicalPath("/ab") == .unchanged(pathLength: 3))
        // Through the slow path, too.
        #expect(CanonicalPath("/.?c") == .rewritten(path: [0x2f], queryOffset: 2))
        #expect(CanonicalPath("/...?c") == .unchanged(pathLength: 4))
    }

    @Test(
        "other spellings become the canonical one",
        arguments: [
            ("/%41dmin", "/Admin"), ("/%61%64min", "/admin"), ("/%7euser", "/~user"), ("/%2d%2E%5f%7E", "/-._~"),
            ("/caf%c3%a9", "/caf%C3%A9"), ("/a%2bb", "/a%2Bb"), ("/a|b", "/a%7Cb"), ("/a[1]", "/a%5B1%5D"),
            ("/\"<>^`{}", "/%22%3C%3E%5E%60%7B%7D"), ("//", "/"), ("//evil.com/x", "/evil.com/x"), ("/a//b", "/a/b"),
            ("/a///b//", "/a/b/"), ("/./a", "/a"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"),
            ("/a/b/..", "/a/"), ("/a/b/../", "/a/"), ("/a/..", "/"), ("/a/b/../../c", "/c"), ("/.", "/"),
            ("/public/%2e%2e/admin", "/admin"), ("/public/.%2E/admin", "/admin"), ("/a/%2e/b", "/a/b"),
            ("//a?b=//c", "/a?b=//c"), ("/%41?%41", "/A?%41"),
        ])
    func rewritten(target: String, forwarded: String) {
        #expect(target.canonicalised == forwarded)
    }

    @Test(
        "what is ambiguous or malformed is refused",
        arguments: [
            ("", "notOriginForm"), ("*", "notOriginForm"), ("admin", "notOriginForm"), ("http://a/b", "notOriginForm"),
            ("a.example:443", "notOriginForm"), ("\\a", "notOriginForm"), ("?a", "notOriginForm"),
            (" /a", "notOriginForm"),
            ("/a b", "controlCharacter"), ("/a\tb", "controlCharacter"), ("/a\r\nX: y", "controlCharacter"),
            ("/a\0", "controlCharacter"), ("/\u{7f}", "controlCharacter"), ("/a?b c", "controlCharacter"),
            ("/a?\u{7f}", "controlCharacter"), ("/a?b\0", "controlCharacter"), ("/é", "nonASCII"), ("/a?é", "nonASCII"),
            ("/pub\\..\\admin", "backslash"), ("/\\evil.com", "backslash"), ("/foo#/bar", "fragment"),
            ("/a?b#c", "fragment"),
            ("/foo/secret%23/bar", "encodedDelimiter"), ("/%2fa", "encodedDelimiter"),
            ("/a%2F..%2fadmin", "encodedDelimiter"),
            ("/pub%2f../admin", "encodedDelimiter"), ("/a%5cb", "encodedDelimiter"), ("/a%5Cb", "encodedDelimiter"),
            ("/%252e%252e/admin", "encodedDelimiter"), ("/a%3fb", "encodedDelimiter"), ("/a%3Bb", "encodedDelimiter"),
            ("/a%00b", "encodedControlCharacter"), ("/a%0d%0ab", "encodedControlCharacter"),
            ("/a%09", "encodedControlCharacter"),
            ("/a%7f", "encodedControlCharacter"), ("/%zz", "invalidPercentEncoding"), ("/%", "invalidPercentEncoding"),
            ("/%f", "invalidPercentEncoding"), ("/%f?f", "invalidPercentEncoding"),
            ("/a%u0041", "invalidPercentEncoding"),
            ("/%+1", "invalidPercentEncoding"), ("/..", "climbsAboveRoot"), ("/../admin", "climbsAboveRoot"),
            ("/a/../../b", "climbsAboveRoot"), ("/%2e%2e/admin", "climbsAboveRoot"), ("/./..", "climbsAboveRoot"),
            ("/..;/admin", "dotSegmentWithParameters"), ("/a/..;x=1/b", "dotSegmentWithParameters"),
            ("/a/.;/b", "dotSegmentWithParameters"), ("/a/%2e%2E;/b", "dotSegmentWithParameters"),
            ("/a//../b", "emptyAndDotSegments"), ("/a/..//b", "emptyAndDotSegments"), ("//./", "emptyAndDotSegments"),
            ("/%c0%ae%c0%ae/x", "invalidUTF8"), ("/%c0%af", "invalidUTF8"), ("/%e0%80%af", "invalidUTF8"),
            ("/%f0%80%80%af", "invalidUTF8"), ("/%C3", "invalidUTF8"), ("/%C3/%A9", "invalidUTF8"),
            ("/%C3a", "invalidUTF8"),
            ("/%ED%A0%80", "invalidUTF8"), ("/%F4%90%80%80", "invalidUTF8"), ("/%FF", "invalidUTF8"),
            ("/%A9", "invalidUTF8"),
            ("/%C3%41", "invalidUTF8"), ("/%C3?x", "invalidUTF8"),
        ])
    func refused(target: String, reason: String) {
        #expect(target.canonicalised == "!\(reason)")
    }

    @Test("every byte value, raw and encoded, is passed, encoded, decoded or refused, and never anything else")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let raw: [UInt8] = Array("/a".utf8) + [byte] + Array("b".utf8)
            let hex = String(byte, radix: 16)
            let encoded = "/a%" + (hex.count == 1 ? "0" + hex : hex) + "b"
            if let forwarded = raw.forwarded {
                #expect(forwarded.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x23 && $0 != 0x5c })
            } else {
                #expect(byte <= 0x20 || byte >= 0x7f || byte == 0x23 || byte == 0x5c || byte == 0x25)
            }
            let isUnreserved =
                Unicode.Scalar(byte).isASCII
                && (Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte))
                || [0x2d, 0x2e, 0x5f, 0x7e].contains(byte)
            if isUnreserved {
                #expect(encoded.canonicalised == "/a\(Unicode.Scalar(byte))b")
            } else if [0x2f, 0x5c, 0x25, 0x3f, 0x23, 0x3b].contains(byte) {
                #expect(encoded.canonicalised == "!encodedDelimiter")
            } else if byte < 0x20 || byte == 0x7f {
                #expect(encoded.canonicalised == "!encodedControlCharacter")
            } else if byte >= 0x80 {
                #expect(encoded.canonicalised == "!invalidUTF8")
            } else {
                #expect(["=", "/a%\(hex.uppercased())b"].contains(encoded.canonicalised))
            }
        }
    }

    @Test("targets cut at every byte are answered, and never grow a path that the whole one does not begin with")
    func cuts() {
        let target = Array("/a/%7e/caf%c3%a9/./b//c|d/%2e%2e?x=%zz#".utf8)
        for length in 0...target.count {
            let cut = [UInt8](target[..<length])
            if let forwarded = cut.forwarded { #expect(forwarded.canonicalised == "=") }
        }
    }

    @Test("refusals have distinct log names and a sentence each")
    func refusals() {
        #expect(Set(PathRefusal.allCases.map(\.rawValue)).count == PathRefusal.allCases.count)
        #expect(Set(PathRefusal.allCases.map(\.sentence)).count == PathRefusal.allCases.count)
    }
}
