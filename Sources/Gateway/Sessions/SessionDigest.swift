import Crypto

/// The SHA-256 of a session's id: the name by which the host knows a session.
///
/// The id itself is the browser's alone. The host keeps, lists and journals this hash, which opens nothing: neither a copy of the journal with
/// its key nor an operator's list of sessions holds a cookie.
public struct SessionDigest: Hashable, Sendable, CustomStringConvertible {
    /// Length in bytes.
    public static let byteCount = 32

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Of an id that a browser showed.
    public init(of id: SessionID) {
        self.init(Array(SHA256.hash(data: id.bytes)))!
    }

    /// From its 32 bytes; nil for any other number.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// From 64 hexadecimal digits, as ``text`` writes them; nil for anything else.
    public init?(text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// 64 hexadecimal digits: what operators name a session by.
    public var text: String { Self.hexadecimal(bytes) }

    /// The first eight digits of ``text``: enough to follow a session through a log.
    public var description: String { String(text.prefix(8)) }

    /// Bits to find it by. Only ids that the host drew itself are kept, so nobody can choose what they look like.
    var hash32: UInt32 { UInt32(truncatingIfNeeded: words.0 >> 32) }

    /// Compares all 32 bytes.
    public static func == (a: SessionDigest, b: SessionDigest) -> Bool {
        (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
    }

    /// Feeds all 32 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
