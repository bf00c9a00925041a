import Foundation

/// Scheme, host and port of a web address.
struct WebOrigin: Sendable, Equatable {
    /// `scheme://host` with `:port` where it is not the scheme's own; as browsers write it in `Origin`.
    let text: String
    /// Whether the scheme is https.
    let isHTTPS: Bool
    /// Whether the host is this machine by its name or address.
    let isLoopback: Bool

    /// The origin of `url`; nil unless it is an absolute http or https URL with a host and without credentials.
    init?(url: String) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil
        else { return nil }
        isHTTPS = scheme == "https"
        let name = host.lowercased()
        isLoopback = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(name)
        let standardPort = isHTTPS ? 443 : 80
        let port = parts.port.flatMap { $0 == standardPort ? nil : ":\($0)" } ?? ""
        let bracketed = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        text = "\(scheme)://\(bracketed)\(port)"
    }
}
