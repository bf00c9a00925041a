import HTTP1
import Testing
import Wire

@Suite("A body is told from what follows it, whatever the pieces")
struct BodyReaderTests {
    /// The body in `bytes` and the number of bytes that belong to the message, read in pieces that end at `cuts`.
    private func read(
        _ framing: BodyFraming, _ bytes: [UInt8], cutAt cuts: [Int]
    ) throws(ChunkError) -> (body: [UInt8], read: Int, isEnded: Bool) {
        var reader = BodyReader(framing)
        var body: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] where !reader.isEnded {
            let piece = Array(bytes[start..<cut])
            var position = 0
            while let range = try reader.next(piece.span, from: &position) {
                body += piece.span.bytes(range)
                precondition(!range.isEmpty && range.upperBound == position)
            }
            start += position
        }
        return (body, start, reader.isEnded)
    }

    @Test(
        "each framing takes its own bytes only",
        arguments: [
            (.none, "abc", "", 0, true), (.length(2), "abc", "ab", 2, true), (.length(3), "abc", "abc", 3, true),
            (.length(4), "abc", "abc", 3, false), (.untilClose, "abc", "abc", 3, false),
            (.chunked, "2\r\nab\r\n0\r\n\r\nGET", "ab", 12, true), (.chunked, "2\r\nab\r\n0\r\n", "ab", 10, false),
            (.chunked, "0\r\nx: y\r\n\r\nz", "", 11, true),
        ] as [(BodyFraming, String, String, Int, Bool)])
    func framings(framing: BodyFraming, text: String, body: String, count: Int, isEnded: Bool) throws {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let result = try read(framing, bytes, cutAt: [first, second])
                #expect(result.body == Array(body.utf8) && result.read == count && result.isEnded == isEnded)
            }
        }
    }

    @Test("trailer fields are kept where they are asked for, whatever the pieces")
    func trailers() throws {
        let bytes = Array("1\r\na\r\n0\r\nX-Sum: 1\r\nb:\r\n\r\nGET".utf8)
        for cut in 0...bytes.count {
            for keeps in [true, false] {
                var reader = BodyReader(.chunked, keepsTrailers: keeps)
                var body: [UInt8] = []
                for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] {
                    var position = 0
                    while let range = try reader.next(piece.span, from: &position) { body += piece.span.bytes(range) }
                }
                #expect(reader.isEnded && body == Array("a".utf8))
                #expect(reader.trailers == Array((keeps ? "X-Sum: 1\r\nb:\r\n" : "").utf8))
            }
        }
    }

    @Test("the lines of a trailer section become fields")
    func section() throws {
        let lines = Array("X-Sum:  1 \r\nCONTENT-LENGTH: 5\r\nX_Amzn-Oidc-Data: e\r\n".utf8)
        var section = TrailerSection()
        try section.parse(lines.span)
        #expect(section.fields.map { lines.span.text($0.value) } == ["1", "5", "e"])
        #expect(section.fields.map(\.known) == [.other, .contentLength, .identityClaim])
        try section.parse([UInt8]().span)
        #expect(section.fields.isEmpty)
        #expect(throws: HeadError.badFieldName) { try section.parse(Array("a b: c\r\n".utf8).span) }
    }

    @Test("only a body without stated end ends with the connection")
    func close() {
        #expect(BodyReader(.untilClose).endsWithClose)
        for framing in [BodyFraming.none, .length(1), .chunked] { #expect(!BodyReader(framing).endsWithClose) }
    }

    @Test("a fault in the chunks is thrown")
    func fault() {
        #expect(throws: ChunkError.badSize) { try read(.chunked, Array("x\r\n".utf8), cutAt: []) }
    }
}
