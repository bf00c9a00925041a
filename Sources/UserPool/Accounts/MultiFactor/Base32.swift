/// Base 32 (RFC 4648 §6), in which authenticator apps take secrets.
public enum Base32 {
    /// The text for `bytes`, upper case, without padding: apps do not want any.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var buffer = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digit(buffer >> bits & 31))
            }
            buffer &= (1 << bits) - 1
        }
        if bits > 0 { text.append(digit(buffer << (5 - bits) & 31)) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(value < 26 ? 65 + value : 24 + value)
    }
}
