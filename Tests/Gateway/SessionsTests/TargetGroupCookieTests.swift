import Testing

@testable import Sessions

@Suite("AWSALBTG keeps a client with its target group and cannot be forged")
struct TargetGroupCookieTests {
    private static let cookie = TargetGroupCookie(keyMaterial: [UInt8](repeating: 7, count: 32))
    private static let random = [UInt8](0..<12)

    private func value(_ line: String) -> [UInt8] {
        Array(line.drop { $0 != "=" }.dropFirst().prefix { $0 != ";" }.utf8)
    }

    private func group(_ value: [UInt8], _ cookie: TargetGroupCookie = cookie, now: Int = 1000) -> String? {
        cookie.group(in: value.span, now: now)
    }

    @Test("two cookies with the same value: for this site, and for others")
    func attributes() {
        let lines = Self.cookie.issue(group: "blue", until: 2000, now: 0, isSecure: false, random: Self.random)
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("AWSALBTG=") && lines[1].hasPrefix("AWSALBTGCORS="))
        #expect(value(lines[0]) == value(lines[1]))
        #expect(lines[0].hasSuffix("; Path=/; Expires=Thu, 08 Jan 1970 00:00:00 GMT; HttpOnly"))
        #expect(lines[1].hasSuffix("; HttpOnly; Secure; SameSite=None"))
        let secure = Self.cookie.issue(group: "blue", until: 2000, now: 0, isSecure: true, random: Self.random)
        #expect(secure[0].hasSuffix("; HttpOnly; Secure"))
    }

    @Test("the group is read back until the time is over, with the same key only")
    func roundTrip() {
        let sealed = value(
            Self.cookie.issue(group: "blue", until: 2000, now: 0, isSecure: true, random: Self.random)[0])
        #expect(group(sealed) == "blue")
        #expect(group(sealed, now: 1999) == "blue")
        #expect(group(sealed, now: 2000) == nil)
        #expect(group(sealed, TargetGroupCookie(keyMaterial: [UInt8](repeating: 8, count: 32))) == nil)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("blue"))
    }

    @Test("a value that was changed, cut or URL-encoded names no group")
    func forged() {
        let sealed = value(
            Self.cookie.issue(group: "blue", until: 2000, now: 0, isSecure: true, random: Self.random)[0])
        for index in sealed.indices {
            var changed = sealed
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(group(changed) == nil)
            #expect(group(Array(sealed[..<index])) == nil)
        }
        for text in ["", "blue", "%41", String(repeating: "A", count: 2000)] { #expect(group(Array(text.utf8)) == nil) }
    }
}
