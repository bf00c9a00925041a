import Wire

/// Parses the field lines of a complete head.
enum FieldParser {
    /// Appends the fields of `bytes[start..<end]` to `fields`; `end` is the offset of the empty line.
    @inline(__always)
    static func parse(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, into fields: inout [HeaderField]
    ) throws(HeadError) {
        var position = start
        while position < end {
            let nameStart = position
            let first = bytes[position]
            if first == ASCII.space || first == ASCII.tab { throw .foldedLine }
            while position < end, ASCII.isTokenCharacter(bytes[position]) { position &+= 1 }
            guard position > nameStart, position < end, bytes[position] == ASCII.colon else { throw .badFieldName }
            let name = ByteRange(nameStart, position)
            position &+= 1
            while position < end, bytes[position] == ASCII.space || bytes[position] == ASCII.tab { position &+= 1 }
            let valueStart = position
            while position < end, ASCII.isFieldValueCharacter(bytes[position]) { position &+= 1 }
            // The scanner has seen that every LF follows a CR: a CR elsewhere is the fault.
            guard position &+ 1 < bytes.count, bytes[position] == ASCII.carriageReturn,
                bytes[position &+ 1] == ASCII.lineFeed
            else { throw .badFieldValue }
            var valueEnd = position
            while valueEnd > valueStart,
                bytes[valueEnd &- 1] == ASCII.space || bytes[valueEnd &- 1] == ASCII.tab
            {
                valueEnd &-= 1
            }
            position &+= 2
            fields.append(
                HeaderField(name: name, value: ByteRange(valueStart, valueEnd), known: HeaderName(bytes, name)))
        }
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
