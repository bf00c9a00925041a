public import HTTP1
import Wire

/// What a decoder says of bytes in the end.
public struct DecodedChunks: Equatable {
    /// How they ended.
    public enum End: Equatable {
        /// The body ended after this many bytes.
        case complete(Int)
        /// More has to come.
        case incomplete
        /// What is wrong.
        case refused(ChunkError)
    }

    /// The chunks' data.
    public private(set) var body: [UInt8] = []
    /// The trailer fields' lines; none if they were refused, since how much was told before depends on the pieces.
    public private(set) var trailers: [UInt8] = []
    /// How it ended.
    public private(set) var end = End.incomplete

    /// Feeds `bytes` in pieces that end at each of `cuts` and at the last byte. Each piece is a buffer of its own.
    public init(_ bytes: [UInt8], cutAt cuts: [Int] = []) {
        var decoder = ChunkedDecoder()
        var start = 0
        do throws(ChunkError) {
            for cut in cuts + [bytes.count] where cut >= start {
                let piece = Array(bytes[start..<cut])
                if let last = try feed(piece, to: &decoder) {
                    end = .complete(start + last)
                    return
                }
                start = cut
            }
        } catch {
            end = .refused(error)
            trailers = []
        }
    }

    /// Decodes one piece; the answer is where in it the body ended.
    private mutating func feed(_ piece: [UInt8], to decoder: inout ChunkedDecoder) throws(ChunkError) -> Int? {
        var position = 0
        while true {
            switch try decoder.next(piece.span, from: &position) {
            case .data(let range):
                precondition(!range.isEmpty && range.upperBound == position && position <= piece.count)
                body += piece.span.bytes(range)
            case .trailer(let range):
                precondition(!range.isEmpty && range.upperBound == position && position <= piece.count)
                trailers += piece.span.bytes(range)
            case .needMore:
                precondition(position == piece.count && !decoder.isEnded)
                return nil
            case .end(let last):
                precondition(last == position && decoder.isEnded)
                return last
            }
        }
    }
}
