/// Walks over the tokens of a JSON text (RFC 8259) that holds only strings, `true`, `false` and one object.
struct FlatJSONScanner {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// Passes `token` if it comes next.
    mutating func skip(_ token: String) -> Bool {
        skipWhitespace()
        let wanted = Array(token.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    mutating func expect(_ token: String) throws(Problem) {
        guard skip(token) else { throw Self.malformed }
    }

    mutating func expectEnd() throws(Problem) {
        skipWhitespace()
        guard position == scalars.count else { throw Self.malformed }
    }

    mutating func string() throws(Problem) -> String {
        try expect("\"")
        var text = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            switch scalar {
            case "\"": return String(text)
            case "\\": text.append(try escape())
            case "\0"..."\u{1F}": throw Self.malformed
            default: text.append(scalar)
            }
        }
        throw Self.malformed
    }

    private mutating func escape() throws(Problem) -> Unicode.Scalar {
        guard position < scalars.count else { throw Self.malformed }
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "\"", "\\", "/": return scalar
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try codePoint()
        default: throw Self.malformed
        }
    }

    private mutating func codePoint() throws(Problem) -> Unicode.Scalar {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800...0xDBFF).contains(high), scalars[position...].starts(with: ["\\", "u"]) else {
            throw Self.loneSurrogate
        }
        position += 2
        let low = try codeUnit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw Self.loneSurrogate }
        return scalar
    }

    private mutating func codeUnit() throws(Problem) -> UInt32 {
        guard position + 4 <= scalars.count else { throw Self.malformed }
        var unit: UInt32 = 0
        for scalar in scalars[position..<position + 4] {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { throw Self.malformed }
            unit = unit << 4 | UInt32(digit)
        }
        position += 4
        return unit
    }

    private mutating func skipWhitespace() {
        while position < scalars.count, [" ", "\t", "\n", "\r"].contains(scalars[position]) { position += 1 }
    }

    private static let malformed = Problem.malformedBody(
        "The body is not a flat JSON object of strings and truth values.")
    private static let loneSurrogate = Problem.malformedBody("The body holds half of a surrogate pair.")
}
