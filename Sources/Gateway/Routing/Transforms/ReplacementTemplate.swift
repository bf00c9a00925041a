/// What a match is replaced with: text with `$1` for what a group matched, `$0` for the whole match, `$$` for a dollar sign.
///
/// `$12` is group 12 where the pattern has that many, else group 1 and the digit 2; `${1}2` says it outright. A group that had no
/// part in the match stands for nothing.
public struct ReplacementTemplate: Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case literal([UInt8])
        case group(Int)
    }

    /// The template as it was written.
    public let text: String
    private let pieces: [Piece]

    /// Reads a template for a pattern with this many groups.
    ///
    /// - Throws: What is wrong, and where.
    public init(_ text: String, groupCount: Int) throws(RegularExpressionError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= RegularExpression.lengthLimit else { throw RegularExpressionError(.replacementTooLong) }
        if let stray = bytes.firstIndex(where: { !(0x21...0x7e).contains($0) }) {
            throw RegularExpressionError(.notASCII, at: stray + 1)
        }
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$") else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "$") {
                literal.append(UInt8(ascii: "$"))
                index += 2
                continue
            }
            let (group, length) = try Self.reference(in: bytes, at: index, groupCount: groupCount)
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = []
            pieces.append(.group(group))
            index += length
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.text = text
        self.pieces = pieces
    }

    /// Appends the replacement of a match; false once `output` would be longer than `limit`.
    func append(
        _ match: RegularExpressionMatch, in subject: Span<UInt8>, to output: inout [UInt8], limit: Int
    ) -> Bool {
        for piece in pieces {
            switch piece {
            case .literal(let bytes): output += bytes
            case .group(let number):
                guard let range = match.group(number) else { continue }
                guard output.count + range.count <= limit else { return false }
                for index in range { output.append(subject[index]) }
            }
        }
        return output.count <= limit
    }

    /// The group a `$` at `index` names, and how many bytes that takes.
    private static func reference(
        in bytes: [UInt8], at index: Int, groupCount: Int
    ) throws(RegularExpressionError) -> (group: Int, length: Int) {
        let isBraced = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "{")
        let digits = bytes[(index + (isBraced ? 2 : 1))...].prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }.prefix(3)
        func number(_ count: Int) -> Int { digits.prefix(count).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        guard !digits.isEmpty else { throw RegularExpressionError(.badReplacement, at: index + 1) }
        if isBraced {
            guard digits.endIndex < bytes.count, bytes[digits.endIndex] == UInt8(ascii: "}") else {
                throw RegularExpressionError(.badReplacement, at: index + 1)
            }
            guard number(digits.count) <= groupCount else { throw RegularExpressionError(.unknownGroup, at: index + 1) }
            return (number(digits.count), digits.count + 3)
        }
        for count in [2, 1] where count <= digits.count && number(count) <= groupCount {
            if count == 2, digits.first == UInt8(ascii: "0") { continue }
            return (number(count), count + 1)
        }
        throw RegularExpressionError(.unknownGroup, at: index + 1)
    }
}
