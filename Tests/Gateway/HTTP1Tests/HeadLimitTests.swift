import HTTP1
import TestSupport
import Testing
import Wire

@Suite("A head's limits hold to the byte, whatever the pieces", .ownThread)
struct HeadLimitTests {
    private func expectOutcome(_ text: String, _ expected: ScanOutcome, limits: HeadLimits = .request) {
        let bytes = Array(text.utf8)
        #expect(scan(bytes, limits: limits) == expected)
        #expect(scanByteByByte(bytes, limits: limits) == expected)
        for size in [2, 3, 1000, 4096, 16_384, 16_385, 16_386] {
            #expect(
                scan(bytes, cutAt: Array(stride(from: 0, to: bytes.count, by: size)), limits: limits) == expected,
                "pieces of \(size)")
        }
    }

    private func expectComplete(_ text: String, limits: HeadLimits = .request) {
        expectOutcome(text, .complete(length: text.utf8.count), limits: limits)
    }

    @Test("request line: 16 K")
    func startLine() {
        let line = "GET /" + String(repeating: "a", count: 16_384 - 14) + " HTTP/1.1"
        #expect(line.utf8.count == 16_384)
        expectComplete("\(line)\r\nHost: a\r\n\r\n")
        expectOutcome("\(line)1\r\nHost: a\r\n\r\n", .failed(.startLineTooLong))
    }

    @Test("one field line: 16 K")
    func fieldLine() {
        let line = "X: " + String(repeating: "a", count: 16_384 - 3)
        expectComplete("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n")
        expectOutcome("GET / HTTP/1.1\r\n\(line)b\r\nHost: a\r\n\r\n", .failed(.fieldLineTooLong))
        expectOutcome("GET / HTTP/1.1\r\nHost: a\r\n\(line)b\r\n\r\n", .failed(.fieldLineTooLong))
    }

    @Test("all field lines with their line ends: 64 K")
    func fields() {
        let line = "X: " + String(repeating: "a", count: 1024 - 5) + "\r\n"
        let lines = String(repeating: line, count: 64)
        #expect(lines.utf8.count == 65_536)
        expectComplete("GET / HTTP/1.1\r\n\(lines)\r\n")
        expectOutcome("GET / HTTP/1.1\r\nX: b\(lines.dropFirst(3))\r\n", .failed(.fieldsTooLong))
        expectOutcome("GET / HTTP/1.1\r\n\(lines)Y:\r\n\r\n", .failed(.fieldsTooLong))
        expectOutcome("GET / HTTP/1.1\r\n\(lines)\(lines)\r\n", .failed(.fieldsTooLong))
    }

    @Test("number of fields: 256 (attack 102)")
    func fieldCount() {
        let lines = String(repeating: "X: a\r\n", count: 255)
        expectComplete("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        expectOutcome("GET / HTTP/1.1\r\nHost: a\r\n\(lines)X: a\r\n\r\n", .failed(.tooManyFields))
        expectOutcome("GET / HTTP/1.1\r\nHost: a\r\n\(lines)X: a\r\n", .failed(.tooManyFields))
    }

    @Test("a response may hold 32 K of fields in one line or in many")
    func response() {
        let line = "X: " + String(repeating: "a", count: 32_768 - 5) + "\r\n"
        expectComplete("HTTP/1.1 200 OK\r\n\(line)\r\n", limits: .response)
        expectOutcome("HTTP/1.1 200 OK\r\nX: b\(line.dropFirst(3))\r\n", .failed(.fieldsTooLong), limits: .response)
    }

    @Test("of two limits the one crossed first is blamed, however the head arrives")
    func firstCrossed() {
        let limits = HeadLimits(startLine: 8, fieldLine: 8, fields: 20, fieldCount: 2)
        // The second line crosses its own limit first, then, with a smaller one, that of all lines.
        expectOutcome("GET /\r\nabcdef:\r\nabcdefghi:\r\n\r\n", .failed(.fieldLineTooLong), limits: limits)
        expectOutcome("GET /\r\nabcdefg:\r\nabcdefghi:\n\r\n", .failed(.fieldLineTooLong), limits: limits)
        let narrow = HeadLimits(startLine: 8, fieldLine: 8, fields: 16, fieldCount: 2)
        expectOutcome("GET /\r\nabcdef:\r\nabcdefghi:\r\n\r\n", .failed(.fieldsTooLong), limits: narrow)
        expectOutcome("GET /\r\nabcdefg:\r\n\r\n", .complete(length: 19), limits: narrow)
        expectOutcome("GET /abcdefgh\n\r\n", .failed(.startLineTooLong), limits: narrow)
    }

    @Test("a line without end is refused as soon as it is too long, not kept")
    func endless() {
        var scanner = HeadScanner()
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 16_386)
        #expect(throws: Never.self) {
            try scanner.scan(bytes.span.extracting(0..<16_385), limits: .request) == .needMore
        }
        #expect(throws: HeadError.startLineTooLong) { try scanner.scan(bytes.span, limits: .request) }
    }
}
