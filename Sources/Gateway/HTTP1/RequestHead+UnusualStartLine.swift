import Wire

extension RequestHead {
    /// Reads a start line that is not `METHOD /path HTTP/1.1` (or `/1.0`) to the letter, which is another form of target or a fault.
    /// Returns where the fields begin.
    mutating func parseUnusualStartLine(_ bytes: Span<UInt8>, targetStart: Int) throws(HeadError) -> Int {
        // The scanner has seen that the LF is there and follows a CR.
        let lineEnd = bytes.firstLineFeed(from: targetStart) &- 1
        var targetEnd = lineEnd &- 1
        while targetEnd >= targetStart, bytes[targetEnd] != ASCII.space { targetEnd &-= 1 }
        guard targetEnd >= targetStart else { throw lineEnd <= targetStart ? .missingTarget : .badVersion }
        guard targetEnd > targetStart else { throw .missingTarget }
        minorVersion = try HTTPVersion.unusual(bytes, from: targetEnd &+ 1, to: lineEnd)
        for index in targetStart..<targetEnd {
            switch bytes[index] {
            case 0, ASCII.carriageReturn: throw .badTarget
            case ASCII.space: throw .spaceInTarget
            case 0..<ASCII.space, 0x23, 0x7F...: throw .ambiguousTarget
            default: break
            }
        }
        target = ByteRange(targetStart, targetEnd)
        return lineEnd &+ 2
    }
}
