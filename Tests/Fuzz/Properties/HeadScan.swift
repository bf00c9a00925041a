import HTTP1
import Wire

/// What a scanner says of bytes in the end.
enum HeadScan: Equatable {
    case needMore
    case complete(length: Int)
    case failed(HeadError)

    /// Scans `bytes` as they arrive up to each of `cuts`, then whole.
    init(_ bytes: [UInt8], cutAt cuts: [Int] = [], limits: HeadLimits = .request) {
        var scanner = HeadScanner()
        do throws(HeadError) {
            for seen in cuts + [bytes.count] {
                if case .complete(let length) = try scanner.scan(bytes.span.extracting(0..<seen), limits: limits) {
                    self = .complete(length: length)
                    return
                }
            }
            self = .needMore
        } catch {
            self = .failed(error)
        }
    }

    /// Whether pieces change the outcome; nil if they do not.
    static func contradiction(in input: [UInt8], limits: HeadLimits) -> String? {
        let whole = HeadScan(input, limits: limits)
        let pieces = cuts(of: input, count: 4)
        if HeadScan(input, cutAt: pieces, limits: limits) != whole { return "pieces \(pieces) change the outcome" }
        if HeadScan(input, cutAt: Array(0..<input.count), limits: limits) != whole {
            return "byte by byte the outcome is another"
        }
        return nil
    }
}

/// What is wrong with a field table, read a second time; nil if nothing is.
func contradiction(of fields: [HeaderField], in bytes: [UInt8], length: Int, with plain: PlainHead) -> String? {
    guard fields.count == plain.fields.count else { return "\(fields.count) fields, not \(plain.fields.count)" }
    let span = bytes.span
    for (field, other) in zip(fields, plain.fields) {
        guard field.name.upperBound < field.value.lowerBound || field.value.isEmpty,
            field.value.upperBound <= length, field.name.upperBound <= length
        else { return "ranges out of order" }
        guard span.bytes(field.name) == other.name, span.bytes(field.value) == other.value else {
            return "field \(lowercased(other.name)) differs"
        }
        guard !other.name.isEmpty, other.name.allSatisfy(ASCII.isTokenCharacter) else { return "a name is no token" }
        guard other.value.allSatisfy(ASCII.isFieldValueCharacter) else { return "a value holds a control character" }
        let folded = String(decoding: other.name.map(ASCII.folded), as: UTF8.self)
        if folded.hasPrefix("x-amzn-oidc-"), field.known != .identityClaim { return "an identity is overlooked" }
    }
    return nil
}
