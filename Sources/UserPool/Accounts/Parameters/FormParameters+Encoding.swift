extension FormParameters {
    /// `url` with `pairs` added to its query, each percent-encoded.
    public static func url(_ url: String, adding pairs: [(String, String)]) -> String {
        guard !pairs.isEmpty else { return url }
        let separator = url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return url + separator + encode(pairs)
    }

    /// `pairs` as a query or form body.
    public static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { percentEncode($0) + "=" + percentEncode($1) }.joined(separator: "&")
    }

    /// `text` with everything but unreserved characters (RFC 3986 §2.3) percent-encoded.
    public static func percentEncode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Letters, digits, `-`, `.`, `_` and `~`.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
