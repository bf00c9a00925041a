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
            while position < end, Self.isBlank(bytes[position]) || bytes[position] == ASCII.semicolon {
                position &+= 1
            }
            let start = position
            position = bytes.first(ASCII.semicolon, from: start, before: end)
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

    /// Whether the pair's name begins with a prefix. Blanks before `=` are passed over, as the gateway does where it reads its cookies:
    /// what it takes for its own never goes on.
    private func isOwn(_ bytes: Span<UInt8>, _ pair: ByteRange) -> Bool {
        for name in names where name.count <= Int(pair.count) {
            var position = pair.lowerBound
            var matched = 0
            while matched < name.count, position < pair.upperBound {
                if name[matched] == Self.equalsSign, Self.isBlank(bytes[position]) {
                    position &+= 1
                    continue
                }
                guard bytes[position] == name[matched] else { break }
                position &+= 1
                matched &+= 1
            }
            if matched == name.count { return true }
        }
        return false
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }

    private static let equalsSign: UInt8 = 0x3D
}
