import Crypto

/// A file a page refers to, under an address that changes with its content and may therefore be cached for ever.
public struct Asset: Sendable, Equatable {
    /// The plain name it is looked up by, such as `base.css`.
    public let name: String
    /// The value of its `Content-Type` header.
    public let contentType: String
    /// Its content.
    public let bytes: [UInt8]
    /// The path it is served at: prefix, name, twelve hexadecimal digits of the content's SHA-256, extension.
    public let path: String

    init(name: String, contentType: String, bytes: [UInt8], prefix: String) {
        self.name = name
        self.contentType = contentType
        self.bytes = bytes
        let digest = SHA256.hash(data: bytes).prefix(6).map(Self.hexadecimal).joined()
        if let dot = name.lastIndex(of: ".") {
            path = "\(prefix)\(name[..<dot])-\(digest)\(name[dot...])"
        } else {
            path = "\(prefix)\(name)-\(digest)"
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
