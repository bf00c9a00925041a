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
        try readAbsoluteForm(bytes)
        return lineEnd &+ 2
    }

    /// Takes `http://authority/path` apart. A target of any other form stays as it is.
    private mutating func readAbsoluteForm(_ bytes: Span<UInt8>) throws(HeadError) {
        let isSecure = bytes.hasFoldedPrefix(target, "https://")
        guard isSecure || bytes.hasFoldedPrefix(target, "http://") else { return }
        let start = target.lowerBound &+ (isSecure ? 8 : 7)
        var end = start
        while end < target.upperBound, bytes[end] != 0x2F, bytes[end] != 0x3F { end &+= 1 }
        guard end > start else { return }
        targetScheme = isSecure ? .https : .http
        targetAuthority = ByteRange(start, end)
        if end == target.upperBound {
            target = ByteRange(start &- 1, start)  // an empty path is `/` (RFC 9110 §4.2.3): the scheme's last byte
        } else {
            // `http://host?query` is valid, but has no path whose bytes could go on as they are.
            guard bytes[end] == 0x2F else { throw .ambiguousTarget }
            target = ByteRange(end, target.upperBound)
        }
    }
}
