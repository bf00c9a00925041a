import Testing
import Wire

@Suite("Ranges of bytes are compared without copying")
struct SpanComparingTests {
    private static let bytes = Array("xx-X_y Host: caf\u{e9}".utf8)

    @Test("ranges know their bounds")
    func ranges() {
        let range = ByteRange(3, 10)
        #expect(range.lowerBound == 3 && range.upperBound == 10 && range.count == 7 && !range.isEmpty)
        #expect(ByteRange().isEmpty && ByteRange(5, 5).isEmpty)
        #expect(ByteRange(3, 10) == range && ByteRange(3, 9) != range)
    }

    @Test("exact comparison minds case and length")
    func exact() {
        let bytes = Self.bytes
        let host = ByteRange(7, 11)
        #expect(bytes.equals(host, "Host"))
        #expect(!bytes.equals(host, "host"))
        #expect(!bytes.equals(host, "Hos"))
        #expect(!bytes.equals(host, "Host:"))
        #expect(bytes.equals(ByteRange(2, 2), ""))
        #expect(!bytes.equals(host, ""))
    }

    @Test("comparison without case folds letters only")
    func withoutCase() {
        let bytes = Self.bytes
        #expect(bytes.equals(ByteRange(7, 11), ignoringCase: "host"))
        #expect(bytes.equals(ByteRange(3, 6), ignoringCase: "x_y"))
        #expect(!bytes.equals(ByteRange(3, 6), ignoringCase: "x-y"))
        #expect(!bytes.equals(ByteRange(7, 12), ignoringCase: "host"))
        // `[` and `{`, `@` and the grave accent differ by the bit of case, and are not the same.
        let odd: [UInt8] = [0x5B, 0x40]
        #expect(!odd.equals(ByteRange(0, 1), ignoringCase: "{"))
        #expect(!odd.equals(ByteRange(1, 2), ignoringCase: "`"))
    }

    @Test("a folded prefix reads underscores as hyphens")
    func foldedPrefix() {
        let bytes = Self.bytes
        #expect(bytes.hasFoldedPrefix(ByteRange(0, 6), "xx-x-y"))
        #expect(bytes.hasFoldedPrefix(ByteRange(0, 6), "xx-"))
        #expect(bytes.hasFoldedPrefix(ByteRange(0, 6), ""))
        #expect(!bytes.hasFoldedPrefix(ByteRange(0, 5), "xx-x-y"))
        #expect(!bytes.hasFoldedPrefix(ByteRange(1, 6), "xx"))
    }

    @Test("text replaces what is no UTF-8, bytes are copied as they are")
    func copies() {
        let bytes = Self.bytes
        #expect(bytes.text(ByteRange(7, 11)) == "Host")
        #expect(bytes.text(ByteRange(13, Self.bytes.count)) == "café")
        #expect(bytes.text(ByteRange(13, Self.bytes.count - 1)) == "caf\u{FFFD}")
        #expect(bytes.bytes(ByteRange(2, 6)) == Array("-X_y".utf8))
        #expect(bytes.bytes(ByteRange()).isEmpty && bytes.text(ByteRange()).isEmpty)
    }
}

/// `#expect` cannot take a span apart: these hand it the answers.
extension [UInt8] {
    fileprivate func equals(_ range: ByteRange, _ literal: StaticString) -> Bool { span.equals(range, literal) }

    fileprivate func equals(_ range: ByteRange, ignoringCase literal: StaticString) -> Bool {
        span.equals(range, ignoringCase: literal)
    }

    fileprivate func hasFoldedPrefix(_ range: ByteRange, _ literal: StaticString) -> Bool {
        span.hasFoldedPrefix(range, literal)
    }

    fileprivate func text(_ range: ByteRange) -> String { span.text(range) }

    fileprivate func bytes(_ range: ByteRange) -> [UInt8] { span.bytes(range) }
}
