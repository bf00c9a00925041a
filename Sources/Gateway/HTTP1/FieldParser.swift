import Wire

/// Parses the field lines of a complete head.
enum FieldParser {
    /// Appends the fields of `bytes[start..<end]` to `fields`; `end` is the offset of the empty line.
    ///
    /// `desync` is worsened by what passes without being compliant.
    @inline(__always)
    static func parse(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, names: FieldNames, into fields: inout [HeaderField],
        noting desync: inout DesyncReason?
    ) throws(HeadError) {
        let low = names.low
        let high = names.high
        var position = start
        while position < end {
            let nameStart = position
            while position < end, isIn(low, high, bytes[position]) { position &+= 1 }
            var isValidName = true
            if position == nameStart || bytes[position] != ASCII.colon {
                position = try endOfUnusualName(bytes, from: nameStart, to: end, names: names)
                isValidName = false
            }
            let name = ByteRange(nameStart, position)
            position &+= 1
            while bytes[position] == ASCII.space || bytes[position] == ASCII.tab { position &+= 1 }
            let valueStart = position
            position = bytes.firstControlOrNonASCII(from: position)
            // The scanner has seen that every LF follows a CR: a CR elsewhere is the fault.
            if bytes[position] != ASCII.carriageReturn || bytes[position &+ 1] != ASCII.lineFeed {
                position = try endOfUnusualValue(bytes, from: position, noting: &desync)
            }
            var valueEnd = position
            while valueEnd > valueStart,
                bytes[valueEnd &- 1] == ASCII.space || bytes[valueEnd &- 1] == ASCII.tab
            {
                valueEnd &-= 1
            }
            position &+= 2
            var known = HeaderName(bytes, name)
            if !isValidName, known != .suspiciousFraming { known = .invalid }
            fields.append(HeaderField(name: name, value: ByteRange(valueStart, valueEnd), known: known))
        }
    }

    /// The colon behind a name that is left out for its characters. What does not even look like a name is refused: white space
    /// before a colon moves the end of the name for some readers (RFC 9112 §5.1), and a line that begins with it goes on
    /// the line before (§5.2).
    @inline(never)
    private static func endOfUnusualName(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, names: FieldNames
    ) throws(HeadError) -> Int {
        if bytes[start] == ASCII.space || bytes[start] == ASCII.tab {
            var position = start
            while bytes[position] == ASCII.space || bytes[position] == ASCII.tab { position &+= 1 }
            throw bytes[position] == ASCII.carriageReturn ? .emptyFieldName : .foldedLine
        }
        var position = start
        while bytes[position] > ASCII.space, bytes[position] != 0x7F, bytes[position] != ASCII.colon { position &+= 1 }
        switch bytes[position] {
        case ASCII.colon:
            guard position > start else { throw .emptyFieldName }
            guard names == .alphanumeric else { throw .badFieldName }
            return position
        case ASCII.carriageReturn where bytes[position &+ 1] == ASCII.lineFeed: throw .missingColon
        case 0, ASCII.carriageReturn: throw .badFieldValue
        default: throw .badFieldName
        }
    }

    /// The end of a value from its first byte on that is no visible ASCII: tabs and bytes beyond ASCII belong to it.
    @inline(never)
    private static func endOfUnusualValue(
        _ bytes: Span<UInt8>, from start: Int, noting desync: inout DesyncReason?
    ) throws(HeadError) -> Int {
        var position = start
        while true {
            let byte = bytes[position]
            if byte >= 0x80 {
                DesyncReason.nonCompliantHeader.worsen(&desync)
            } else if byte == ASCII.carriageReturn {
                guard bytes[position &+ 1] == ASCII.lineFeed else { throw .badFieldValue }
                return position
            } else if byte != ASCII.tab {
                throw byte == 0 ? .badFieldValue : .controlCharacter
            }
            position = bytes.firstControlOrNonASCII(from: position &+ 1)
        }
    }

    @inline(__always)
    private static func isIn(_ low: UInt64, _ high: UInt64, _ byte: UInt8) -> Bool {
        if byte < 64 { return low &>> UInt64(byte) & 1 == 1 }
        return byte < 128 && high &>> UInt64(byte &- 64) & 1 == 1
    }

    /// The value of a `Content-Length`: decimal digits only, at most 18 of them (attack 86: `+5`, `0x5`, `5,5` and empty are refused).
    static func contentLength(_ bytes: Span<UInt8>, _ range: ByteRange) -> Int? {
        guard range.count > 0, range.count <= 18 else { return nil }
        var value = 0
        for index in range.lowerBound..<range.upperBound {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            value = value &* 10 &+ Int(bytes[index] &- 0x30)
        }
        return value
    }
}
