import Foundation
import Proxy
import Testing

@Suite("X-Amzn-Trace-Id, row by row of the load balancer's documentation")
struct TraceIDTests {
    private static let stamp = TraceStamp(now: 0x6543_21AB, random: (0x0123_4567_89AB_CDEF, 0x0000_0000_1357_9BDF))
    private static let made = "1-654321ab-0123456789abcdef13579bdf"

    /// What a backend gets for these fields of a client.
    private func value(_ fields: String) throws -> String {
        let head = try rewritten("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", trace: Self.stamp)
        let lines = head.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix("x-amzn-trace-id:") }
        #expect(lines.count == 1, "\(head)")
        return String(lines[0].dropFirst("X-Amzn-Trace-Id: ".count))
    }

    @Test(
        "absent, with a root, with a self, with fields nobody knows",
        arguments: [
            ("", "Root=\(made)"),
            ("X-Amzn-Trace-Id: Root=1-a-b\r\n", "Self=\(made);Root=1-a-b"),
            ("x-amzn-trace-id: root=1-a-b; x=y\r\n", "Self=\(made);root=1-a-b;x=y"),
            ("X-Amzn-Trace-Id: Self=1-old; Root=1-a-b\r\n", "Self=\(made);Root=1-a-b"),
            ("X-Amzn-Trace-Id: Root=1-a-b;CalledFrom=app;Self=1-old\r\n", "Root=1-a-b;CalledFrom=app;Self=\(made)"),
            ("X-Amzn-Trace-Id: CalledFrom=app\r\n", "Root=\(made);CalledFrom=app"),
            ("X-Amzn-Trace-Id:\r\n", "Root=\(made)"), ("X-Amzn-Trace-Id: ; ;\r\n", "Root=\(made);"),
            ("X-Amzn-Trace-Id: Root=1-a\r\nX-Amzn-Trace-Id: Root=1-b\r\n", "Self=\(made);Root=1-a"),
            ("X_Amzn_Trace_Id: Root=1-a\r\n", "Root=\(made)"),
        ])
    func rows(_ fields: String, _ expected: String) throws { #expect(try value(fields) == expected) }

    @Test("above 7 KB a fresh root is made")
    func length() throws {
        let limit = TraceID.lengthLimit
        let fits = "Root=1-a;x=" + String(repeating: "y", count: limit - 11)
        #expect(try value("X-Amzn-Trace-Id: \(fits)\r\n") == "Self=\(Self.made);\(fits)")
        #expect(try value("X-Amzn-Trace-Id: \(fits)y\r\n") == "Root=\(Self.made)")
    }

    @Test("the numbers of a source do not repeat")
    func random() {
        var source = TraceRandom(seed: 7)
        var seen: Set<UInt64> = []
        for _ in 0..<10_000 {
            let (first, second) = source.next()
            seen.insert(first)
            seen.insert(second)
        }
        #expect(seen.count == 20_000)
    }
}
