public import Wire

/// Copies a `Cookie` value without the gateway's own cookies: a backend never sees a session.
public struct CookieFilter: Sendable {
    private let names: [[UInt8]]

    /// A filter for cookies whose name begins with one of `prefixes`.
    public init(prefixes: [String]) { names = prefixes.map { Array($0.utf8) } }

    /// Appends `Cookie: …` and a line end to `output`, or nothing if no foreign cookie is in `value`.
    public func write(_ bytes: Span<UInt8>, _ value: ByteRange, into output: inout ByteQueue) {
        var position = value.lowerBound
        let end = value.upperBound
        var wroteAny = false
        while position < end {
            while position < end, bytes[position] == ASCII.space || bytes[position] == ASCII.semicolon {
                position &+= 1
            }
            let start = position
            while position < end, bytes[position] != ASCII.semicolon { position &+= 1 }
            guard position > start, !isOwn(bytes, ByteRange(start, position)) else { continue }
            if wroteAny {
                output.append("; ")
            } else {
                output.append("Cookie: ")
            }
            output.append(bytes, ByteRange(start, position))
            wroteAny = true
        }
        if wroteAny { output.append("\r\n") }
    }

    private func isOwn(_ bytes: Span<UInt8>, _ pair: ByteRange) -> Bool {
        for name in names where name.count <= Int(pair.count) {
            var equal = true
            for index in 0..<name.count where bytes[pair.lowerBound &+ index] != name[index] {
                equal = false
                break
            }
            if equal { return true }
        }
        return false
    }
}
