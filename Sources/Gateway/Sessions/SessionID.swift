import Crypto
import Identity

/// The name of a session: 32 random bytes, and the whole of what the browser holds.
///
/// Whoever knows it is the user, so it never shows itself: printing one gives a short hash. Stores look it up in a hash table with
/// a random seed, so how long a lookup takes says nothing about how close a guess came.
public struct SessionID: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Length in bytes.
    public static let byteCount = 32

    /// Length of ``cookieValue`` in characters.
    public static let cookieLength = 43

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes 32 bytes from a cryptographic random number generator.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a session id is made of 32 random bytes")
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// Makes a new one.
    /// - Parameter generator: must be cryptographically secure, such as `SystemRandomNumberGenerator`.
    public init(using generator: inout some RandomNumberGenerator) {
        words = (generator.next(), generator.next(), generator.next(), generator.next())
    }

    /// Reads a cookie's value: exactly 43 characters of unpadded base64url whose last two bits are zero. Allocates nothing.
    public init?(cookieValue text: Span<UInt8>) {
        guard text.count == Self.cookieLength else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        // The word that is being filled, how many bits of it are there, and whether every character so far is a digit.
        var word: UInt64 = 0
        var bits: UInt64 = 0
        var digits: UInt64 = 0
        for index in text.indices {
            let digit = Self.digit(text[index])
            digits |= digit
            guard bits > 58 else {
                word = word << 6 | digit
                bits &+= 6
                continue
            }
            let rest = bits &- 58  // bits of this digit that begin the next word
            words = (words.1, words.2, words.3, word << (6 &- rest) | digit >> rest)
            word = digit & (1 << rest &- 1)
            bits = rest
        }
        guard digits < 64, word == 0 else { return nil }
        self.words = words
    }

    /// The 32 bytes as 43 characters of base64url.
    public var cookieValue: String {
        Base64URL.encode(bytes)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// Eight hexadecimal digits of a hash: enough to follow a session through a log, of no use to a thief.
    public var description: String {
        SHA256.hash(data: bytes).prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Compares all 32 bytes.
    public static func == (a: SessionID, b: SessionID) -> Bool {
        (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
    }

    /// Feeds all 32 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// The value of a base64url digit; at least 64 for any other character. Without branches: nothing predicts a random text's.
    @inline(__always)
    private static func digit(_ character: UInt8) -> UInt64 {
        let upper = character &- UInt8(ascii: "A")
        let lower = character &- UInt8(ascii: "a")
        let number = character &- UInt8(ascii: "0")
        var digit: UInt64 = 64
        digit = upper < 26 ? UInt64(upper) : digit
        digit = lower < 26 ? UInt64(lower) &+ 26 : digit
        digit = number < 10 ? UInt64(number) &+ 52 : digit
        digit = character == UInt8(ascii: "-") ? 62 : digit
        digit = character == UInt8(ascii: "_") ? 63 : digit
        return digit
    }
}

extension SessionID: CustomReflectable {
    /// Empty, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
