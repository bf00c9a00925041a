import HTTP1
import Wire

/// Whether a page of another origin caused a request that may change something (attack 79): `RefuseCrossOrigin`.
///
/// Browsers send a session's cookie along with forms that pages of the same site send, from another host or port of it, too. They name the
/// page's origin with each such request; one that does not still says how far away the page is.
enum CrossOriginRequest {
    /// - Parameters:
    ///   - own: `https://host[:port]` as the client used it, in lower case.
    ///   - allowed: other origins whose pages may, in lower case and without the port that their scheme has anyway.
    static func isOne(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, own: String, allowed: [String]
    ) -> Bool {
        switch head.method {
        // Safe methods change nothing (RFC 9110 §9.2.1), and links from elsewhere have to work.
        case .get, .head, .options: return false
        case .post, .put, .delete, .patch, .other: break
        }
        let own = WebOrigin.withoutDefaultPort(own)
        var isAllowed = false
        for field in head.fields where field.known == .origin {
            let origin = WebOrigin.withoutDefaultPort(bytes.text(field.value).lowercased())
            if origin != own {
                guard allowed.contains(origin) else { return true }
                isAllowed = true
            }
        }
        guard !isAllowed, let site = head.first(.secFetchSite) else { return false }
        return !bytes.equals(site, ignoringCase: "same-origin") && !bytes.equals(site, ignoringCase: "none")
    }
}
