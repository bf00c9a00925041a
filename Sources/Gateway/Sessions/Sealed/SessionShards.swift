public import Wire

/// Where in a request's head the shards of a sealed session stand. Allocates nothing.
///
/// How many there are is never taken from the client: they count from 0 on without a gap, and only all of them together open.
public struct SessionShards: Sendable {
    private var first = ByteRange(0, 0)
    private var second = ByteRange(0, 0)
    private var third = ByteRange(0, 0)
    private var fourth = ByteRange(0, 0)
    private var isAmbiguous = false

    /// None so far.
    public init() {}

    /// Reads one `Cookie` header.
    /// - Parameters:
    ///   - bytes: the whole head.
    ///   - field: where the header's value stands in it.
    ///   - cookie: whose names count.
    public mutating func read(_ bytes: Span<UInt8>, field: ByteRange, of cookie: SessionCookie) {
        let header = bytes.extracting(field.lowerBound..<field.upperBound)
        for index in 0..<SessionCookie.shards {
            let name = cookie.shardNames[index]
            var position = 0
            while let value = CookieHeader.nextValue(of: name.span, in: header, from: &position) {
                guard !value.isEmpty else { continue }
                let range = ByteRange(field.lowerBound + value.lowerBound, field.lowerBound + value.upperBound)
                if self[index].isEmpty {
                    self[index] = range
                } else if !Self.areEqual(bytes, self[index], range) {
                    // A neighbouring host can plant a cookie of ours beside the real one.
                    isAmbiguous = true
                }
            }
        }
    }

    /// How many shards there are, 1 to 4; nil where there are none, or one is missing, or there are two of one.
    public var count: Int? {
        guard !isAmbiguous, let count = (0..<SessionCookie.shards).firstIndex(where: { self[$0].isEmpty }) else {
            return isAmbiguous ? nil : SessionCookie.shards
        }
        let hasGap = (count..<SessionCookie.shards).contains { !self[$0].isEmpty }
        return count == 0 || hasGap ? nil : count
    }

    /// The session id that the first shard begins with. It is not to be believed before the shards were opened.
    public func id(in bytes: Span<UInt8>) -> SessionID? {
        guard count != nil, Int(first.count) > SessionSeal.prefixLength else { return nil }
        return SessionID(
            cookieValue: bytes.extracting(first.lowerBound..<(first.lowerBound + SessionID.cookieLength)))
    }

    /// Whether the shards, joined, are this text.
    public func equal(_ text: [UInt8], in bytes: Span<UInt8>) -> Bool {
        guard let count else { return false }
        var place = 0
        for index in 0..<count {
            let range = self[index]
            let length = Int(range.count)
            guard place + length <= text.count else { return false }
            for offset in 0..<length where text[place + offset] != bytes[range.lowerBound + offset] {
                return false
            }
            place += length
        }
        return place == text.count
    }

    /// The shards, joined.
    public func text(in bytes: Span<UInt8>) -> [UInt8] {
        (0..<(count ?? 0)).flatMap { index in
            (self[index].lowerBound..<self[index].upperBound).map { bytes[$0] }
        }
    }

    private subscript(_ index: Int) -> ByteRange {
        get {
            switch index {
            case 0: first
            case 1: second
            case 2: third
            default: fourth
            }
        }
        set {
            switch index {
            case 0: first = newValue
            case 1: second = newValue
            case 2: third = newValue
            default: fourth = newValue
            }
        }
    }

    private static func areEqual(_ bytes: Span<UInt8>, _ a: ByteRange, _ b: ByteRange) -> Bool {
        guard a.count == b.count else { return false }
        for offset in 0..<Int(a.count) where bytes[a.lowerBound + offset] != bytes[b.lowerBound + offset] {
            return false
        }
        return true
    }
}
