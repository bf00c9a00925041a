public import AsyncHTTPClient
import Foundation

/// The HTTP proxy of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not.
public struct ProxySettings: Hashable, Sendable {
    /// Its host.
    public let host: String
    /// Its port.
    public let port: Int
    private let user: String?
    private let password: String

    /// The proxy for an endpoint; nil when none is to be used.
    ///
    /// - Throws: ``Unusable`` for a proxy that cannot be used; going around it would send data where it is not meant to go.
    public init?(for endpoint: ServiceEndpoint, environment: [String: String]) throws(Unusable) {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let isSecure = endpoint.scheme == "https"
        guard let text = value(isSecure ? "HTTPS_PROXY" : "HTTP_PROXY") ?? value("ALL_PROXY") else { return nil }
        guard !Self.isExempt(endpoint.host, by: value("NO_PROXY") ?? "") else { return nil }
        guard let url = URLComponents(string: text.contains("://") ? text : "http://\(text)"), url.scheme == "http",
            let host = url.host, !host.isEmpty
        else { throw Unusable() }
        self.host = host
        port = url.port ?? 80
        user = url.user
        password = url.password ?? ""
    }

    /// The proxy in the environment is none that can be used.
    public struct Unusable: Error, Hashable, CustomStringConvertible {
        /// What to do.
        public let description =
            "the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: write http://HOST:PORT, or name the endpoint's host in NO_PROXY"
    }

    /// For the HTTP client.
    public var proxy: HTTPClient.Configuration.Proxy {
        .server(host: host, port: port, authorization: user.map { .basic(username: $0, password: password) })
    }

    /// Whether a host is to be reached past the proxy: `*`, the host itself, or the end of its name.
    static func isExempt(_ host: String, by list: String) -> Bool {
        let host = host.lowercased()
        let name =
            host.hasSuffix("]")
            ? host : host.split(separator: ":").count == 2 ? String(host.prefix { $0 != ":" }) : host
        return list.lowercased().split(separator: ",").contains { entry in
            let entry = entry.trimmingCharacters(in: .whitespaces)
            if entry == "*" { return true }
            let bare = entry.hasPrefix(".") ? String(entry.dropFirst()) : entry
            return !bare.isEmpty && (name == bare || host == bare || name.hasSuffix(".\(bare)"))
        }
    }
}
