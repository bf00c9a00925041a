/// `redirect`: another address made from parts of the requested one.
///
/// The defaults keep every part, so `Protocol: HTTPS` and `Port: "443"` alone move a site to TLS. Nothing is percent-encoded on
/// the way: what comes in is canonical (``CanonicalPath``, ``HostName``), what stands in the configuration is taken as written.
public struct RedirectAction: Sendable, Equatable {
    /// What a request brings to a redirect.
    public struct Request: Sendable {
        /// `http` or `https`.
        public let scheme: String
        /// The normalised host.
        public let host: String
        /// The port the client used: that of the `Host` header, else the scheme's own.
        public let port: Int
        /// The canonical path, beginning with `/`.
        public let path: String
        /// What follows `?`; nil without one.
        public let query: String?

        /// Creates a request's parts.
        public init(scheme: String, host: String, port: Int, path: String, query: String?) {
            self.scheme = scheme
            self.host = host
            self.port = port
            self.path = path
            self.query = query
        }
    }

    /// What comes of a redirect.
    public enum Outcome: Sendable, Equatable {
        /// The value of `Location`.
        case location(String)
        /// It would lead to the address it came from: answer 500, the rule is at fault.
        case loops
        /// Longer than ``locationLimit``: answer 507.
        case tooLong
    }

    /// The longest `Location`, in bytes.
    public static let locationLimit = 8192

    /// 301 or 302.
    public let status: Int
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    public let scheme: RedirectTemplate
    /// A host name, `#{host}` in it.
    public let host: RedirectTemplate
    /// A port, or `#{port}`.
    public let port: RedirectTemplate
    /// A path beginning with `/`, with `#{host}`, `#{port}` and `#{path}` (without its leading slash) in it.
    public let path: RedirectTemplate
    /// A query without `?`, any placeholder in it; an empty one leaves the query off.
    public let query: RedirectTemplate

    /// Creates a redirect.
    public init(
        status: Int, scheme: RedirectTemplate, host: RedirectTemplate, port: RedirectTemplate, path: RedirectTemplate,
        query: RedirectTemplate
    ) {
        self.status = status
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }

    /// Whether protocol, host, port and path all stay: a redirect to itself, which a configuration must not hold.
    public var keepsEverything: Bool {
        scheme == .placeholder(.protocol) && host == .placeholder(.host) && port == .placeholder(.port)
            && path == RedirectTemplate("/#{path}")
    }

    /// Where a request is sent.
    ///
    /// A port that is the scheme's own is left out.
    public func outcome(for request: Request) -> Outcome {
        let scheme = scheme.text(for: request).lowercased()
        let host = host.text(for: request).lowercased()
        let port = port.text(for: request)
        let path = path.text(for: request)
        let query = query.text(for: request)
        if scheme == request.scheme, host == request.host, port == "\(request.port)", path == request.path,
            query == request.query ?? ""
        {
            return .loops
        }
        let isDefaultPort = scheme == "https" && port == "443" || scheme == "http" && port == "80"
        let location =
            "\(scheme)://\(host)" + (isDefaultPort ? "" : ":\(port)") + path + (query.isEmpty ? "" : "?\(query)")
        return location.utf8.count > Self.locationLimit ? .tooLong : .location(location)
    }

    /// The host alone, for a configuration to check.
    public func hostText(for request: Request) -> String { host.text(for: request) }

    /// Path and query alone, for a configuration to check.
    public func targetText(for request: Request) -> String {
        let query = query.text(for: request)
        return path.text(for: request) + (query.isEmpty ? "" : "?\(query)")
    }
}
