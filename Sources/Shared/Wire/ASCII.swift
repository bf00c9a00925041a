/// Character classes of HTTP (RFC 9110 §5.6) over single bytes.
public enum ASCII {
    /// Horizontal tab.
    public static let tab: UInt8 = 0x09
    /// LF, the end of every line.
    public static let lineFeed: UInt8 = 0x0A
    /// CR, the byte before every LF.
    public static let carriageReturn: UInt8 = 0x0D
    /// Space.
    public static let space: UInt8 = 0x20
    /// `:`, behind a field name.
    public static let colon: UInt8 = 0x3A
    /// `;`, before a chunk extension.
    public static let semicolon: UInt8 = 0x3B
    /// `,`, between the members of a list.
    public static let comma: UInt8 = 0x2C

    /// The byte in lower case; bytes that are no upper-case letter stay.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// The byte in lower case with `_` read as `-`: how backends that fold header names into variables see them.
    @inlinable
    public static func folded(_ byte: UInt8) -> UInt8 {
        byte == 0x5F ? 0x2D : lowercased(byte)
    }

    /// `tchar` of RFC 9110 §5.6.2: what a method or a field name is made of.
    @inlinable
    public static func isTokenCharacter(_ byte: UInt8) -> Bool {
        if byte < 64 { return tokenLow >> UInt64(byte) & 1 == 1 }
        if byte < 128 { return tokenHigh >> UInt64(byte &- 64) & 1 == 1 }
        return false
    }

    /// What a field value may hold: visible characters, space, tab and bytes from 0x80 on (`obs-text`), no control character.
    @inlinable
    public static func isFieldValueCharacter(_ byte: UInt8) -> Bool {
        (byte >= space && byte != 0x7F) || byte == tab
    }

    /// The value of a hexadecimal digit, or nil.
    @inlinable
    public static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x41 &+ 10
        case 0x61...0x66: byte &- 0x61 &+ 10
        default: nil
        }
    }

    /// Whether the byte is a decimal digit.
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// `!#$%&'*+-.` and the digits.
    @usableFromInline static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    /// Letters and `^_` with grave accent, `|`, `~`.
    @usableFromInline static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE
}
