/// The key of a WebSocket's handshake (RFC 6455 §4.1): 16 random bytes in base64, which show that the answer is no cached one.
enum WebSocketKey {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func make() -> [UInt8] {
        // 21 digits of six bits, one of two bits, and the padding of a byte that is missing from the last triple.
        var digits = (0..<21).map { _ in alphabet.randomElement()! }
        digits.append(alphabet[16 * Int.random(in: 0...3)])
        return digits + [UInt8(ascii: "="), UInt8(ascii: "=")]
    }
}
