/// Parameters of a query or of an `application/x-www-form-urlencoded` body, in order, duplicates kept.
///
/// OAuth parameters must not be repeated (RFC 6749 §3.1); a parser that quietly takes the first or the last of two is how
/// two programs come to see two different requests.
public struct FormParameters: Sendable, Equatable {
    /// Names and values in the order sent.
    public let pairs: [Pair]

    /// One parameter.
    public struct Pair: Sendable, Equatable {
        /// The decoded name.
        public let name: String
        /// The decoded value; empty when there was none.
        public let value: String
    }

    /// No more parameters than this are read.
    public static let maximumCount = 100

    /// Decodes `encoded`.
    ///
    /// - Returns: nil when an escape is malformed, the text is not UTF-8, or there are more than ``maximumCount``.
    public init?(_ encoded: some Sequence<UInt8>) {
        var pairs: [Pair] = []
        for part in Array(encoded).split(separator: UInt8(ascii: "&")) {
            guard pairs.count < Self.maximumCount else { return nil }
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]), let value = Self.decode(halves.count == 2 ? halves[1] : []) else {
                return nil
            }
            pairs.append(Pair(name: name, value: value))
        }
        self.pairs = pairs
    }

    /// The value of `name`: the first one, where it is repeated. Check ``repeatedName`` before.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// The value of `name` if it was given exactly once.
    public func unique(_ name: String) -> String? {
        let values = pairs.filter { $0.name == name }
        return values.count == 1 ? values[0].value : nil
    }

    /// A name that was given more than once, if there is one.
    public var repeatedName: String? {
        var seen: Set<String> = []
        return pairs.first { !seen.insert($0.name).inserted }?.name
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "+"):
                decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard bytes.endIndex - index > 2, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 2
            case let byte:
                decoded.append(byte)
            }
            index += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
