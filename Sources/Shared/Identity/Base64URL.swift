/// Base64 as JSON Web Signatures use it (RFC 4648 §5), strict in what it accepts.
public enum Base64URL {
    /// Encodes with the URL-safe alphabet.
    /// - Parameter padded: whether to end with `=` up to a multiple of four characters, as the load balancer does and RFC 7515 does not.
    public static func encode(_ bytes: some Collection<UInt8>, padded: Bool = false) -> String {
        withContiguous(bytes) { encode($0, padded: padded) }
    }

    /// Decodes either alphabet, padded or not; nil for a foreign character, a wrong length, wrong padding, or bits left over that are
    /// not zero (one value has one spelling per alphabet).
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguous(text) { decode($0) }
    }

    /// A collection of another module is slow to walk; memory is not.
    private static func withContiguous<Result>(
        _ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>, padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var filled = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            filled += 1
            if filled == 3 {
                append(group, characters: 4, to: &text)
                group = 0
                filled = 0
            }
        }
        if filled > 0 {
            append(group << UInt32(8 * (3 - filled)), characters: filled + 1, to: &text)
            if padded { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - filled)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var digits = text[...]
        if digits.last == UInt8(ascii: "=") {
            guard digits.count % 4 == 0 else { return nil }
            digits = digits.dropLast()
            if digits.last == UInt8(ascii: "=") { digits = digits.dropLast() }
        }
        let rest = digits.count % 4
        guard rest != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var buffer: UInt32 = 0
        var bits = 0
        for character in digits {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        return buffer == 0 ? bytes : nil
    }

    private static func append(_ group: UInt32, characters: Int, to text: inout [UInt8]) {
        for index in 0..<characters {
            text.append(alphabet[Int(group >> UInt32(18 - 6 * index) & 63)])
        }
    }

    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(UInt8(ascii: "+"))] = 62
        values[Int(UInt8(ascii: "/"))] = 63
        return values
    }()
}
