/// Origins as text (RFC 6454 §6.2), in lower case.
enum WebOrigin {
    /// The origin without the port its scheme has anyway, so that two spellings of one compare equal.
    static func withoutDefaultPort(_ origin: String) -> String {
        if origin.hasPrefix("https://"), origin.hasSuffix(":443") { return String(origin.dropLast(4)) }
        if origin.hasPrefix("http://"), origin.hasSuffix(":80") { return String(origin.dropLast(3)) }
        return origin
    }

    /// `scheme://host[:port]` of an absolute URL.
    static func ofURL(_ url: String) -> String? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return authority.isEmpty ? nil : String(url[..<scheme.upperBound] + authority)
    }
}
