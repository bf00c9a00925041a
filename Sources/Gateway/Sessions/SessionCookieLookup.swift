/// What the `Cookie` headers of one request say about the session.
///
/// Feed it every `Cookie` header of the request (HTTP/2 may split them). Values that are no session id are passed over: a stray cookie must not
/// lock the user out. Two *different* ids are refused: a neighbouring host can plant a cookie of ours beside the real one, and picking
/// either could put the user into a stranger's session.
public struct SessionCookieLookup: Equatable, Sendable {
    /// The answer so far.
    public enum Result: Equatable, Sendable {
        /// No cookie of that name holds a session id.
        case absent
        /// Exactly one id, however often.
        case found(SessionID)
        /// Several ids: as good as none.
        case ambiguous
    }

    /// The answer so far.
    public private(set) var result = Result.absent

    /// Starts with no header seen.
    public init() {}

    /// Reads one header. Allocates nothing.
    /// - Parameters:
    ///   - header: the value of a `Cookie` header.
    ///   - name: the whole cookie name, shard number included.
    public mutating func read(_ header: Span<UInt8>, name: Span<UInt8>) {
        var position = 0
        while let range = CookieHeader.nextValue(of: name, in: header, from: &position) {
            guard let id = SessionID(cookieValue: header.extracting(range)) else { continue }
            switch result {
            case .absent: result = .found(id)
            case .found(let first) where first == id: break
            case .found, .ambiguous: result = .ambiguous
            }
        }
    }

    /// The id, if there is exactly one.
    public var id: SessionID? {
        guard case .found(let id) = result else { return nil }
        return id
    }
}
