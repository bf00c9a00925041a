extension HostName {
    /// Whether two authorities, `host[:port]` each, name the same host and port. False if one of them names none.
    ///
    /// - Parameter defaultPort: the port of an authority that states none.
    public static func areSame(_ left: Span<UInt8>, _ right: Span<UInt8>, defaultPort: UInt16) -> Bool {
        guard let left = parts(left, defaultPort), let right = parts(right, defaultPort) else { return false }
        return left == right
    }

    private static func parts(_ authority: Span<UInt8>, _ defaultPort: UInt16) -> (host: [UInt8], port: UInt16)? {
        switch normalise(authority) {
        case .unchanged(let length, let port): ((0..<length).map { authority[$0] }, port ?? defaultPort)
        case .rewritten(let host, let port): (host, port ?? defaultPort)
        case .refused: nil
        }
    }
}
