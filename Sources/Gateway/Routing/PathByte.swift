/// What a byte means where it stands in a path, unencoded.
enum PathByte {
    /// An RFC 3986 `pchar` that is no dot and no percent sign.
    case plain
    case slash, dot, percent, questionMark
    /// Not allowed by RFC 3986, sent all the same by browsers (`|`, `[`) and by hand.
    case needsEncoding
    /// Control characters, space, `\`, `#`, DEL, bytes beyond ASCII.
    case never

    init(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: ";"),
            UInt8(ascii: "@")...UInt8(ascii: "Z"), UInt8(ascii: "&")...UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "="), UInt8(ascii: "$"), UInt8(ascii: "!"):
            self = .plain
        case UInt8(ascii: "/"): self = .slash
        case UInt8(ascii: "."): self = .dot
        case UInt8(ascii: "%"): self = .percent
        case UInt8(ascii: "?"): self = .questionMark
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            self = .needsEncoding
        default: self = .never
        }
    }

    /// Why a byte of the class ``never`` is refused.
    static func refusal(of byte: UInt8) -> PathRefusal {
        switch byte {
        case UInt8(ascii: "\\"): .backslash
        case UInt8(ascii: "#"): .fragment
        case 0x80...: .nonASCII
        default: .controlCharacter
        }
    }
}

/// What becomes of a byte that stands percent-encoded in a path.
enum EscapedByte: Equatable {
    /// Unreserved (RFC 3986 §2.3): the two spellings mean the same, the short one is canonical.
    case decoded
    /// Stays encoded: decoding `%2b` or `%3d` would change its meaning to some servers.
    case kept
    case refused(PathRefusal)

    init(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            self = .decoded
        case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"),
            UInt8(ascii: ";"):
            self = .refused(.encodedDelimiter)
        case 0x00...0x1f, 0x7f:
            self = .refused(.encodedControlCharacter)
        default:
            self = .kept
        }
    }
}

/// Hexadecimal digits.
enum Hexadecimal {
    /// The byte two digits stand for, nil if one of them is no digit.
    static func value(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = digit(high), let low = digit(low) else { return nil }
        return high << 4 | low
    }

    /// Whether a digit is written canonically: `0`–`9`, `A`–`F`.
    static func isUpperCase(_ digit: UInt8) -> Bool { digit < UInt8(ascii: "a") }

    /// The two digits of a byte, in upper case.
    static func digits(of byte: UInt8) -> (high: UInt8, low: UInt8) { (character(byte >> 4), character(byte & 15)) }

    static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func character(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
