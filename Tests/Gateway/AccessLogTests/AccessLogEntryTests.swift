import AccessLog
import Testing

@Suite("A line of the access log: the load balancer's fields, whatever bytes a client chose")
struct AccessLogEntryTests {
    private var entry: AccessLogEntry {
        AccessLogEntry(
            kind: .https, began: 1_700_000_000_000_001, gateway: "app/gatehouse/0", client: "192.0.2.1:5000",
            connection: "TID_0123456789abcdef", address: "127.0.0.1")
    }

    private func text(_ entry: AccessLogEntry) -> String { String(decoding: entry.line, as: UTF8.self) }

    /// The fields as a reader of these logs takes them apart: at blanks outside of quotes.
    private func fields(_ entry: AccessLogEntry) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in text(entry).dropLast() {
            if character == "\"" { isQuoted.toggle() }
            if character == " ", !isQuoted { fields.append("") } else { fields[fields.count - 1].append(character) }
        }
        return fields
    }

    @Test("what is not known is -, -1 or \"-\"")
    func empty() {
        #expect(
            text(entry) == "https 2023-11-14T22:13:20.000001Z app/gatehouse/0 192.0.2.1:5000 - -1 -1 -1 - - 0 0 "
                + "\"- - -\" \"-\" - - - \"-\" \"-\" \"-\" - 2023-11-14T22:13:20.000001Z \"-\" \"-\" \"-\" \"-\" \"-\" "
                + "\"-\" \"-\" TID_0123456789abcdef \"-\" \"-\" \"-\" 127.0.0.1\n")
        #expect(fields(entry).count == AccessLogEntry.fieldCount)
    }

    @Test("every field stands at its place")
    func full() {
        var entry = entry
        entry.kind = .h2
        entry.ended = entry.began + 1_234_567
        entry.target = "/run/chat.sock:0"
        (entry.requestTime, entry.targetTime, entry.responseTime) = (999, 1_000, 61_001_500)
        (entry.status, entry.targetStatus) = (200, 204)
        (entry.receivedBytes, entry.sentBytes) = (12, 345)
        entry.requestLine = Array("GET https://a:443/?q HTTP/2.0".utf8)
        entry.userAgent = Array("curl/8".utf8)
        (entry.cipher, entry.tlsVersion) = ("TLS_AES_128_GCM_SHA256", "TLSv1.3")
        entry.targetGroup = "chat"
        entry.traceID = Array("Root=1-2-3".utf8)
        entry.serverName = Array("a".utf8)
        entry.certificate = "session-reused"
        entry.rule = .priority(7)
        entry.actions = [.authenticate, .forward]
        entry.redirectURL = "https://b/"
        entry.errorReason = "AuthInvalidIdToken"
        entry.classification = .init(name: "Ambiguous", reason: "BothTeClPresent")
        entry.transform = .init(host: Array("c".utf8), target: Array("/d".utf8))
        #expect(
            fields(entry) == [
                "h2", "2023-11-14T22:13:21.234568Z", "app/gatehouse/0", "192.0.2.1:5000", "/run/chat.sock:0", "0.000",
                "0.001", "61.001", "200", "204", "12", "345", "\"GET https://a:443/?q HTTP/2.0\"", "\"curl/8\"",
                "TLS_AES_128_GCM_SHA256", "TLSv1.3", "chat", "\"Root=1-2-3\"", "\"a\"", "\"session-reused\"", "7",
                "2023-11-14T22:13:20.000001Z", "\"authenticate,forward\"", "\"https://b/\"", "\"AuthInvalidIdToken\"",
                "\"/run/chat.sock:0\"", "\"204\"", "\"Ambiguous\"", "\"BothTeClPresent\"", "TID_0123456789abcdef",
                "\"c\"", "\"/d\"", "\"TransformSuccess\"", "127.0.0.1",
            ])
    }

    @Test("the rule is its priority, 0 for the default one, -1 for an error, - for none")
    func rules() {
        for (rule, text) in [
            (AccessLogEntry.Rule.priority(0), "0"), (.priority(50_000), "50000"), (.failed, "-1"), (.none, "-"),
        ] {
            var entry = entry
            entry.rule = rule
            #expect(fields(entry)[20] == text)
        }
    }

    @Test("no byte ends a field or a line, and none moves a terminal's cursor")
    func hostileBytes() {
        for byte in UInt8.min...UInt8.max {
            var entry = entry
            let hostile = [UInt8(ascii: "a"), byte, UInt8(ascii: "b")]
            (entry.requestLine, entry.userAgent, entry.serverName) = (hostile, hostile, hostile)
            entry.target = "/" + String(decoding: [byte & 0x7F], as: UTF8.self) + ":0"
            entry.redirectURL = String(Unicode.Scalar(byte))
            let fields = fields(entry)
            guard fields.count == AccessLogEntry.fieldCount else {
                Issue.record("\(byte) makes \(fields.count) fields")
                continue
            }
            #expect(entry.line.dropLast().allSatisfy { (0x20...0x7E).contains($0) }, "\(byte)")
            let isPlain = (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            let code = String(byte, radix: 16, uppercase: true)
            let written = isPlain ? String(Unicode.Scalar(byte)) : "\\x" + (code.count < 2 ? "0" : "") + code
            #expect(fields[13] == "\"a\(written)b\"")
        }
    }

    @Test("a long field is cut")
    func longFields() {
        var entry = entry
        entry.userAgent = Array(repeating: UInt8(ascii: "x"), count: 100_000)
        #expect(fields(entry)[13].count == 8192 + 2)
    }

    @Test(
        "dates over leap years and ends of centuries",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000000Z"), (1_709_251_200, "2024-03-01T00:00:00.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"), (4_102_444_799, "2099-12-31T23:59:59.000000Z"),
        ])
    func dates(seconds: Int64, text: String) {
        var entry = entry
        entry.ended = seconds * 1_000_000
        #expect(fields(entry)[1] == text)
    }
}
