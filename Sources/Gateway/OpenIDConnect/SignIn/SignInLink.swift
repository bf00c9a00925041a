/// `/oauth2/login?return_to=…`: begins a sign-in and leads back to a page, for scripts that were told to sign in and for buttons.
public enum SignInLink {
    /// The address on every listener that signs users in.
    public static let path = "/oauth2/login"

    private static let parameter = "return_to"

    /// The address that leads back to `target`: path and query of a page of this site. Anything else leads to `/`.
    public static func address(returningTo target: String) -> String {
        let target = safe(target)
        return target == .root ? path : path + "?" + PercentEncoding.form([(parameter, target.text)])
    }

    /// Where the address with this query (raw, without `?`) leads back to: a page of this site, `/` in case of doubt.
    public static func returnTarget(query: String) -> String {
        let values = query.split(separator: "&").compactMap { pair -> Substring? in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts[0] == parameter ? parts.last : nil
        }
        guard values.count == 1, let decoded = PercentEncoding.decode(values[0].utf8, plusIsSpace: true),
            let text = String(validating: decoded, as: UTF8.self)
        else { return OriginalTarget.root.text }
        return safe(text).text
    }

    /// Whether a query (raw, without `?`) says that the browser's tab remembers the page's `#fragment`.
    public static func keepsFragment(query: String) -> Bool {
        query.split(separator: "&").contains("fragment=kept")
    }

    /// `target`, if it is a page of this site to come back to, else `/`.
    public static func returnTarget(_ target: String) -> String { safe(target).text }

    /// `target`, if it is a page to which a user can come back. The gateway's own addresses are none: one of them begins the next
    /// sign-in, and so on without end. Dot segments could lead there.
    private static func safe(_ target: String) -> OriginalTarget {
        guard let target = OriginalTarget(target),
            let path = PercentEncoding.decode(target.text.utf8.prefix { $0 != UInt8(ascii: "?") }, plusIsSpace: false)
        else { return .root }
        let text = String(decoding: path, as: UTF8.self).lowercased()
        return text.contains("/oauth2/") || text.contains("/.") ? .root : target
    }
}
