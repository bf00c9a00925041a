/// A request as it stands on the wire, for signing it or for checking its signature.
public struct SignableRequest: Hashable, Sendable {
    /// The method, in capitals.
    public var method: String
    /// The path as it is sent, percent-encoding included: `/model/x%3A0/converse`. Begins with a slash.
    public var path: String
    /// The query as it is sent, without the question mark; may be empty.
    public var query: String
    /// The header fields in order, names in any case. `host` is among them.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Body

    /// What the signature covers of the body.
    public enum Body: Hashable, Sendable {
        /// All of it.
        case bytes([UInt8])
        /// All of it, by its SHA-256 in lower-case hexadecimal.
        case sha256(String)
        /// Nothing: S3's `UNSIGNED-PAYLOAD`.
        case unsigned
    }

    /// Describes a request.
    public init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)],
        body: Body = .bytes([])
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The values of a header field, in order; `name` in lower case.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// Two requests are equal if they would be the same on the wire.
    public static func == (one: SignableRequest, other: SignableRequest) -> Bool {
        one.method == other.method && one.path == other.path && one.query == other.query && one.body == other.body
            && one.headers.elementsEqual(other.headers) { $0.name == $1.name && $0.value == $1.value }
    }

    /// Agrees with equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(path)
        hasher.combine(query)
        hasher.combine(body)
        for header in headers { hasher.combine(header.value) }
    }
}

/// How the path of the wire becomes the path of the canonical request.
public enum PathRule: Sendable {
    /// `.`, `..` and empty segments are removed, then it is percent-encoded a second time: every service but S3.
    case encodedTwice
    /// As it was sent: S3.
    case asSent
}
