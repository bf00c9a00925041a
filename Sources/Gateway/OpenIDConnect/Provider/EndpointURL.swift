import FoundationEssentials

/// An absolute URL of the provider that may be called: `https` anywhere, `http` only on a loopback address.
struct EndpointURL: Equatable, Sendable {
    let text: String
    let host: String
    let isSecure: Bool

    /// Nil for anything else, and for URLs with credentials, a fragment, or characters that have no place in a URL.
    init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: text), let host = parts.host?.lowercased(), !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.fragment == nil
        else { return nil }
        switch parts.scheme?.lowercased() {
        case "https": isSecure = true
        case "http" where Self.isLoopback(host): isSecure = false
        default: return nil
        }
        self.text = text
        self.host = host
    }

    /// The path, without query.
    var path: String { URLComponents(string: text)?.path ?? "" }

    /// `scheme://host[:port]`
    var origin: String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else { return nil }
        // Foundation's host has no brackets in some versions and has them in others.
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(scheme)://\(name)" + (parts.port.map { ":\($0)" } ?? "")
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "[::1]", "::1"].contains(host) { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
