import Crypto
import Identity

/// What a provider published, kept across restarts for the time it cannot be reached.
///
/// A copy counts for the issuer and the address it came from, and for a week. It is read as strictly as if it had just come: who can
/// write into the state folder gains no more by it than he has anyway, and nobody else gains anything.
public struct DocumentCache: Sendable {
    private let read: @Sendable (_ name: String) -> [UInt8]?
    private let write: @Sendable (_ name: String, _ bytes: [UInt8]) -> Void

    /// - Parameters:
    ///   - read: the file of that name; nil where there is none, or where others may have changed it.
    ///   - write: replaces the file of that name as a whole.
    public init(
        read: @escaping @Sendable (_ name: String) -> [UInt8]?,
        write: @escaping @Sendable (_ name: String, _ bytes: [UInt8]) -> Void
    ) {
        self.read = read
        self.write = write
    }

    /// Keeps nothing.
    public static let none = DocumentCache(read: { _ in nil }, write: { _, _ in })

    /// Seconds a copy counts.
    static let maximumAge = 7 * 24 * 3600

    /// What kind of document.
    enum Kind: String {
        case discovery
        case keys
    }

    /// - Parameter now: seconds since 1970.
    func document(_ kind: Kind, issuer: String, url: EndpointURL, now: Int) -> [UInt8]? {
        guard let members = read(Self.name(kind, issuer: issuer)).flatMap(JSONValue.init(json:))?.object,
            members["issuer"]?.isText(issuer) == true, members["url"]?.isText(url.text) == true,
            let fetchedAt = members["fetchedAt"]?.integer, (0...Self.maximumAge).contains(now - fetchedAt)
        else { return nil }
        return members["document"]?.string.flatMap { Base64URL.decode($0.utf8) }
    }

    /// - Parameter now: seconds since 1970.
    func keep(_ document: [UInt8], _ kind: Kind, issuer: String, url: EndpointURL, now: Int) {
        let file = JSONValue.object([
            "issuer": .string(issuer), "url": .string(url.text), "fetchedAt": .integer(now),
            "document": .string(Base64URL.encode(document)),
        ])
        write(Self.name(kind, issuer: issuer), file.json)
    }

    /// One file for each kind and issuer, however often the provider moves its documents.
    private static func name(_ kind: Kind, issuer: String) -> String {
        let hash = SHA256.hash(data: Array(issuer.utf8)).prefix(12)
        return "provider-\(Base64URL.encode(Array(hash)))-\(kind.rawValue).json"
    }
}
