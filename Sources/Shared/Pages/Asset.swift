import Crypto

/// A file a page refers to, under an address that changes with its content and may therefore be cached for ever.
public struct Asset: Sendable, Equatable {
    /// The plain name it is looked up by, such as `base.css`.
    public let name: String
    /// What is served.
    public let content: StaticContent
    /// The path it is served at.
    public let path: String

    /// The value of its `Content-Type` header.
    public var contentType: String { content.contentType }
    /// Its content as it is.
    public var bytes: [UInt8] { content.bytes }

    /// The response's fields and body.
    ///
    /// - Parameter accepted: the request's `Accept-Encoding`.
    public func response(accepting accepted: String?) -> (fields: [(String, String)], body: [UInt8]) {
        let (fields, body) = content.response(accepting: accepted)
        return (fields + SecurityHeaders.asset, body)
    }

    init(name: String, contentType: String, bytes: [UInt8], prefix: String) {
        self.name = name
        content = StaticContent(contentType: contentType, bytes: bytes)
        path = Self.path(of: bytes, called: name, prefix: prefix)
    }

    /// The path that content of this name has: prefix, name, twelve hexadecimal digits of its SHA-256, extension.
    public static func path(of bytes: [UInt8], called name: String, prefix: String) -> String {
        let digest = SHA256.hash(data: bytes).prefix(6).map(hexadecimal).joined()
        guard let dot = name.lastIndex(of: ".") else { return "\(prefix)\(name)-\(digest)" }
        return "\(prefix)\(name[..<dot])-\(digest)\(name[dot...])"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
