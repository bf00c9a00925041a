/// The identifier of a stored entity: a UUID of version 7 (RFC 9562 §5.7), written in lower case.
///
/// It sorts by the time it was made. The type parameter keeps a message's identifier from being used as a
/// conversation's.
public struct EntityID<Entity>: Hashable, Sendable, CustomStringConvertible {
    /// The 36 characters `xxxxxxxx-xxxx-7xxx-[89ab]xxx-xxxxxxxxxxxx`.
    public let text: String

    /// Takes an identifier as it came from outside.
    ///
    /// - Returns: `nil` unless `text` is a version 7 UUID in lower case.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
            case 14: guard byte == UInt8(ascii: "7") else { return nil }
            case 19: guard "89ab".utf8.contains(byte) else { return nil }
            default: guard Self.digits.contains(byte) else { return nil }
            }
        }
        self.text = text
    }

    /// A new identifier: the time in the first 48 bits, random bits behind it.
    ///
    /// - Parameters:
    ///   - now: the time of making.
    ///   - generator: the source of the 74 random bits.
    public init(now: Timestamp, using generator: inout some RandomNumberGenerator) {
        let high = UInt64(bitPattern: Int64(now.milliseconds)) << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() >> 2
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (position, word) in [high, low].enumerated() {
            for nibble in 0..<16 {
                if position == 0 && (nibble == 8 || nibble == 12) || position == 1 && (nibble == 0 || nibble == 4) {
                    text.append(UInt8(ascii: "-"))
                }
                text.append(Self.digits[Int(word >> (60 - 4 * UInt64(nibble)) & 0xF)])
            }
        }
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// A new identifier from the system's random numbers.
    public init(now: Timestamp) {
        var generator = SystemRandomNumberGenerator()
        self.init(now: now, using: &generator)
    }

    /// The identifier as text.
    public var description: String { text }

    private static var digits: [UInt8] { Array("0123456789abcdef".utf8) }
}
