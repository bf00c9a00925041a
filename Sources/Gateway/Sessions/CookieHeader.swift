import Wire

/// Finds cookies in the bytes of a `Cookie` header (RFC 6265 §4.2.1, §5.4), allocating nothing and tolerating everything.
///
/// Pairs end at `;` wherever it stands; blanks and tabs around names and values do not count; what has no `=` or no name is passed
/// over; names are compared byte by byte; quotation marks are part of a value, as they are for browsers.
public enum CookieHeader {
    /// The next value of that name.
    /// - Parameters:
    ///   - name: the cookie's name; case matters.
    ///   - header: the value of one `Cookie` header.
    ///   - position: where to go on, 0 at first; moved behind the pair that was found, or to the end.
    /// - Returns: the value's place in `header`, possibly empty; nil when there is none further on.
    public static func nextValue(of name: Span<UInt8>, in header: Span<UInt8>, from position: inout Int) -> Range<Int>?
    {
        while position < header.count {
            let start = position
            let end = header.first(ASCII.semicolon, from: start, before: header.count)
            position = end + 1  // past the semicolon
            let equals = header.first(UInt8(ascii: "="), from: start, before: end)
            guard equals < end, isEqual(trim(start..<equals, of: header), of: header, to: name) else { continue }
            return trim(equals + 1..<end, of: header)
        }
        position = header.count
        return nil
    }

    /// The first value of that name. Where a browser sends several, the one with the longest path comes first (RFC 6265 §5.4).
    public static func firstValue(of name: Span<UInt8>, in header: Span<UInt8>) -> Range<Int>? {
        var position = 0
        return nextValue(of: name, in: header, from: &position)
    }

    private static func trim(_ range: Range<Int>, of bytes: Span<UInt8>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, isBlank(bytes[lower]) { lower += 1 }
        while lower < upper, isBlank(bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isEqual(_ range: Range<Int>, of bytes: Span<UInt8>, to name: Span<UInt8>) -> Bool {
        guard range.count == name.count, !range.isEmpty else { return false }
        for offset in name.indices where bytes[range.lowerBound + offset] != name[offset] { return false }
        return true
    }
}
