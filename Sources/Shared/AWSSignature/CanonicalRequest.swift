import Crypto

/// A request in the one form that is signed (Signature Version 4, "Create a canonical request").
struct CanonicalRequest {
    /// The lower-case names of the signed header fields, sorted and joined by semicolons.
    let signedHeaders: String
    /// The whole text.
    let text: String

    /// - Parameters:
    ///   - signed: the lower-case names of the header fields that are signed; those that the request lacks count as empty.
    ///   - leavingOut: a query parameter that is not signed.
    init(
        of request: SignableRequest, signing signed: [String], rule: PathRule, leavingOut parameter: String? = nil
    ) {
        let names = Set(signed).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        signedHeaders = names.joined(separator: ";")
        let fields = names.map { name in
            "\(name):\(request.values(of: name).map(Self.collapsed).joined(separator: ","))\n"
        }
        text = """
            \(request.method)
            \(Self.path(request.path, rule))
            \(Self.query(request.query, leavingOut: parameter))
            \(fields.joined())
            \(signedHeaders)
            \(Self.hash(of: request.body))
            """
    }

    /// SHA-256 of the text, in hexadecimal.
    var hash: String { Hex.text(SHA256.hash(data: Array(text.utf8))) }

    static func hash(of body: SignableRequest.Body) -> String {
        switch body {
        case .bytes(let bytes): Hex.text(SHA256.hash(data: bytes))
        case .sha256(let hash): hash
        case .unsigned: unsignedPayload
        }
    }

    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    static func path(_ path: String, _ rule: PathRule) -> String {
        guard rule == .encodedTwice else { return path.isEmpty ? "/" : path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment != ".." {
                segments.append(segment)
            } else if !segments.isEmpty {
                segments.removeLast()
            }
        }
        let last = path.utf8.last == UInt8(ascii: "/") && !segments.isEmpty ? "/" : ""
        return "/" + PercentEncoding.encode(segments.joined(separator: "/"), keeping: "/") + last
    }

    /// The parameters sorted by encoded name, then value; each encoded once, however the sender spelled it.
    static func query(_ query: String, leavingOut parameter: String?) -> String {
        QueryParameter.all(in: query).filter { $0.name != parameter }.map { parameter in
            (PercentEncoding.encode(parameter.name), PercentEncoding.encode(parameter.value))
        }.sorted { one, other in
            one.0 == other.0
                ? one.1.utf8.lexicographicallyPrecedes(other.1.utf8)
                : one.0.utf8.lexicographicallyPrecedes(other.0.utf8)
        }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Without space at the ends, and one space for each run within.
    private static func collapsed(_ value: String) -> String {
        // Splitting bytes: a carriage return and a line feed are one Character.
        value.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { String(Substring($0)) }
            .joined(separator: " ")
    }
}

/// A parameter of a query, decoded.
struct QueryParameter {
    let name: String
    let value: String

    /// The parameters in order. A plus sign is a plus sign.
    static func all(in query: String) -> [QueryParameter] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return QueryParameter(
                name: PercentEncoding.decode(parts[0]), value: parts.count == 2 ? PercentEncoding.decode(parts[1]) : "")
        }
    }
}

/// Percent-encoding as AWS signs it (RFC 3986 §2.3: letters, digits and `-._~` stay, hexadecimal in capitals).
public enum PercentEncoding {
    /// Encodes every byte but unreserved ones and those of `kept`.
    public static func encode(_ text: some StringProtocol, keeping kept: String = "") -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            default:
                if kept.utf8.contains(byte) {
                    encoded.append(byte)
                } else {
                    encoded += [UInt8(ascii: "%"), Hex.capitals[Int(byte >> 4)], Hex.capitals[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Decodes once. A percent sign that begins no byte stays; bytes that are not UTF-8 become U+FFFD.
    public static func decode(_ text: some StringProtocol) -> String {
        var decoded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let high = Hex.value(rest[rest.startIndex]),
                let low = Hex.value(rest[rest.startIndex + 1])
            {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

enum Hex {
    static let capitals = [UInt8]("0123456789ABCDEF".utf8)
    private static let small = [UInt8]("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes { text += [small[Int(byte >> 4)], small[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    /// The bytes of lower-case hexadecimal text; nil for anything else.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0, !digits.contains(where: { (0x41...0x46).contains($0) }) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
