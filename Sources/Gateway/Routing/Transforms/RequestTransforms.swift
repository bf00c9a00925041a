/// `Transforms` of a rule: the host and the address under which a backend gets the request.
///
/// They run after the rule was chosen and never change the choice. What comes out is held to the same form as what comes in: an
/// address goes through ``CanonicalPath``, a host through ``HostName``, and what does not pass is never forwarded.
public struct RequestTransforms: Sendable, Equatable {
    /// What comes of a request; nil where nothing changes.
    public struct Rewritten: Sendable, Equatable {
        /// The new host, without a port.
        public let host: [UInt8]?
        /// The new request target in canonical form.
        public let target: [UInt8]?
        /// The length of the path in ``target``.
        public let pathLength: Int
    }

    /// Why a transform failed (500). The raw values are the load balancer's, for logs.
    public enum Failure: String, Error, Sendable, CaseIterable {
        /// The result is longer than ``targetLimit``.
        case tooLong = "TransformBufferTooSmall"
        /// The result is no host name, or has a port.
        case invalidHost = "TransformInvalidHost"
        /// The result is no address that ``CanonicalPath`` lets pass.
        case invalidPath = "TransformInvalidPath"

        /// What is wrong, for the error page.
        public var sentence: String {
            switch self {
            case .tooLong: "The rewritten address is too long."
            case .invalidHost: "The rewritten host is no host name."
            case .invalidPath: "The rewritten address is none that can be forwarded."
            }
        }
    }

    /// The longest request target that a rewrite may make, in bytes.
    public static let targetLimit = 16 * 1024

    /// `host-header-rewrite`
    public let host: RewriteRule?
    /// `url-rewrite`
    public let url: RewriteRule?

    /// Creates transforms.
    public init(host: RewriteRule?, url: RewriteRule?) {
        self.host = host
        self.url = url
    }

    /// Rewrites a request.
    ///
    /// - Parameters:
    ///   - host: The normalised host without its port, borrowed for the call.
    ///   - target: The canonical request target, path and query, borrowed for the call.
    public func apply(host: Span<UInt8>, target: Span<UInt8>) throws(Failure) -> Rewritten {
        let newHost = try rewrite(host: host)
        guard let url else { return Rewritten(host: newHost, target: nil, pathLength: 0) }
        switch url.apply(to: target, limit: Self.targetLimit) {
        case .noMatch: return Rewritten(host: newHost, target: nil, pathLength: 0)
        case .tooLong: throw .tooLong
        case .rewritten(let bytes):
            switch CanonicalPath.canonicalise(bytes.span) {
            case .unchanged(let pathLength): return Rewritten(host: newHost, target: bytes, pathLength: pathLength)
            case .rewritten(let path, let queryOffset):
                return Rewritten(host: newHost, target: path + bytes[queryOffset...], pathLength: path.count)
            case .refused: throw .invalidPath
            }
        }
    }

    private func rewrite(host text: Span<UInt8>) throws(Failure) -> [UInt8]? {
        switch host?.apply(to: text, limit: HostName.lengthLimit) {
        case nil, .noMatch: return nil
        case .tooLong: throw .invalidHost
        case .rewritten(let bytes):
            switch HostName.normalise(bytes.span) {
            case .unchanged(let length, port: nil): return [UInt8](bytes[..<length])
            case .rewritten(let lowered, port: nil): return lowered
            case .unchanged, .rewritten, .refused: throw .invalidHost
            }
        }
    }
}
