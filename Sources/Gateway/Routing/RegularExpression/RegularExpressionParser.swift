/// Reads a pattern into a tree.
struct RegularExpressionParser {
    private let pattern: [UInt8]
    private var index = 0
    private var depth = 0
    private var ignoresCase: Bool
    /// Capture groups opened so far.
    private(set) var groupCount = 0

    private static let depthLimit = 32

    init(_ text: String, ignoresCase: Bool) throws(RegularExpressionError) {
        pattern = Array(text.utf8)
        self.ignoresCase = ignoresCase
        guard !pattern.isEmpty else { throw RegularExpressionError(.empty) }
        guard pattern.count <= RegularExpression.lengthLimit else { throw RegularExpressionError(.tooLong) }
        if let stray = pattern.firstIndex(where: { !(0x20...0x7e).contains($0) }) {
            throw RegularExpressionError(.notASCII, at: stray + 1)
        }
    }

    /// The whole pattern's tree.
    mutating func parse() throws(RegularExpressionError) -> RegularExpressionNode {
        if pattern.starts(with: "(?i)".utf8) {
            ignoresCase = true
            index = 4
        }
        let tree = try alternatives()
        guard index == pattern.count else { throw failure(.unopenedGroup) }
        return tree
    }

    private mutating func alternatives() throws(RegularExpressionError) -> RegularExpressionNode {
        var branches = [try sequence()]
        while take(UInt8(ascii: "|")) { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(RegularExpressionError) -> RegularExpressionNode {
        var parts: [RegularExpressionNode] = []
        while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let atom = try self.atom()
            parts.append(try quantified(atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(RegularExpressionError) -> RegularExpressionNode {
        let byte = pattern[index]
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .set(try characterClass())
        case UInt8(ascii: "\\"): return try escape()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw failure(.nothingToRepeat)
        case UInt8(ascii: "{"): throw failure(.badRepetition)
        case UInt8(ascii: "."):
            index += 1
            return .set(.anyButLineFeed)
        case UInt8(ascii: "^"):
            index += 1
            return .assertion(.start)
        case UInt8(ascii: "$"):
            index += 1
            return .assertion(.end)
        default:
            index += 1
            return .set(folded(ByteSet(byte)))
        }
    }

    // MARK: Groups

    private mutating func group() throws(RegularExpressionError) -> RegularExpressionNode {
        let start = index
        index += 1
        var number: Int?
        if take(UInt8(ascii: "?")) {
            guard take(UInt8(ascii: ":")) else { throw RegularExpressionError(unsupportedGroup(), at: start + 1) }
        } else {
            groupCount += 1
            guard groupCount <= RegularExpression.groupLimit else {
                throw RegularExpressionError(.tooManyGroups, at: start + 1)
            }
            number = groupCount
        }
        depth += 1
        guard depth <= Self.depthLimit else { throw RegularExpressionError(.tooDeep, at: start + 1) }
        let content = try alternatives()
        depth -= 1
        guard take(UInt8(ascii: ")")) else { throw RegularExpressionError(.unclosedGroup, at: start + 1) }
        guard let number else { return .sequence([content]) }
        return .group(number: number, [content])
    }

    /// What stands behind `(?`, where it is not `:`.
    private func unsupportedGroup() -> RegularExpressionError.Code {
        func character(_ offset: Int) -> Unicode.Scalar {
            index + offset < pattern.count ? Unicode.Scalar(pattern[index + offset]) : " "
        }
        switch (character(0), character(1)) {
        case ("=", _), ("!", _), ("<", "="), ("<", "!"): return .lookAround
        case (">", _): return .atomicGroup
        case ("P", "="): return .backReference
        case ("R", _), ("&", _), ("+", _), ("0"..."9", _), ("-", "0"..."9"), ("P", ">"): return .recursion
        case ("<", _), ("'", _), ("P", _): return .namedGroup
        default: return .flags
        }
    }

    // MARK: Quantifiers

    private mutating func quantified(_ atom: RegularExpressionNode) throws(RegularExpressionError)
        -> RegularExpressionNode
    {
        let bounds: (least: Int, most: Int?)
        switch peek {
        case UInt8(ascii: "*"): bounds = (0, nil)
        case UInt8(ascii: "+"): bounds = (1, nil)
        case UInt8(ascii: "?"): bounds = (0, 1)
        case UInt8(ascii: "{"): bounds = try counted()
        default: return atom
        }
        if case .assertion = atom { throw failure(.nothingToRepeat) }
        index += 1
        let isLazy = take(UInt8(ascii: "?"))
        switch peek {
        case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "{"): throw failure(.possessive)
        default: break
        }
        return .repetition([atom], least: bounds.least, most: bounds.most, isLazy: isLazy)
    }

    /// `{n}`, `{n,}`, `{n,m}`; stops on the closing brace.
    private mutating func counted() throws(RegularExpressionError) -> (least: Int, most: Int?) {
        let start = index
        index += 1
        guard let least = try number() else { throw RegularExpressionError(.badRepetition, at: start + 1) }
        var most: Int? = least
        if take(UInt8(ascii: ",")) { most = try number() }
        guard peek == UInt8(ascii: "}"), most ?? least >= least else {
            throw RegularExpressionError(.badRepetition, at: start + 1)
        }
        return (least, most)
    }

    private mutating func number() throws(RegularExpressionError) -> Int? {
        var value: Int?
        while let byte = peek, ByteSet.digits.contains(byte) {
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard value! <= RegularExpression.repetitionLimit else { throw failure(.repetitionTooLarge) }
            index += 1
        }
        return value
    }

    // MARK: Escapes and classes

    private mutating func escape() throws(RegularExpressionError) -> RegularExpressionNode {
        guard index + 1 < pattern.count else { throw failure(.unfinishedEscape) }
        switch pattern[index + 1] {
        case UInt8(ascii: "A"):
            index += 2
            return .assertion(.start)
        case UInt8(ascii: "z"):
            index += 2
            return .assertion(.end)
        case UInt8(ascii: "b"):
            index += 2
            return .assertion(.wordBoundary)
        case UInt8(ascii: "B"):
            index += 2
            return .assertion(.noWordBoundary)
        default:
            return .set(folded(try escapedSet().set))
        }
    }

    /// An escape that stands for bytes; `isSingle` where it stands for one and may begin or end a range.
    private mutating func escapedSet() throws(RegularExpressionError) -> (set: ByteSet, isSingle: Bool) {
        guard index + 1 < pattern.count else { throw failure(.unfinishedEscape) }
        let byte = pattern[index + 1]
        defer { index += 2 }
        switch byte {
        case UInt8(ascii: "d"): return (.digits, false)
        case UInt8(ascii: "D"): return (ByteSet.digits.inverted, false)
        case UInt8(ascii: "w"): return (.word, false)
        case UInt8(ascii: "W"): return (ByteSet.word.inverted, false)
        case UInt8(ascii: "s"): return (.space, false)
        case UInt8(ascii: "S"): return (ByteSet.space.inverted, false)
        case UInt8(ascii: "t"): return (ByteSet(0x09), true)
        case UInt8(ascii: "n"): return (ByteSet(0x0a), true)
        case UInt8(ascii: "r"): return (ByteSet(0x0d), true)
        case UInt8(ascii: "x"):
            guard index + 3 < pattern.count, let value = Hexadecimal.value(pattern[index + 2], pattern[index + 3])
            else { throw failure(.unknownEscape) }
            index += 2
            return (ByteSet(value), true)
        case UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "X"): throw failure(.unicodeClass)
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"): throw failure(.backReference)
        case UInt8(ascii: "g"): throw failure(.recursion)
        default:
            guard !ByteSet.word.contains(byte) else { throw failure(.unknownEscape) }
            return (ByteSet(byte), true)
        }
    }

    private mutating func characterClass() throws(RegularExpressionError) -> ByteSet {
        let start = index
        index += 1
        let isInverted = take(UInt8(ascii: "^"))
        var set = ByteSet()
        var isFirst = true
        while let byte = peek, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            let item = try classItem()
            guard peek == UInt8(ascii: "-"), index + 1 < pattern.count, pattern[index + 1] != UInt8(ascii: "]") else {
                set.formUnion(item.set)
                continue
            }
            let dash = index
            index += 1
            let end = try classItem()
            guard item.isSingle, end.isSingle, let lower = item.set.only, let upper = end.set.only, lower <= upper
            else { throw RegularExpressionError(.rangeOrder, at: dash + 1) }
            set.insert(lower...upper)
        }
        guard take(UInt8(ascii: "]")) else { throw RegularExpressionError(.unclosedClass, at: start + 1) }
        set = folded(set)
        return isInverted ? set.inverted : set
    }

    private mutating func classItem() throws(RegularExpressionError) -> (set: ByteSet, isSingle: Bool) {
        let byte = pattern[index]
        switch byte {
        case UInt8(ascii: "\\"): return try escapedSet()
        case UInt8(ascii: "["): throw failure(.nestedClass)
        case UInt8(ascii: "&") where index + 1 < pattern.count && pattern[index + 1] == byte:
            throw failure(.nestedClass)
        default:
            index += 1
            return (ByteSet(byte), true)
        }
    }

    private func folded(_ set: ByteSet) -> ByteSet { ignoresCase ? set.foldingCase : set }

    // MARK: Moving on

    private var peek: UInt8? { index < pattern.count ? pattern[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private func failure(_ code: RegularExpressionError.Code) -> RegularExpressionError {
        RegularExpressionError(code, at: index + 1)
    }
}
