import Gzip

/// Content that is the same for everybody at all times, and is compressed once.
///
/// Nothing else of Gatehouse is compressed: the length of a page that mixes a secret with what somebody else has chosen tells the
/// secret (BREACH), and an event stream would wait for the compressor.
public struct StaticContent: Sendable, Equatable {
    /// The value of its `Content-Type` header.
    public let contentType: String
    /// The content as it is.
    public let bytes: [UInt8]
    /// The content as gzip (RFC 1952); nil where that saves nothing.
    public let gzipped: [UInt8]?

    /// Content of a type, compressed here.
    public init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
        let gzipped = Gzip.compress(bytes)
        self.gzipped = gzipped.count < bytes.count ? gzipped : nil
    }

    /// The body for a client, and the fields that say what it is. There is no `ETag`, which would have to be another for each
    /// coding: an asset's address changes with its content, and a page is not kept.
    ///
    /// - Parameter accepted: the request's `Accept-Encoding`; several fields joined with commas.
    public func response(accepting accepted: String?) -> (fields: [(String, String)], body: [UInt8]) {
        var fields = [("content-type", contentType)]
        guard let gzipped else { return (fields, bytes) }
        // Also where it is not compressed: a cache must not hand the one to who asked for the other.
        fields.append(("vary", "accept-encoding"))
        guard Self.takesGzip(accepted) else { return (fields, bytes) }
        fields.append(("content-encoding", "gzip"))
        return (fields, gzipped)
    }

    /// Whether gzip is named, as itself or as `*`, and not with the weight 0 (RFC 9110 §12.5.3).
    static func takesGzip(_ accepted: String?) -> Bool {
        var takesAny = false
        for coding in accepted?.split(separator: ",") ?? [] {
            let parts = coding.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=") && (Double($0.dropFirst(2)) ?? 0) <= 0 }
            switch parts.first {
            case "gzip", "x-gzip": return !isRefused
            case "*": takesAny = !isRefused
            default: continue
            }
        }
        return takesAny
    }
}
