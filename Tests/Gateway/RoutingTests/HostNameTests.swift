import Routing
import Testing

@Suite("A host has one form; a dirty one is refused")
struct HostNameTests {
    private func normalised(_ authority: String) -> String {
        let bytes = Array(authority.utf8)
        switch HostName.normalise(bytes.span) {
        case .unchanged(let length, let port):
            return "=" + String(decoding: bytes[..<length], as: UTF8.self) + (port.map { " \($0)" } ?? "")
        case .rewritten(let host, let port):
            return String(decoding: host, as: UTF8.self) + (port.map { " \($0)" } ?? "")
        case .refused(let refusal):
            return "!\(refusal)"
        }
    }

    @Test("two authorities are the same by host and port, whatever their spelling")
    func same() {
        for (left, right, areSame) in [
            ("a", "A.", true), ("a:80", "a", true), ("a:81", "a", false), ("a", "b", false), ("u@a", "u@a", false),
            ("", "", false), ("[::1]", "[::1]:80", true),
        ] {
            let found = HostName.areSame(Array(left.utf8).span, Array(right.utf8).span, defaultPort: 80)
            #expect(found == areSame, "\(left) \(right)")
        }
    }

    @Test(
        "hosts, and what becomes of them",
        arguments: [
            ("example.com", "=example.com"), ("example.com:8443", "=example.com 8443"), ("EXAMPLE.com", "example.com"),
            ("Example.COM:1", "example.com 1"), ("example.com.", "=example.com"),
            ("example.com.:443", "=example.com 443"),
            ("LOCALHOST.", "localhost"), ("localhost", "=localhost"), ("a_b.c-d", "=a_b.c-d"),
            ("127.0.0.1:65535", "=127.0.0.1 65535"),
            ("[::1]", "=[::1]"), ("[::1]:8443", "=[::1] 8443"), ("[2001:DB8::A]:1", "[2001:db8::a] 1"),
            ("[::ffff:127.0.0.1]", "=[::ffff:127.0.0.1]"),
        ])
    func accepted(authority: String, result: String) {
        #expect(normalised(authority) == result)
    }

    @Test(
        "hosts that are refused",
        arguments: [
            ("", "empty"), (":80", "empty"), (".", "emptyLabel"), ("..", "emptyLabel"), (".a", "emptyLabel"),
            ("a..b", "emptyLabel"),
            ("a..", "emptyLabel"), ("user@example.com", "forbiddenCharacter"),
            ("example.com evil", "forbiddenCharacter"),
            ("a,b", "forbiddenCharacter"), ("a/b", "forbiddenCharacter"), ("a?b", "forbiddenCharacter"),
            ("a#b", "forbiddenCharacter"),
            ("a\\b", "forbiddenCharacter"), ("a%2eb", "forbiddenCharacter"), ("a\rb", "forbiddenCharacter"),
            ("a\0", "forbiddenCharacter"),
            ("ä.de", "forbiddenCharacter"), ("a\tb", "forbiddenCharacter"), ("a;b", "forbiddenCharacter"),
            ("a:", "invalidPort"),
            ("a:0", "invalidPort"), ("a:080", "invalidPort"), ("a:65536", "invalidPort"), ("a:100000", "invalidPort"),
            ("a:8x", "invalidPort"), ("a:-1", "invalidPort"), ("a:1:2", "invalidPort"), ("a:80@b", "invalidPort"),
            ("::1", "empty"),
            ("[::1", "invalidLiteral"), ("[]", "invalidLiteral"), ("[1]", "invalidLiteral"),
            ("[::1%25eth0]", "invalidLiteral"),
            ("[::1]x", "invalidPort"), ("[::1].evil", "invalidPort"), ("[g::]", "invalidLiteral"),
            ("[", "invalidLiteral"),
        ])
    func refused(authority: String, reason: String) {
        #expect(normalised(authority) == "!\(reason)")
    }

    @Test("the length limit counts the host alone")
    func length() {
        let name = String(repeating: "a", count: HostName.lengthLimit)
        #expect(normalised(name + ":65535") == "=\(name) 65535")
        #expect(normalised(name + ".") == "=\(name)")
        #expect(normalised(name + "a") == "!tooLong")
    }

    @Test("authorities cut at every byte are answered")
    func cuts() {
        for authority in ["Exa-mple.com.:65535", "[2001:DB8::192.0.2.1]:443"] {
            for length in 0...authority.utf8.count {
                let result = normalised(String(decoding: authority.utf8.prefix(length), as: UTF8.self))
                #expect(!result.isEmpty)
            }
        }
    }

    @Test("every byte in a host is a host's or refused")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let authority: [UInt8] = [0x61, byte, 0x62]
            let isHostByte =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || [0x2d, 0x2e, 0x5f].contains(byte)
            if case .refused = HostName.normalise(authority.span) {
                #expect(!isHostByte)
            } else {
                #expect(isHostByte)
            }
        }
    }

    @Test(
        "IPv6 addresses",
        arguments: [
            ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6:7:8", true), ("1:2:3:4:5:6:7::", true),
            ("::2:3:4:5:6:7:8", true),
            ("1::8", true), ("fe80::abcd:EF01", true), ("::1.2.3.4", true), ("1:2:3:4:5:6:1.2.3.4", true),
            ("64:ff9b::1.2.3.4", true),
            ("", false), (":", false), (":::", false), ("1", false), ("1:2", false), ("1:2:3:4:5:6:7", false),
            ("1:2:3:4:5:6:7:8:9", false),
            ("1:2:3:4:5:6:7:8::", false), ("::1::", false), ("12345::", false), ("1:", false), (":1", false),
            ("1::2:", false),
            ("1:2:3:4:5:6:7:1.2.3.4", false), ("1.2.3.4", false), ("::1.2.3", false), ("::256.1.1.1", false),
            ("::1.2.3.4:5", false),
            ("::g", false), ("1:2:3:4:5:6:7:", false),
        ])
    func ipv6(text: String, isAddress: Bool) {
        let answer = IPAddressText.isIPv6(Array(text.utf8).span)
        #expect(answer == isAddress)
    }

    @Test(
        "IPv4 addresses",
        arguments: [
            ("127.0.0.1", true), ("0.0.0.0", true), ("255.255.255.255", true), ("1.2.3", false), ("1.2.3.4.5", false),
            ("256.1.1.1", false),
            ("01.2.3.4", false), ("1..2.3", false), ("", false), ("1.2.3.4.", false), ("1.2.3.0000", false),
            ("a.2.3.4", false), ("1.2.3.", false),
        ])
    func ipv4(text: String, isAddress: Bool) {
        let answer = IPAddressText.isIPv4(Array(text.utf8).span)
        #expect(answer == isAddress)
    }
}
