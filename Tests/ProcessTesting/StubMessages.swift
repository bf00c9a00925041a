/// A request as a backend received it.
public struct StubRequest: Sendable {
    /// `GET`
    public let method: String
    /// The request target, byte for byte.
    public let target: String
    /// Names as received, in order.
    public let fields: [(name: String, value: String)]
    /// The first 64 KiB of the body, chunks joined.
    public internal(set) var body: [UInt8] = []
    /// The whole body's length.
    public internal(set) var bodyLength = 0

    /// The path without its query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The query's parameters, decoded.
    public var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        return FormText.parse(String(target[target.index(after: mark)...]))
    }

    /// The values of a field, whatever its letter case.
    public func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The first value of a field.
    public func value(_ name: String) -> String? { values(name).first }
}

/// What a backend does with a request.
public enum StubResponse: Sendable {
    /// An answer with a `Content-Length`.
    case answer(status: Int, fields: [(String, String)], body: [UInt8])
    /// 200 and this many zero bytes.
    case zeros(Int)
    /// These bytes, then the connection is closed.
    case raw([UInt8])
    /// Pieces with pauses in between, chunked.
    case pieces([String], pause: Duration)
    /// The test speaks with the gateway itself; when it returns, the connection is closed.
    case takeOver(@Sendable (StubSocket) -> Void)
    /// Nothing, for as long as the test lasts.
    case silence
    /// The connection is closed at once.
    case hangUp

    /// 200 with a text.
    public static func text(_ text: String) -> StubResponse {
        .answer(status: 200, fields: [("Content-Type", "text/plain")], body: Array(text.utf8))
    }

    /// A JSON text.
    public static func json(_ text: String, status: Int = 200) -> StubResponse {
        .answer(status: status, fields: [("Content-Type", "application/json")], body: Array(text.utf8))
    }
}

/// `application/x-www-form-urlencoded`.
public enum FormText {
    /// The parameters; a later one wins.
    public static func parse(_ text: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[decode(parts[0])] = parts.count > 1 ? decode(parts[1]) : ""
        }
        return parameters
    }

    /// Percent-encodes everything but unreserved characters.
    public static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                return "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }.joined()
    }

    private static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
