import Routing

/// Which addresses of a provider the gateway will call or send a browser to.
enum ProviderURL {
    /// `https://host[:port][/path]`, `http` only to this host itself.
    static func isAcceptable(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://"), text.utf8.count <= 2048 else { return false }
        let scheme = text[..<separator.lowerBound]
        let rest = text[separator.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = Array(rest[..<slash].utf8)
        let path = slash == rest.endIndex ? [UInt8(ascii: "/")] : Array(rest[slash...].utf8)
        guard case .unchanged(let pathLength) = CanonicalPath.canonicalise(path.span), pathLength == path.count else {
            return false
        }
        let host: [UInt8]
        switch HostName.normalise(authority.span) {
        case .unchanged(let length, _): host = Array(authority[..<length])
        case .rewritten(let lowered, _): host = lowered
        case .refused: return false
        }
        switch scheme {
        case "https": return true
        case "http": return isLoopback(host)
        default: return false
        }
    }

    private static func isLoopback(_ host: [UInt8]) -> Bool {
        if host == Array("localhost".utf8) || host == Array("[::1]".utf8) { return true }
        return IPAddressText.isIPv4(host.span) && host.starts(with: "127.".utf8)
    }
}
