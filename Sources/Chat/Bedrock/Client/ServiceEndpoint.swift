import Foundation

/// Where a service is reached.
public struct ServiceEndpoint: Hashable, Sendable {
    /// `http` or `https`.
    public let scheme: String
    /// As the field `Host` has it: with the port where it is not the scheme's own.
    public let host: String
    /// A path that goes before every path of the service; empty, or with a slash in front and none behind.
    let prefix: String

    /// Reads an address: scheme, host, port and path, and nothing else.
    public init?(_ text: String) {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let name = url.host?.lowercased(), !name.isEmpty, url.user == nil,
            url.password == nil, url.query == nil, url.fragment == nil, (1...65535).contains(url.port ?? 1)
        else { return nil }
        self.scheme = scheme
        let standard = scheme == "https" ? 443 : 80
        host = url.port.map { $0 == standard ? name : "\(name):\($0)" } ?? name
        var path = url.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        prefix = path
    }

    /// The path to send for a path of the service.
    func path(_ path: String) -> String { prefix + path }

    /// The address of a path made by ``path(_:)``.
    func url(_ path: String) -> String { "\(scheme)://\(host)\(path)" }
}
