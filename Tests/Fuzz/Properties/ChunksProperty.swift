import HTTP1
import Wire

/// Pieces change nothing, a second decoder agrees, and what is decoded survives being sent on in chunks of our own.
enum ChunksProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        let whole = DecodedChunks(input)
        let pieces = cuts(of: input, count: 3)
        if DecodedChunks(input, cutAt: pieces) != whole { return "pieces \(pieces) change the outcome" }
        if DecodedChunks(input, cutAt: Array(0..<input.count)) != whole { return "byte by byte the outcome is another" }
        let reference = ReferenceChunks(input)
        guard reference.body == whole.body else { return "the body is another" }
        switch (whole.end, reference.end) {
        case (.complete(let end), .complete(let other)) where end == other: return contradiction(ofCoded: whole.body)
        case (.incomplete, .incomplete), (.refused, .refused): return nil
        default: return "it ends as \(whole.end), not \(reference.end)"
        }
    }

    private static func contradiction(ofCoded body: [UInt8]) -> String? {
        var output = ByteQueue()
        for start in stride(from: 0, to: body.count, by: 7) {
            let piece = Array(body[start..<min(start + 7, body.count)])
            output.append(hexadecimal: piece.count)
            output.append("\r\n")
            output.append(piece)
            output.append("\r\n")
        }
        output.append("0\r\n\r\n")
        let coded = Array(output.readable)
        let again = DecodedChunks(coded)
        return again.body == body && again.end == .complete(coded.count) ? nil : "the body does not survive its coding"
    }
}
