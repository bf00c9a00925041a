import FuzzProperties
import HTTP1
import TestSupport
import Testing
import Wire

@Suite("Chunked bodies are decoded strictly, whatever the pieces", .ownThread)
struct ChunkedDecoderTests {
    private func expect(_ bytes: [UInt8], body: String, end: DecodedChunks.End) {
        let whole = DecodedChunks(bytes)
        #expect(whole.body == Array(body.utf8) && whole.end == end)
        #expect(DecodedChunks(bytes, cutAt: Array(0..<bytes.count)) == whole)
        for cut in 0...min(bytes.count, 200) { #expect(DecodedChunks(bytes, cutAt: [cut]) == whole, "cut at \(cut)") }
    }

    @Test(
        "good bodies",
        arguments: [
            ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc"),
            ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("000000000000005\r\nhello\r\n0\r\n\r\n", "hello"), ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
            ("7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n", "0\r\n\r\n0\r"), ("5;a=b\r\nhello\r\n0;last\r\n\r\n", "hello"),
            ("5 ;a=\"b\"\r\nhello\r\n0 \t; x\r\n\r\n", "hello"), ("5;\r\nhello\r\n0\r\n\r\n", "hello"),
            ("0\r\nExpires: 0\r\nX-Sum:\r\n\r\n", ""), ("1\r\na\r\n0\r\nx-amzn-oidc-data: evil\r\n\r\n", "a"),
        ])
    func good(text: String, body: String) {
        let bytes = Array(text.utf8)
        expect(bytes, body: body, end: .complete(bytes.count))
        // What follows belongs to the next message.
        let followed = bytes + Array("GET / HTTP/1.1\r\n\r\n".utf8)
        expect(followed, body: body, end: .complete(bytes.count))
        for end in 0..<bytes.count { #expect(DecodedChunks(Array(bytes[..<end])).end == .incomplete) }
    }

    /// Attacks 87 and 88.
    @Test(
        "bad bodies",
        arguments: [
            ("\r\n", "", .badSize), ("g\r\n", "", .badSize), ("-1\r\n", "", .badSize), ("+1\r\n", "", .badSize),
            (" 5\r\n", "", .badSize), ("0x5\r\n", "", .badSize), ("5 \r\n", "", .badSize), ("5\t\r\n", "", .badSize),
            ("5 5\r\n", "", .badSize), ("5_0\r\n", "", .badSize), ("5\n", "", .badSize), (";a\r\n", "", .badSize),
            ("\u{0665}\r\n", "", .badSize), ("ffffffffffffffff1\r\n", "", .sizeTooLarge),
            ("ffffffffffffffff\r\n", "", .sizeTooLarge), ("0000000000000001\r\n", "", .sizeTooLarge),
            ("5\rx", "", .badLineEnd), ("5;a\rb", "", .badLineEnd), ("5;a\n", "", .badExtension),
            ("5;a\u{0}\r\n", "", .badExtension), ("5;\u{7f}\r\n", "", .badExtension),
            ("5\r\nhello0\r\n\r\n", "hello", .badLineEnd), ("5\r\nhello\n", "hello", .badLineEnd),
            ("5\r\nhello\rx", "hello", .badLineEnd), ("4\r\nhello\r\n", "hell", .badLineEnd),
            ("1\r\na\r\n\r\n", "a", .badSize), ("0\r\n\n", "", .badTrailer), ("0\r\n\rx", "", .badLineEnd),
            ("0\r\n: a\r\n\r\n", "", .badTrailer), ("0\r\n a: b\r\n\r\n", "", .badTrailer),
            ("0\r\na b: c\r\n\r\n", "", .badTrailer), ("0\r\na : c\r\n\r\n", "", .badTrailer),
            ("0\r\nabc\r\n\r\n", "", .badTrailer), ("0\r\na: b\n\r\n", "", .badTrailer),
            ("0\r\na: b\u{0}\r\n\r\n", "", .badTrailer), ("0\r\na: b\rc", "", .badLineEnd),
            ("0\r\na: b\r\n c\r\n\r\n", "", .badTrailer), ("0\r\nGET / HTTP/1.1\r\n\r\n", "", .badTrailer),
        ] as [(String, String, ChunkError)])
    func bad(text: String, body: String, error: ChunkError) {
        expect(Array(text.utf8), body: body, end: .refused(error))
    }

    @Test("extensions of one chunk: 4,096 bytes, and every chunk anew")
    func extensions() {
        let fill = String(repeating: "e", count: 4095)
        let good = Array("1;\(fill)\r\na\r\n1;\(fill)\r\nb\r\n0;\(fill)\r\n\r\n".utf8)
        #expect(DecodedChunks(good) == DecodedChunks(good, cutAt: Array(0..<good.count)))
        #expect(DecodedChunks(good).body == Array("ab".utf8) && DecodedChunks(good).end == .complete(good.count))
        let bad = Array("1;\(fill)e\r\na\r\n".utf8)
        #expect(DecodedChunks(bad).end == .refused(.lineTooLong))
        #expect(DecodedChunks(bad, cutAt: Array(0..<bad.count)).end == .refused(.lineTooLong))
        #expect(
            DecodedChunks(Array("1;".utf8) + [UInt8](repeating: 0x65, count: 1 << 20)).end == .refused(.lineTooLong))
        #expect(DecodedChunks(Array("1".utf8) + [UInt8](repeating: 0x20, count: 5000)).end == .refused(.lineTooLong))
    }

    @Test(
        "trailer fields are told whole and apart from the body, their last empty line left out",
        arguments: [
            ("0\r\n\r\n", ""), ("0\r\na: b\r\n\r\n", "a: b\r\n"),
            ("1\r\nx\r\n0\r\nX-One:\r\nTwo: \t2 \r\n\r\nGET", "X-One:\r\nTwo: \t2 \r\n"),
            ("0;e\r\nunfinished: t", "unfinished: t"),
        ])
    func trailerFields(text: String, trailers: String) {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                #expect(DecodedChunks(bytes, cutAt: [first, second]).trailers == Array(trailers.utf8))
            }
        }
    }

    @Test("trailer fields: 16,384 bytes in one or in many lines")
    func trailers() {
        let one = "a:" + String(repeating: "t", count: 16382)
        #expect(DecodedChunks(Array("0\r\n\(one)\r\n\r\n".utf8)).end == .complete(5 + 16384 + 2))
        #expect(DecodedChunks(Array("0\r\n\(one)t\r\n\r\n".utf8)).end == .refused(.trailersTooLong))
        #expect(DecodedChunks(Array("0\r\n\(one)\r\nb:\r\n\r\n".utf8)).end == .refused(.trailersTooLong))
        let many = String(repeating: "a:\r\n", count: 8192)
        #expect(DecodedChunks(Array("0\r\n\(many)\r\n".utf8)).end == .complete(3 + 4 * 8192 + 2))
        #expect(DecodedChunks(Array("0\r\n\(many)b:\r\n\r\n".utf8)).end == .refused(.trailersTooLong))
    }

    @Test("the largest size is counted without overflow (attacks 88 and 109)")
    func largest() {
        let bytes = Array("fffffffffffffff\r\n".utf8) + [UInt8](repeating: 1, count: 1000)
        #expect(DecodedChunks(bytes).body.count == 1000 && DecodedChunks(bytes).end == .incomplete)
    }

    @Test("a decoder that has ended takes no further byte")
    func ended() throws {
        var decoder = ChunkedDecoder()
        let bytes = Array("0\r\n\r\n5\r\nhello".utf8)
        var position = 0
        #expect(try decoder.next(bytes.span, from: &position) == .end(5))
        #expect(try decoder.next(bytes.span, from: &position) == .end(5))
        #expect(position == 5 && decoder.isEnded)
    }

    @Test("agrees with a second decoder over 10,000 mutated bodies in random pieces")
    func fuzz() {
        var random = SplitMix64(seed: 88)
        let seeds = [
            "5\r\nhello\r\n0\r\n\r\n", "1;a=b\r\nx\r\nA ;c\r\n0123456789\r\n0\r\nx: y\r\nz:\r\n\r\nGET",
            "0\r\n\r\n", "2\r\n\r\n\r\n00\r\nt: \tv\r\n\r\n", "fffffffffffffff\r\nabc",
        ].map { Array($0.utf8) }
        var ends = (complete: 0, incomplete: 0, refused: 0)
        for round in 0..<10_000 {
            let bytes = mutated(seeds[random.below(seeds.count)], by: &random)
            let cuts = (0..<random.below(4)).map { _ in random.below(bytes.count + 1) }.sorted()
            let decoded = DecodedChunks(bytes, cutAt: cuts)
            let reference = ReferenceChunks(bytes)
            let agrees: Bool
            switch (decoded.end, reference.end) {
            case (.complete(let left), .complete(let right)):
                agrees = left == right
                ends.complete += 1
            case (.incomplete, .incomplete):
                agrees = true
                ends.incomplete += 1
            case (.refused, .refused):
                agrees = true
                ends.refused += 1
            default: agrees = false
            }
            if !agrees || decoded.body != reference.body {
                Issue.record("round \(round): \(bytes) cut at \(cuts): \(decoded) but \(reference)")
                return
            }
        }
        // The mutations reach every end, or the test proves little.
        #expect(ends.complete > 300 && ends.incomplete > 300 && ends.refused > 300)
    }
}
